// Who measures and who seeds: the two interfaces between decisions and the world. And what makes a pool of whatever can start
// one seeder: a process, a container, a client in this process.

import { FloodgateError } from '@floodgate/protocol'
import type { Decision, SwarmSample } from './policy.ts'

export interface SampleSource {
  /**
   * All swarms of the provider, as they are now. A content that is not in the answer is no longer seeded; who cannot
   * tell rejects instead, and what was decided last goes on.
   */
  read(signal: AbortSignal): Promise<readonly SwarmSample[]>
}

/**
 * Seeds what is decided. Within a content's rate it serves first whoever gets least from peers: that is worth a tenth of
 * all egress against an even split (`npm run bench -- fluid`).
 */
export interface SeederPool {
  /** What it can give, all contents together, bytes per second. */
  readonly rateMax: number
  /**
   * Makes the decision true: seeders, and their rate together. It says the state and not the change: the same again
   * does nothing, what died meanwhile is started again, the last of several wins. While it changes over, the rate
   * together is never above both the old and the new one.
   */
  apply(content: string, decision: Decision): Promise<void>
  /** Retires all seeders of all contents. Later decisions are refused. */
  close(): Promise<void>
}

/** One seeder that runs. */
export interface RunningSeeder {
  /** It ended by itself. */
  readonly ended?: boolean
  setRate(rate: number): Promise<void>
  retire(): Promise<void>
}

export interface LevelPoolOptions {
  rateMax: number
  /** Of one content, at the most; what is decided above that is not started. */
  seedersMax: number
  /** Starts one seeder that gives nothing yet. */
  start(content: string): Promise<RunningSeeder>
}

interface Slot {
  seeder: RunningSeeder
  rate: number
}

interface Content {
  slots: Slot[]
  /** What is to be true and is not being made so yet. */
  wanted?: { seeders: number; rate: number }
  /** While it is being made so. */
  work?: Promise<void>
}

/** A pool of seeders that can be started, throttled and retired one by one. */
export function levelPool({ rateMax, seedersMax, start }: LevelPoolOptions): SeederPool {
  const contents = new Map<string, Content>()
  let closed = false

  /** One change after another for a content; of those that wait only the last counts. */
  function want(content: string, seeders: number, rate: number): Promise<void> {
    const row = contents.get(content) ?? { slots: [] }
    contents.set(content, row)
    row.wanted = { seeders, rate }
    row.work ??= work(content, row).finally(() => {
      row.work = undefined
      if (row.slots.length === 0) contents.delete(content)
    })
    return row.work
  }

  async function work(content: string, row: Content): Promise<void> {
    while (row.wanted !== undefined) {
      const { seeders, rate } = row.wanted
      row.wanted = undefined
      try {
        await level(content, row, seeders, rate)
      } catch (error) {
        if (row.wanted === undefined) throw error
      }
    }
  }

  async function level(content: string, row: Content, seeders: number, rate: number) {
    row.slots = row.slots.filter(({ seeder }) => seeder.ended !== true)
    while (row.slots.length > seeders) {
      await row.slots.at(-1)!.seeder.retire()
      row.slots.pop()
    }
    const each = seeders === 0 ? 0 : Math.floor(rate / seeders)
    // Those that fall come first: what they leave is what the others may have.
    for (const slot of row.slots.toSorted((a, b) => b.rate - a.rate)) await setRate(slot, each)
    while (row.slots.length < seeders) {
      const slot = { seeder: await start(content), rate: 0 }
      row.slots.push(slot)
      await setRate(slot, each)
    }
  }

  return {
    rateMax,
    async apply(content, { seeders, rate }) {
      if (closed) throw new FloodgateError('bad-option', 'pool: it is closed')
      await want(content, Math.min(seeders, seedersMax), Math.min(rate, rateMax))
    },
    async close() {
      closed = true
      const ends = await Promise.allSettled([...contents.keys()].map((one) => want(one, 0, 0)))
      const failed = ends.find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
    }
  }
}

async function setRate(slot: Slot, rate: number): Promise<void> {
  if (slot.rate === rate) return
  await slot.seeder.setRate(rate)
  slot.rate = rate
}
