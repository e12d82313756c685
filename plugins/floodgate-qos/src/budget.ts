// What all contents together may take: one uplink, a day's bytes, bytes in all. When wishes are above it, it says who gets what.

import { parseRate, sayRate } from './amounts.ts'
import { sum } from './figures.ts'
import { withRate } from './guarded.ts'
import type { Decision, SwarmSample } from './policy.ts'
import { shareUplink, type Claimant } from './share-uplink.ts'
import { affordable, readSpending, type SpendingOptions } from './spending.ts'

/** What a policy wants for a swarm. */
export interface Wish {
  sample: SwarmSample
  decision: Decision
}

export interface Frame {
  /** What the pool can give, bytes per second. */
  rateMax: number
  /** Until the next decision. */
  everyMs: number
}

export interface Budget {
  /** What is to be true, wish by wish: never more than was wished, and together never more than there is. */
  divide(wishes: readonly Wish[], frame: Frame): Decision[]
}

export interface BudgetOptions extends SpendingOptions {
  /** The provider's uplink for seeding; as much as the pool has unless said otherwise. */
  uplink?: string
  /** What each content gets first, if it wants it. */
  minimum?: string
}

/** The uplink is handed out in so many slices. */
const SLICES = 1000

/** @throws FloodgateError `bad-option` */
export function budget(options: BudgetOptions = {}): Budget {
  const uplink = options.uplink === undefined ? Infinity : parseRate(options.uplink, 'uplink')
  const minimum = options.minimum === undefined ? 0 : parseRate(options.minimum, 'minimum')
  const spending = readSpending(options)
  return {
    divide(wishes, { rateMax, everyMs }) {
      if (wishes.length === 0) return []
      const time = Math.max(...wishes.map(({ sample }) => sample.time))
      const spent = {
        all: sum(wishes.map(({ sample }) => sample.provider.all)),
        today: sum(wishes.map(({ sample }) => sample.provider.today))
      }
      const { rate, why } = least([
        affordable(spending, spent, { time, everyMs, floor: 0 }),
        { rate: uplink, why: `the uplink is ${sayRate(uplink)}` },
        { rate: rateMax, why: `the pool has ${sayRate(rateMax)}` }
      ])
      const wanted = sum(wishes.map(({ decision }) => decision.rate))
      if (wanted <= rate) return wishes.map(({ decision }) => decision)
      const slice = Math.max(1, Math.floor(rate / SLICES))
      const rates = shareUplink(
        rate,
        slice,
        wishes.map((wish) => claimantOf(wish, slice, minimum))
      )
      return wishes.map(({ decision }, i) => {
        const given = rates[i]!
        return given === decision.rate
          ? decision
          : withRate(decision, given, `${why} for ${sayRate(wanted)} wanted by all contents`)
      })
    }
  }
}

/**
 * What a slice gains is the leechers that it brings to what the policy wants for them: many leechers for a small rate are
 * those whose peers give most. Each byte of a wish is worth the same, so the gain is even until the wish is met.
 */
function claimantOf({ sample, decision }: Wish, slice: number, minimum: number): Claimant {
  const gained = (sample.leechers.length * slice) / Math.max(1, decision.rate)
  return { minimum, wanted: decision.rate, gain: () => gained }
}

const least = <T extends { rate: number }>(limits: [T, ...T[]]): T =>
  limits.reduce((lowest, limit) => (limit.rate < lowest.rate ? limit : lowest))
