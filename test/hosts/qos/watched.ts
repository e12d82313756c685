// What every test of a pool wants to see of its seeders: which run, at which rate, and how often anything was changed.

import type { Launch } from '../../../hosts/src/qos/seeder-pool.ts'

export class WatchedSeeders {
  changes = 0
  readonly #running = new Set<{ infoHash: string; rate: number }>()

  readonly wrap =
    (launch: Launch): Launch =>
    async (order) => {
      this.changes++
      const seeder = await launch(order)
      const one = { infoHash: order.shelved.infoHash, rate: 0 }
      this.#running.add(one)
      return {
        get ended() {
          return seeder.ended === true
        },
        setRate: async (rate) => {
          this.changes++
          await seeder.setRate(rate)
          one.rate = rate
        },
        retire: async () => {
          this.changes++
          await seeder.retire()
          this.#running.delete(one)
        }
      }
    }

  rates(infoHash: string): number[] {
    return [...this.#running].flatMap((one) => (one.infoHash === infoHash ? [one.rate] : []))
  }
}
