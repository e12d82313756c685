// From runs to figures: leechers of all repeats of a way together, and the best of the fixed rates.

import type { Row } from '../harness/bench.ts'
import { percentile, round } from '../harness/figures.ts'
import { leastEgress, leastSeconds, type Crowd } from './crowd.ts'
import type { Weather } from './ground.ts'
import type { Trial } from './modes.ts'
import type { Ran } from './run.ts'

export interface Result {
  trial: Trial
  payments: boolean
  p50: number
  p95: number
  startupP95: number
  belowTarget: number
  egress: number
  offload: number
}

/** Of the leechers, so many may be below the promise. */
const SLOW_MAX = 0.05
const NEVER = Infinity

export function resultOf(
  trial: Trial,
  payments: boolean,
  runs: readonly Ran[],
  { length, target }: Crowd
): Result {
  const got = runs.flatMap((run) => run.got)
  const seconds = got.map((one) => (one === null ? NEVER : one.ms / 1000))
  const startups = got.map((one) => (one === null ? NEVER : one.startupMs / 1000))
  const egress = runs.reduce((sum, run) => sum + run.egress, 0) / runs.length
  return {
    ...{ trial, payments, egress },
    p50: percentile(seconds, 0.5),
    p95: percentile(seconds, 0.95),
    startupP95: percentile(startups, 0.95),
    belowTarget: seconds.filter((one) => length / one < target).length / got.length,
    offload: 1 - egress / ((got.length / runs.length) * length)
  }
}

/** The lowest of the fixed rates that keeps the promise; if none does, the one that keeps it for most. */
export function bestOf(fixed: readonly Result[]): Result | undefined {
  const kept = fixed.filter(({ belowTarget }) => belowTarget <= SLOW_MAX)
  if (kept.length > 0) return kept.toSorted((a, b) => a.egress - b.egress)[0]
  return fixed.toSorted((a, b) => a.belowTarget - b.belowTarget)[0]
}

const seconds = (value: number): number | null => (value === NEVER ? null : round(value, 1))

/** `turns`: did all send in turns? By HTTP alone nobody does. */
export const rowOf = (one: Result, { loss, delayMs }: Weather, turns: boolean): Row => ({
  ...{ mode: one.trial.mode, payments: one.payments },
  p50Seconds: seconds(one.p50),
  p95Seconds: seconds(one.p95),
  startupP95Seconds: seconds(one.startupP95),
  belowTarget: round(one.belowTarget, 3),
  egressBytes: Math.round(one.egress),
  offload: round(one.offload, 3),
  ...{ loss, delayMs, turns: turns && one.trial.way !== undefined }
})

/** What no swarm and no provider can do better. */
export function boundOf(crowd: Crowd): Row {
  const egress = leastEgress(crowd)
  return {
    ...{ mode: 'lowerBound', payments: null, p50Seconds: null },
    p95Seconds: round(leastSeconds(crowd), 1),
    ...{ startupP95Seconds: null, belowTarget: 0, egressBytes: Math.round(egress) },
    offload: round(1 - egress / (crowd.leechers.length * crowd.length), 3),
    ...{ loss: 0, delayMs: 0, turns: null }
  }
}
