// What the figures mean against the targets.

import { round } from '../harness/figures.ts'
import type { Mode } from './modes.ts'
import type { Result } from './report.ts'

export const TARGETS = {
  /** Of the best fixed rate's p95, and of its egress. */
  p95Ratio: 1.15,
  egressOfFixed: 0.85,
  /** Leechers below the promise. */
  belowTarget: 0.05,
  egressOfHttp: 0.35,
  /** How far payments may move p95. */
  payments: 0.05
}

interface Check {
  says: string
  value: number
  most: number
}

/** One sentence for each target that these results can tell of. */
export function verdictOf(results: readonly Result[]): string {
  const find = (mode: Mode, paid: boolean): Result | undefined =>
    results.find(({ trial, payments }) => trial.mode === mode && payments === paid)
  const http = find('httpOnly', false)
  const checks = [true, false].flatMap((paid): Check[] => {
    const dial = find('targetRate', paid)
    const fixed = find('bestFixed', paid)
    if (dial === undefined) return []
    const of = paid ? 'paid' : 'free'
    const { belowTarget, p95, egress } = dial
    return [
      { says: `below target, ${of}`, value: belowTarget, most: TARGETS.belowTarget },
      ...(fixed
        ? [
            { says: `p95 / best fixed, ${of}`, value: p95 / fixed.p95, most: TARGETS.p95Ratio },
            {
              says: `egress / best fixed, ${of}`,
              value: egress / fixed.egress,
              most: TARGETS.egressOfFixed
            }
          ]
        : []),
      ...(http
        ? [
            {
              says: `egress / HTTP, ${of}`,
              value: egress / http.egress,
              most: TARGETS.egressOfHttp
            }
          ]
        : [])
    ]
  })
  const [paid, free] = [find('targetRate', true), find('targetRate', false)]
  if (paid && free) {
    const moved = Math.abs(paid.p95 / free.p95 - 1)
    checks.push({ says: 'p95 moved by payments', value: moved, most: TARGETS.payments })
  }
  if (checks.length === 0) return 'No target is about these modes alone.'
  const said = checks.map(
    ({ says, value, most }) =>
      `${says} ${round(value, 3)} (at most ${most}: ${value <= most ? 'met' : 'MISSED'})`
  )
  return `targetRate: ${said.join('; ')}.`
}
