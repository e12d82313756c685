// One uplink, many swarms: the next slice goes where it gains most. A pure allocation; what a gain is, its caller says.

export interface Claimant {
  /** What it gets before anybody gets more, bytes per second. */
  minimum: number
  /** More is of no use to it. */
  wanted: number
  /** What the next slice gains when it has `rate` already. It never rises with the rate: else slices one by one find no best. */
  gain(rate: number): number
}

/**
 * Rates for the claimants, in order. First everyone's minimum, in turns if it is not enough for all; then slice by slice.
 * As gains do not rise, no slice gains more elsewhere: each was given where the most was to gain, and what is left is worth
 * less everywhere. Only whole slices are given, but for the last one of a claimant, which ends at what is wanted.
 */
export function shareUplink(
  uplink: number,
  slice: number,
  claimants: readonly Claimant[]
): number[] {
  const counts = claimants.map(() => 0)
  let left = Math.floor(uplink / slice)
  const give = (i: number): void => {
    counts[i]!++
    left--
  }
  const hasBelow = (i: number, rate: number): boolean =>
    counts[i]! * slice < Math.min(rate, claimants[i]!.wanted)

  while (left > 0) {
    const short = claimants.flatMap(({ minimum }, i) => (hasBelow(i, minimum) ? [i] : []))
    if (short.length === 0) break
    for (const i of short.slice(0, left)) give(i)
  }
  while (left > 0) {
    const best = bestOf(claimants, counts, slice)
    if (best === undefined) break
    give(best)
  }
  return claimants.map(({ wanted }, i) => Math.min(counts[i]! * slice, wanted))
}

/** Who gains most by one slice more; the first of equals. None if nobody gains anything. */
function bestOf(
  claimants: readonly Claimant[],
  counts: readonly number[],
  slice: number
): number | undefined {
  let [best, most]: [number | undefined, number] = [undefined, 0]
  claimants.forEach(({ wanted, gain }, i) => {
    const rate = counts[i]! * slice
    if (rate >= wanted) return
    const gained = gain(rate)
    if (gained > most) [best, most] = [i, gained]
  })
  return best
}
