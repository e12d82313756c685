// Samples for tests of policies: a swarm in one line, everything else at rest.

import type { Decision, LeecherSample, Past, SwarmSample } from '@floodgate/qos'

/** Long enough ago that a leecher has reported and settled. */
const LONG_AGO_MS = 600_000
export const MIDNIGHT = Date.UTC(2026, 10, 22)

export function sampleOf(changes: Partial<SwarmSample> = {}): SwarmSample {
  return {
    ...{ content: 'film', time: MIDNIGHT + LONG_AGO_MS, length: 1e9, leechers: [] },
    ...{ seeders: 0, seedersUplink: 0, copies: 1, fromPeers: 0 },
    ...{ provider: { all: 0, today: 0, http: 0 } },
    ...changes
  }
}

/** So many leechers, all alike. */
export const leechersOf = (count: number, changes: Partial<LeecherSample> = {}): LeecherSample[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ id: `p${i}`, rate: 500_000, uplink: 0, share: 0.5, since: MIDNIGHT },
    ...changes
  }))

export const decisionOf = (changes: Partial<Decision> = {}): Decision => ({
  ...{ rate: 0, seeders: 0, webSeed: 'closed', reason: 'A test.' },
  ...changes
})

/** A past in steps of 5 s up to `sample`, at these rates. */
export const pastOf = (sample: SwarmSample, rates: readonly number[]): Past[] =>
  rates.map((rate, i) => ({
    sample: { ...sample, time: sample.time - (rates.length - i) * 5000 },
    decision: decisionOf({ rate })
  }))
