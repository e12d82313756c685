// Seeders that are nothing but numbers, for tests of pools and of the loop.

import { levelPool, type RunningSeeder, type SeederPool } from '@floodgate/qos'

export interface Running {
  content: string
  rate: number
}

export class MemorySeeders {
  readonly running = new Set<Running & { ended?: boolean }>()
  readonly pool: SeederPool
  /** How many calls of each kind came. */
  readonly calls = { start: 0, setRate: 0, retire: 0 }
  /** The highest rate together since it was last set to 0. */
  peak = 0
  /** The next start fails with it. */
  fault: Error | undefined
  /** So many rates are set until one fails. */
  ratesUntilFault = Infinity
  /** Starts wait for it. */
  gate: Promise<unknown> = Promise.resolve()

  constructor(rateMax = 100e6, seedersMax = 8) {
    this.pool = levelPool({ rateMax, seedersMax, start: (content) => this.#start(content) })
  }

  /** Rates of the seeders of a content. */
  rates(content: string): number[] {
    return [...this.running].flatMap((one) => (one.content === content ? [one.rate] : []))
  }

  async #start(content: string): Promise<RunningSeeder> {
    this.calls.start++
    await this.gate
    const { fault } = this
    this.fault = undefined
    if (fault !== undefined) throw fault
    const seeder: Running & RunningSeeder & { ended?: boolean } = {
      ...{ content, rate: 0 },
      setRate: (rate) => this.#setRate(seeder, rate),
      retire: () => this.#retire(seeder)
    }
    this.running.add(seeder)
    return seeder
  }

  async #setRate(seeder: Running, rate: number): Promise<void> {
    this.calls.setRate++
    if (this.ratesUntilFault-- === 0) throw new Error('deaf')
    seeder.rate = rate
    const together = [...this.running].reduce((all, one) => all + one.rate, 0)
    this.peak = Math.max(this.peak, together)
  }

  async #retire(seeder: Running): Promise<void> {
    this.calls.retire++
    this.running.delete(seeder)
  }
}
