// Who comes: mixed uplinks, a fifth that gives nothing, most leave when they have it, some stay and seed.

import type { Random } from '../../test/support/random.ts'

const MBIT = 125_000

/** Access lines, with the share of leechers that has each, bytes per second. */
const LINES: { share: number; uplink: number; downlink: number }[] = [
  { share: 0.2, uplink: 0, downlink: 50 * MBIT }, // gives nothing
  { share: 0.02, uplink: 0.5 * MBIT, downlink: 2 * MBIT }, // slower than the promise: it can only get what it can
  { share: 0.28, uplink: 1 * MBIT, downlink: 16 * MBIT },
  { share: 0.3, uplink: 2 * MBIT, downlink: 25 * MBIT },
  { share: 0.15, uplink: 5 * MBIT, downlink: 50 * MBIT },
  { share: 0.05, uplink: 10 * MBIT, downlink: 100 * MBIT }
]
const STAYING_SHARE = 0.2
const STAYING_S = 600

export interface Person {
  /** Second at which it comes. */
  arrival: number
  uplink: number
  downlink: number
  /** Seconds that it seeds when it has everything. */
  staysS: number
}

const fraction = (random: Random): number => random.below(2 ** 31) / 2 ** 31

export function populate(arrivals: readonly number[], random: Random): Person[] {
  return arrivals.map((arrival) => {
    let place = fraction(random)
    const line = LINES.find(({ share }) => (place -= share) < 0) ?? LINES.at(-1)!
    const stays = fraction(random) < STAYING_SHARE
    const staysS = stays ? Math.round(-Math.log(1 - fraction(random)) * STAYING_S) : 0
    return { arrival, uplink: line.uplink, downlink: line.downlink, staysS }
  })
}
