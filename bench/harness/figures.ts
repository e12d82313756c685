// Medians and ratios: absolute figures wobble from machine to machine, ratios of pairs are what to keep.

/** The middle value, or the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[half]!
  return (sorted[half - 1]! + sorted[half]!) / 2
}

/** The value that `share` of all do not exceed. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Rounds to `digits` decimals. */
export const round = (value: number, digits = 0): number =>
  Math.round(value * 10 ** digits) / 10 ** digits

export const KIB = 1024
export const MIB = 1024 * 1024
