// The thin edge: reads samples, asks the policy, keeps the budget, tells the pool, and again. Whatever fails is reported, and what
// was decided last goes on; nothing is ever thrown into the host.

import { FloodgateError } from '@floodgate/protocol'
import { budget as budgetOf, type Budget, type Wish } from './budget.ts'
import { unlessAborted, wait as waitByTimer } from './clock.ts'
import {
  EVERY_MS,
  NOTHING,
  type Decision,
  type Past,
  type QosPolicy,
  type SwarmSample
} from './policy.ts'
import type { SampleSource, SeederPool } from './pool.ts'

export interface SeedingOptions {
  policy: QosPolicy
  pool: SeederPool
  source: SampleSource
  /** Of all contents together; without it the pool's maximum. */
  budget?: Budget
  /** From one decision to the next; 5,000 unless said otherwise. */
  everyMs?: number
  now?: () => number
  /** Resolves after so long or when the signal aborts; timers unless said otherwise. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Told of every failure of policy, source and pool; the console unless said otherwise. */
  onError?: (error: unknown) => void
}

/** A decision that was made. */
export interface Decided {
  content: string
  /** Unix milliseconds. */
  time: number
  decision: Decision
}

export interface Seeding {
  /** Why a content is seeded as it is. */
  explain(content: string): string
  /** The newest decisions, oldest first, a thousand at the most; of all contents, or one. */
  decisions(content?: string): readonly Decided[]
  /** Retires the pool, once what is under way has ended. */
  stop(): Promise<void>
}

/** Steps that policies look back at: a minute. */
const HISTORY_MAX = 12
const DECISIONS_MAX = 1000
/** A step that takes longer counts as failed; there is never another one beside it. */
const STEP_MS = 30_000

/** Keeps a policy's promise until it is stopped. */
export function startSeeding(options: SeedingOptions): Seeding {
  return new Loop(options)
}

interface Swarm {
  history: Past[]
  /** What holds: the pool was told, and did not refuse. */
  last?: Decision
  sample: SwarmSample
}

class Loop implements Seeding {
  readonly #policy: QosPolicy
  readonly #pool: SeederPool
  readonly #source: SampleSource
  readonly #budget: Budget
  readonly #everyMs: number
  readonly #now: () => number
  readonly #wait: (ms: number, signal: AbortSignal) => Promise<void>
  readonly #onError: (error: unknown) => void
  readonly #stopping = new AbortController()
  readonly #swarms = new Map<string, Swarm>()
  readonly #ended: Promise<void>
  #decided: Decided[] = []
  #stopped: Promise<void> | undefined

  constructor(options: SeedingOptions) {
    this.#policy = options.policy
    this.#pool = options.pool
    this.#source = options.source
    this.#budget = options.budget ?? budgetOf()
    this.#everyMs = options.everyMs ?? EVERY_MS
    this.#now = options.now ?? Date.now
    this.#wait = options.wait ?? waitByTimer
    this.#onError = options.onError ?? ((error) => console.error('floodgate qos:', error))
    this.#ended = this.#run().catch((error: unknown) => this.#report(error))
  }

  explain(content: string): string {
    return this.#swarms.get(content)?.last?.reason ?? 'Nothing was decided about this content yet.'
  }

  decisions(content?: string): readonly Decided[] {
    return this.#decided.filter((one) => content === undefined || one.content === content)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }

  async #end(): Promise<void> {
    this.#stopping.abort(new FloodgateError('internal', 'seeding was stopped'))
    await this.#ended
    await this.#pool.close().catch((error: unknown) => this.#report(error))
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const began = this.#now()
      await this.#tick().catch((error: unknown) => this.#report(error))
      if (signal.aborted) break
      await this.#wait(Math.max(0, this.#everyMs - (this.#now() - began)), signal)
    }
  }

  async #tick(): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(STEP_MS)])
    const wishes = await this.#wishes(signal)
    if (this.#stopping.signal.aborted) return
    const frame = { rateMax: this.#pool.rateMax, everyMs: this.#everyMs }
    const decisions = this.#budget.divide(wishes, frame)
    await Promise.all(wishes.map(({ sample }, i) => this.#apply(sample, decisions[i]!, signal)))
  }

  /** What the policy wants now. Blind, it wants what holds, for bytes that may have been sent since: the budget goes on. */
  async #wishes(signal: AbortSignal): Promise<Wish[]> {
    try {
      const samples = await unlessAborted(this.#source.read(signal), signal)
      const there = new Set(samples.map(({ content }) => content))
      const gone = [...this.#swarms.values()].filter(({ sample }) => !there.has(sample.content))
      return [...samples.map((sample) => this.#wish(sample)), ...gone.map(retired)]
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#report(error)
      return [...this.#swarms.values()].flatMap(({ sample, last }) =>
        last === undefined ? [] : [{ sample: unseen(sample, last, this.#now()), decision: last }]
      )
    }
  }

  #wish(sample: SwarmSample): Wish {
    const swarm = this.#swarms.get(sample.content) ?? { history: [], sample }
    this.#swarms.set(sample.content, swarm)
    swarm.sample = sample
    try {
      const decision = this.#policy.decide(sample, swarm.history, swarm.last)
      if (decision.rate >= 0 && Number.isFinite(decision.rate)) return { sample, decision }
      throw new FloodgateError('bad-option', `policy: a rate of ${decision.rate}`)
    } catch (error) {
      this.#report(error)
      return { sample, decision: swarm.last ?? NOTHING }
    }
  }

  async #apply(sample: SwarmSample, decision: Decision, signal: AbortSignal): Promise<void> {
    const { content } = sample
    const swarm = this.#swarms.get(content)!
    try {
      await unlessAborted(this.#pool.apply(content, decision), signal)
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#report(error)
      return
    }
    swarm.last = decision
    if (swarm.sample !== sample) swarm.sample = sample
    else swarm.history = [...swarm.history, { sample, decision }].slice(-HISTORY_MAX)
    this.#decided = [...this.#decided, { content, time: this.#now(), decision }].slice(
      -DECISIONS_MAX
    )
    if (decision.reason === GONE) this.#swarms.delete(content)
  }

  #report(error: unknown): void {
    try {
      this.#onError(error)
    } catch (second) {
      console.error('floodgate qos:', error, second)
    }
  }
}

const GONE = 'The content is no longer offered.'

const retired = ({ sample }: Swarm): Wish => ({ sample, decision: { ...NOTHING, reason: GONE } })

/** A swarm that nobody looked at since: as if all that was allowed had been sent. */
function unseen(sample: SwarmSample, { rate }: Decision, now: number): SwarmSample {
  const sent = (rate * Math.max(0, now - sample.time)) / 1000
  const { all, today, http } = sample.provider
  return { ...sample, time: now, provider: { all: all + sent, today: today + sent, http } }
}
