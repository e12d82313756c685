// Who measures and who seeds: the two interfaces between decisions and the world. And what makes a pool of whatever can start
// one seeder: a process, a container, a client in this process.

import { FloodgateError } from '@floodgate/protocol'
import { latestOnly } from './latest-only.ts'
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

/** A pool of seeders that can be started, throttled and retired one by one. */
export function levelPool({ rateMax, seedersMax, start }: LevelPoolOptions): SeederPool {
  const running = new Map<string, Slot[]>()
  const want = latestOnly<{ seeders: number; rate: number }>(level)
  let closed = false

  async function level(content: string, { seeders, rate }: { seeders: number; rate: number }) {
    const slots = (running.get(content) ?? []).filter(({ seeder }) => seeder.ended !== true)
    running.set(content, slots)
    while (slots.length > seeders) {
      await slots.at(-1)!.seeder.retire()
      slots.pop()
    }
    const each = seeders === 0 ? 0 : Math.floor(rate / seeders)
    // Those that fall come first: what they leave is what the others may have.
    for (const slot of slots.toSorted((a, b) => b.rate - a.rate)) await setRate(slot, each)
    while (slots.length < seeders) {
      const slot = { seeder: await start(content), rate: 0 }
      slots.push(slot)
      await setRate(slot, each)
    }
    if (slots.length === 0) running.delete(content)
  }

  return {
    rateMax,
    async apply(content, { seeders, rate }) {
      if (closed) throw new FloodgateError('bad-option', 'pool: it is closed')
      await want(content, { seeders: Math.min(seeders, seedersMax), rate: Math.min(rate, rateMax) })
    },
    async close() {
      closed = true
      const ends = await Promise.allSettled(
        [...running.keys()].map((one) => want(one, { seeders: 0, rate: 0 }))
      )
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
