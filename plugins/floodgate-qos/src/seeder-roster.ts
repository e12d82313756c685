// Seeders that run elsewhere, started by an autoscaler that knows no rates: each reports every few seconds, and is told what to
// seed and how fast. What they are told together is never above what is decided, nor above what was before: who is to give
// less is told first, and a seeder that is not heard of any more keeps its share until its time is over.

import { FloodgateError } from '@floodgate/protocol'
import { positive } from './options.ts'
import type { Decision } from './policy.ts'
import type { SeederPool } from './pool.ts'

/** What a seeder says of itself. */
export interface SeederReport {
  /** Names it, for as long as it runs. */
  id: string
  /** What it seeds and nothing else, where it has no choice. */
  only?: string | undefined
  /** It stops. */
  isLeaving?: boolean | undefined
  /** Unix milliseconds. */
  time: number
}

/** What it is to do until `validMs` after it asked; then, unheard, it gives nothing. */
export interface SeederOrder {
  /** None: it waits. */
  content: string | undefined
  /** Bytes per second. */
  rate: number
  validMs: number
}

export interface SeederRoster {
  /** What holds of a content. */
  decide(content: string, decision: Pick<Decision, 'seeders' | 'rate'>): void
  report(report: SeederReport): SeederOrder
  /** Seeders of a content that are heard of. */
  count(content: string, time: number): number
}

interface Member {
  content: string | undefined
  rate: number
  /** Not heard until then, it is gone. */
  until: number
}

/** @param validMs how long a seeder does what it was told without being told again; it should ask three times as often */
export function seederRoster(validMs = 15_000): SeederRoster {
  positive(validMs, 'validMs')
  const decided = new Map<string, { seeders: number; rate: number }>()
  const members = new Map<string, Member>()

  const seedersOf = (content: string): Member[] =>
    [...members.values()].filter((one) => one.content === content)

  /** What it seeds stays, while it is wanted there; otherwise it goes where most are missing. */
  function choose({ id, only }: SeederReport): string | undefined {
    if (only !== undefined) return only
    const now = members.get(id)?.content
    const wanted = (content: string): number => decided.get(content)?.seeders ?? 0
    if (now !== undefined && seedersOf(now).length <= wanted(now)) return now
    const missing = [...decided.keys()].map((content) => ({
      content,
      count: wanted(content) - seedersOf(content).length
    }))
    const most = missing.sort((a, b) => b.count - a.count)[0]
    return most !== undefined && most.count > 0 ? most.content : undefined
  }

  /** An even share, as far as the others have left it. */
  function rateOf(id: string, content: string | undefined): number {
    const { rate = 0, seeders = 0 } = decided.get(content ?? '') ?? {}
    if (content === undefined || seeders === 0) return 0
    const others = [...members].filter(([other, one]) => other !== id && one.content === content)
    const left = rate - others.reduce((sum, [, one]) => sum + one.rate, 0)
    return Math.max(0, Math.min(Math.floor(rate / (others.length + 1)), left))
  }

  function forget(time: number): void {
    for (const [id, { until }] of members) if (until <= time) members.delete(id)
  }

  return {
    decide(content, { seeders, rate }) {
      if (seeders > 0) decided.set(content, { seeders, rate })
      else decided.delete(content)
    },
    report(report) {
      const { id, isLeaving, time } = report
      forget(time)
      if (isLeaving === true) {
        members.delete(id)
        return { content: undefined, rate: 0, validMs }
      }
      const content = choose(report)
      const rate = rateOf(id, content)
      members.set(id, { content, rate, until: time + validMs })
      return { content, rate, validMs }
    },
    count(content, time) {
      forget(time)
      return seedersOf(content).length
    }
  }
}

/** `pool` says how many seeders there are; what they do is told by `roster`. */
export function rosteredPool(pool: SeederPool, roster: SeederRoster): SeederPool {
  let closed = false
  const contents = new Set<string>()
  return {
    rateMax: pool.rateMax,
    async apply(content, decision) {
      if (closed) throw new FloodgateError('bad-option', 'pool: it is closed')
      contents.add(content)
      const rate = Math.min(decision.rate, pool.rateMax)
      roster.decide(content, { seeders: decision.seeders, rate })
      await pool.apply(content, decision)
    },
    async close() {
      closed = true
      for (const content of contents) roster.decide(content, { seeders: 0, rate: 0 })
      await pool.close()
    }
  }
}
