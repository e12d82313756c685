// HTTP first, then the peers (F75, D1-D4): a content begins on the web server, which every client speaks; once peers hold it, or
// the server is overloaded, they serve each other, and HTTP gives only what is missing, to whoever is slow.

import { parseBytes, parseRate, sayBytes, sayRate } from './amounts.ts'
import { counted } from './figures.ts'
import { positive } from './options.ts'
import { NOTHING, type Decision, type Past, type QosPolicy, type SwarmSample } from './policy.ts'
import { targetRate, type TargetOptions } from './target-rate.ts'

export interface WebFirstOptions extends Pick<TargetOptions, 'everyMs' | 'reportMs'> {
  /** What leechers get once HTTP is left; as for targetRate. */
  target: string
  /** What the web server can give. */
  uplink: string
  /** Full copies among peers from which on HTTP is left; 3 unless said otherwise. */
  copies?: number
  /** …or so many bytes sent over HTTP; by default `copies` times the content. */
  bytes?: string
}

/** A server that gives so much of its uplink is overloaded. */
const OVERLOAD = 0.95

/**
 * `open` until there are enough copies, until enough bytes went over HTTP, or until it is overloaded; then `throttled` to what
 * targetRate finds missing, and `closed` when that is nothing. Stock clients that are told 503 ask again after 10 s.
 */
export function webFirst(options: WebFirstOptions): QosPolicy {
  const dial = targetRate(options.target, options)
  const uplink = parseRate(options.uplink, 'uplink')
  const copies = positive(options.copies ?? 3, 'copies')
  const bytes = options.bytes === undefined ? undefined : parseBytes(options.bytes, 'bytes')

  /** Why HTTP may be left, or nothing. */
  function enough(sample: SwarmSample, before: SwarmSample | undefined): string | undefined {
    if (sample.seeders >= copies) return `${counted(sample.seeders, 'peer')} have it whole`
    // Neither bytes nor load are copies: with a piece missing among the peers, leaving would stop them all.
    if (sample.copies < 1) return undefined
    const { http } = sample.provider
    if (http >= (bytes ?? copies * sample.length)) return `${sayBytes(http)} went over HTTP`
    const httpRate = before === undefined ? 0 : rateBetween(before, sample)
    return httpRate >= OVERLOAD * uplink ? `HTTP gives ${sayRate(httpRate)}, all it has` : undefined
  }

  function decide(sample: SwarmSample, history: readonly Past[], last?: Decision): Decision {
    if (sample.leechers.length === 0) return NOTHING
    // Left once, it is not opened again for less load, which is what leaving brings, but only for missing pieces.
    const isLeft = last?.webSeed !== undefined && last.webSeed !== 'open' && sample.copies > 0
    const left = isLeft ? 'it was left' : enough(sample, history.at(-1)?.sample)
    if (left === undefined) {
      const reason = `Web first: ${counted(sample.seeders, 'peer')} of ${copies} have it whole: HTTP is open.`
      return { rate: uplink, seeders: 0, webSeed: 'open', reason }
    }
    const isDialled = last?.webSeed !== 'open'
    const { rate: missing, reason } = dial.decide(sample, history, isDialled ? last : undefined)
    const rate = Math.min(missing, uplink)
    const webSeed = rate > 0 ? 'throttled' : 'closed'
    const web = `Web first: ${left}: HTTP is ${webSeed}${rate > 0 ? ` at ${sayRate(rate)}` : ''}.`
    return { rate, seeders: 0, webSeed, reason: `${web} ${reason}` }
  }
  return { decide }
}

const rateBetween = (before: SwarmSample, now: SwarmSample): number =>
  now.time > before.time
    ? ((now.provider.http - before.provider.http) * 1000) / (now.time - before.time)
    : 0
