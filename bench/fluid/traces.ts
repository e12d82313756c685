// Arrivals over time. The traces are small tables of how many of a thousand leechers come when; what they are and where they
// are from stands in their first lines.

import { readFileSync } from 'node:fs'
import type { Random } from '../../test/support/random.ts'

export const TRACES = ['flash-crowd', 'diurnal', 'second-wave', 'poisson'] as const
export type TraceName = (typeof TRACES)[number]

/** Leechers that come between two moments, seconds from the start. */
export interface Bin {
  fromS: number
  untilS: number
  arrivals: number
}

export function readTrace(name: TraceName): Bin[] {
  const text = readFileSync(new URL(`traces/${name}.csv`, import.meta.url), 'utf8')
  const [header, ...rows] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  if (header !== 'from_s,until_s,arrivals')
    throw new Error(`${name}.csv has other columns: ${header}`)
  return rows.map((row) => {
    const [fromS, untilS, arrivals] = row.split(',').map(Number)
    return { fromS: fromS!, untilS: untilS!, arrivals: arrivals! }
  })
}

/** Seconds at which so many leechers come, in order: each bin in proportion, within a bin at random. */
export function arrivalsOf(bins: readonly Bin[], leechers: number, random: Random): number[] {
  const total = bins.reduce((all, { arrivals }) => all + arrivals, 0)
  const seconds: number[] = []
  let due = 0
  for (const { fromS, untilS, arrivals } of bins) {
    due += (arrivals * leechers) / total
    while (seconds.length < Math.round(due)) seconds.push(fromS + random.below(untilS - fromS))
  }
  return seconds.sort((a, b) => a - b)
}
