// Who comes, when, and on which line: a flash crowd, and a second wave when the first is half done. The same in every run.

import { optimum } from '../fluid/optimum.ts'
import type { Line } from './network.ts'

export interface Leecher {
  /** Milliseconds after the first one. */
  comesMs: number
  line: Line
  gives: boolean
}

export interface Crowd {
  leechers: readonly Leecher[]
  /** Bytes of a content. */
  length: number
  /** Promised, bytes per second. */
  target: number
  /** Of the provider, bytes per second. */
  uplink: number
  /** Of the provider. */
  line: Line
}

/**
 * Uplinks as shares of the promised rate, in turn: a fifth gives nothing; together they have nine tenths of what is needed.
 * Delays as shares of the longest one.
 */
const LINES = [
  { up: 0, delay: 1 },
  { up: 1.2, delay: 0.375 },
  { up: 0.5, delay: 0.75 },
  { up: 2, delay: 0.125 },
  { up: 0.8, delay: 0.5 }
]
/** Who gives nothing has an uplink all the same, for what he asks. */
const SILENT_UPLINK = 0.5
const DOWNLINK = 4
const PROVIDER_DELAY = 0.125
/** The flash crowd's part, and the time in which a wave comes. */
const FIRST_PART = 0.6
const WAVE_MS = 2000

export interface CrowdWish {
  leechers: number
  length: number
  target: number
  /** When the second wave comes, as a share of the time that a download may take. */
  second: number
  /** The longest of all lines. */
  delayMs: number
}

export function crowdOf({ leechers: count, length, target, second, delayMs }: CrowdWish): Crowd {
  const first = Math.ceil(count * FIRST_PART)
  const allowedMs = (length / target) * 1000
  const leechers = Array.from({ length: count }, (_, at): Leecher => {
    const [from, rank, size] =
      at < first ? [0, at, first] : [second * allowedMs, at - first, count - first]
    const { up, delay } = LINES[at % LINES.length]!
    return {
      comesMs: Math.round(from + (rank / size) * WAVE_MS),
      line: {
        ...{ up: (up || SILENT_UPLINK) * target, down: DOWNLINK * target },
        delayMs: delay * delayMs
      },
      gives: up > 0
    }
  })
  const uplink = count * target
  const line = { up: uplink, down: uplink, delayMs: PROVIDER_DELAY * delayMs }
  return { leechers, length, target, uplink, line }
}

const given = ({ leechers }: Crowd): number =>
  leechers.reduce((sum, { gives, line }) => sum + (gives ? line.up : 0), 0)

/**
 * No swarm is faster (Kumar and Ross: T ≥ max(F/u_s, F/d_min, N·F/(u_s + Σu_i)), for the first wave, with everybody's uplink);
 * seconds.
 */
export function leastSeconds(crowd: Crowd): number {
  const { leechers, length, uplink } = crowd
  const first = leechers.filter(({ comesMs }) => comesMs <= WAVE_MS).length
  const slowest = Math.min(...leechers.map(({ line }) => line.down))
  return Math.max(length / uplink, length / slowest, (first * length) / (uplink + given(crowd)))
}

/** No provider that gives everybody the promised rate sends less (fluid/optimum.ts); everybody stays. Bytes. */
export function leastEgress({ leechers, length, target }: Crowd): number {
  const people = leechers.map(({ comesMs, gives, line }) => ({
    arrival: Math.round(comesMs / 1000),
    uplink: gives ? line.up : 0,
    downlink: line.down,
    staysS: Math.ceil((4 * length) / target)
  }))
  return optimum(people, { length, rate: target, allowanceS: 0 })
}
