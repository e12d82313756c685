// HTTP first, then the peers (F75, D1-D4): a content begins on the web server, which every client speaks; once peers hold it, or
// the server is overloaded, they serve each other. Whoever then stalls is helped over HTTP, as much as is missing.

import { parseBytes, parseRate, sayBytes, sayRate } from './amounts.ts'
import { counted, olderThan, percentile, sum } from './figures.ts'
import { positive, within } from './options.ts'
import {
  NOTHING,
  type Decision,
  type Past,
  type QosPolicy,
  type SwarmSample,
  type WebSeedState
} from './policy.ts'

export interface WebFirstOptions {
  /** What every leecher should get. */
  target: string
  /** What the web server can give. */
  uplink: string
  /** Full copies among peers from which on HTTP is closed; 3 unless said otherwise. */
  copies?: number
  /** …or so many bytes sent over HTTP; by default `copies` times the content. */
  bytes?: string
  /** Below this share of the target a leecher stalls; 0.5 unless said otherwise. */
  stalled?: number
}

/** A stock client asks a web seed that said 503 again after 10 s, and a leecher reports every 15 s. */
const PATIENCE_MS = 30_000
/** A server that gives so much of its uplink is overloaded. */
const OVERLOAD = 0.95

/** Besides the bounds above, an overloaded server is left, as soon as peers hold all pieces. */
export function webFirst(options: WebFirstOptions): QosPolicy {
  const target = parseRate(options.target, 'target')
  const copies = positive(options.copies ?? 3, 'copies')
  const bytes = options.bytes === undefined ? undefined : parseBytes(options.bytes, 'bytes')
  const uplink = parseRate(options.uplink, 'uplink')
  const stalled = within(options.stalled ?? 0.5, [0, 1], 'stalled') * target

  /** Why HTTP may be left, or nothing. */
  function enough(sample: SwarmSample, httpRate: number): string | undefined {
    if (sample.seeders >= copies) return `${counted(sample.seeders, 'peer')} have it whole`
    const limit = bytes ?? copies * sample.length
    // Neither bytes nor load are copies: with a piece missing among the peers, leaving would stop them all.
    if (sample.copies < 1) return undefined
    if (sample.provider.http >= limit) return `${sayBytes(sample.provider.http)} went over HTTP`
    if (httpRate >= OVERLOAD * uplink) return `HTTP is overloaded with ${sayRate(httpRate)}`
    return undefined
  }

  function decide(sample: SwarmSample, history: readonly Past[], last?: Decision): Decision {
    if (sample.leechers.length === 0) return NOTHING
    const before = history.at(-1)?.sample
    const httpRate = before === undefined ? 0 : rateBetween(before, sample)
    const left = enough(sample, httpRate)
    const say = (webSeed: WebSeedState, rate: number, why: string): Decision => ({
      ...{ webSeed, rate, seeders: 0 },
      reason: `Web first: ${counted(sample.leechers.length, 'leecher')}, ${why}: HTTP is ${webSeed}${webSeed === 'throttled' ? ` at ${sayRate(rate)}` : ''}.`
    })
    if (left === undefined) return say('open', uplink, 'too few copies among peers')
    const waiting = olderThan(sample, PATIENCE_MS).map(({ rate }) => rate)
    const slow = waiting.filter((rate) => rate < stalled)
    const missing = Math.round(sum(waiting.map((rate) => Math.max(0, target - rate))))
    if (slow.length > 0) {
      // What HTTP gives now is part of what they get, so what is missing comes on top.
      const given = last?.webSeed === 'throttled' ? last.rate : 0
      const rate = Math.min(given + missing, uplink)
      return say(
        'throttled',
        rate,
        `${left}, but ${slow.length} stall at ${sayRate(Math.min(...slow))}`
      )
    }
    // Left only when it is felt nowhere: whoever would stall without it keeps it open.
    if (last?.webSeed === 'throttled' && percentile(waiting, 0.05) < target) {
      return say(
        'throttled',
        last.rate,
        `${left}, and the slowest get ${sayRate(percentile(waiting, 0.05))}`
      )
    }
    const rate = last?.webSeed === 'throttled' ? Math.floor(last.rate / 2) : 0
    return rate > target / 2
      ? say('throttled', rate, `${left}, all get ${sayRate(target)}`)
      : say('closed', 0, left)
  }
  return { decide }
}

const rateBetween = (before: SwarmSample, now: SwarmSample): number =>
  now.time > before.time
    ? ((now.provider.http - before.provider.http) * 1000) / (now.time - before.time)
    : 0
