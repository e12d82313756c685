// Figures of a sample that more than one policy wants.

import type { LeecherSample, SwarmSample } from './policy.ts'

/** The value below which `share` of all lie; `values` need no order. 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0
}

export const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)

/** Leechers that have been there for `ms`. */
export const olderThan = (sample: SwarmSample, ms: number): LeecherSample[] =>
  sample.leechers.filter(({ since }) => sample.time - since >= ms)

/** `1 leecher`, `2 leechers`. */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`
