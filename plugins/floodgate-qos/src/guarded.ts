// What no policy may do, whatever it computes: jump, flutter, go below the floor, above the maximum or beyond the budget. A guard
// is a policy around a policy, and says in the reason what it changed.

import { parseRate, sayRate, sayShare } from './amounts.ts'
import { affordable, readSpending, type Spending, type SpendingOptions } from './spending.ts'
import { within } from './options.ts'
import { EVERY_MS, type Decision, type Past, type QosPolicy, type SwarmSample } from './policy.ts'

export interface Limits {
  /** Never less, but for the budget. */
  floor?: string
  /** Never more: what the pool can give. */
  max?: string
  /** So much more from one decision to the next. */
  stepUp?: string
  /** So much less from one decision to the next. */
  stepDown?: string
  /** Changes below this share of the rate are not made. */
  deadband?: number
  /** After a rise there is no fall for so long. */
  dwellMs?: number
  /** Of this content alone; startSeeding has one for all. */
  budget?: SpendingOptions
  everyMs?: number
}

/** What a guard sees beside the rate that was wanted. */
interface View {
  sample: SwarmSample
  history: readonly Past[]
  last: Decision | undefined
}

/** The rate that is allowed, and why it is not the one wanted. */
type Guard = (rate: number, view: View) => { rate: number; why?: string }

/**
 * The policy within limits, every clamp said in the reason. Of the limits that contradict each other the later one wins: a
 * smooth rate, the floor, the budget, the maximum.
 * @throws FloodgateError `bad-option`: a limit is malformed, or the floor is above the maximum
 */
export function guarded(policy: QosPolicy, limits: Limits): QosPolicy {
  const rateOf = (option: 'floor' | 'max' | 'stepUp' | 'stepDown', other: number): number =>
    limits[option] === undefined ? other : parseRate(limits[option], option)
  const max = rateOf('max', Infinity)
  const floor = within(rateOf('floor', 0), [0, max], 'floor')
  const guards: Guard[] = [
    whileWanted(dwelling(within(limits.dwellMs ?? 0, [0, 60_000], 'dwellMs'))),
    whileWanted(still(within(limits.deadband ?? 0, [0, 0.5], 'deadband'))),
    whileWanted(inSteps(rateOf('stepUp', Infinity), rateOf('stepDown', Infinity))),
    (rate) => (rate < floor ? { rate: floor, why: `the floor is ${sayRate(floor)}` } : { rate }),
    afforded(readSpending(limits.budget ?? {}), limits.everyMs ?? EVERY_MS, floor),
    (rate) => (rate > max ? { rate: max, why: `the pool has ${sayRate(max)}` } : { rate })
  ]
  return {
    decide(sample, history, last) {
      const wanted = policy.decide(sample, history, last)
      return guards.reduce((decision, guard) => {
        const { rate, why } = guard(decision.rate, { sample, history, last })
        return why === undefined ? decision : withRate(decision, rate, why)
      }, wanted)
    }
  }
}

/** When nobody is downloading, nobody is hurt by a jump to nothing: demand that ended is not seeded in steps. */
const whileWanted =
  (guard: Guard): Guard =>
  (rate, view) =>
    view.sample.leechers.length === 0 ? { rate } : guard(rate, view)

const dwelling =
  (dwellMs: number): Guard =>
  (rate, { sample, history, last }) => {
    const rose = lastRise(history)
    if (last === undefined || rate >= last.rate || rose === undefined) return { rate }
    const agoMs = sample.time - rose
    if (agoMs >= dwellMs) return { rate }
    return { rate: last.rate, why: `it rose ${agoMs / 1000} s ago and stays ${dwellMs / 1000} s` }
  }

const still =
  (deadband: number): Guard =>
  (rate, { last }) => {
    if (last === undefined || rate === last.rate || rate === 0) return { rate }
    if (Math.abs(rate - last.rate) >= deadband * last.rate) return { rate }
    return { rate: last.rate, why: `a change below ${sayShare(deadband)} is not made` }
  }

const inSteps =
  (up: number, down: number): Guard =>
  (rate, { last }) => {
    const before = last?.rate ?? 0
    if (rate > before + up) return { rate: before + up, why: `a step up is ${sayRate(up)}` }
    if (rate < before - down) return { rate: before - down, why: `a step down is ${sayRate(down)}` }
    return { rate }
  }

const afforded =
  (spending: Spending, everyMs: number, floor: number): Guard =>
  (rate, { sample: { time, provider } }) => {
    const allowed = affordable(spending, provider, { time, everyMs, floor })
    return rate > allowed.rate ? allowed : { rate }
  }

/** The same decision at another rate: nobody seeds at none, and whoever is given a floor needs one seeder. */
export function withRate(decision: Decision, rate: number, why: string): Decision {
  const seeders = rate === 0 ? 0 : Math.max(decision.seeders, decision.webSeed === 'closed' ? 1 : 0)
  const webSeed =
    decision.webSeed === 'open' && rate < decision.rate ? 'throttled' : decision.webSeed
  const reason = `${decision.reason} Held at ${sayRate(rate)}: ${why}.`
  return { rate, seeders, webSeed: rate === 0 ? 'closed' : webSeed, reason }
}

/** When the rate in force rose for the last time. */
function lastRise(history: readonly Past[]): number | undefined {
  for (let i = history.length - 1; i > 0; i--) {
    if (history[i]!.decision.rate > history[i - 1]!.decision.rate) return history[i]!.sample.time
  }
  return undefined
}
