// What no policy may do, whatever it computes: jump, flutter, go below the floor, above the maximum or beyond the budget. A guard
// is a policy around a policy, and says in the reason what it changed.

import { parseRate, sayRate } from './amounts.ts'
import { affordable, readSpending, type SpendingOptions } from './spending.ts'
import { within } from './options.ts'
import { EVERY_MS, type Decision, type Past, type QosPolicy, type SwarmSample } from './policy.ts'

export interface Limits {
  /** Never less, but for the budget. */
  floor?: string
  /** Never more: what the pool can give. */
  max?: string
  /** So much more from one decision to the next. */
  stepUp?: string
  /** So much less from one decision to the next; from twice the idle rate to nothing is always allowed. */
  stepDown?: string
  /** Changes below this share of the rate are not made. */
  deadband?: number
  /** After a rise there is no fall for so long. */
  dwellMs?: number
  /** Of this content alone; startSeeding has one for all. */
  budget?: SpendingOptions
  everyMs?: number
}

interface Clamp {
  rate: number
  why?: string
}

/** @throws FloodgateError `bad-option`: a limit is malformed, or the floor is above the maximum */
export function guarded(policy: QosPolicy, limits: Limits): QosPolicy {
  const rateOf = (option: 'floor' | 'max' | 'stepUp' | 'stepDown', other: number): number =>
    limits[option] === undefined ? other : parseRate(limits[option], option)
  const max = rateOf('max', Infinity)
  const floor = within(rateOf('floor', 0), [0, max], 'floor')
  const [stepUp, stepDown] = [rateOf('stepUp', Infinity), rateOf('stepDown', Infinity)]
  const deadband = within(limits.deadband ?? 0, [0, 0.5], 'deadband')
  const dwellMs = within(limits.dwellMs ?? 0, [0, 60_000], 'dwellMs')
  const everyMs = limits.everyMs ?? EVERY_MS
  const spending = readSpending(limits.budget ?? {})

  /** In order, so that what comes later wins: a smooth rate, the floor, the budget, the maximum. */
  const clamps: ((
    rate: number,
    sample: SwarmSample,
    history: readonly Past[],
    last?: Decision
  ) => Clamp)[] = [
    (rate, { time }, history, last) => {
      if (last === undefined || rate >= last.rate) return { rate }
      const rose = lastRise(history)
      if (rose === undefined || time - rose >= dwellMs) return { rate }
      return {
        rate: last.rate,
        why: `it rose ${(time - rose) / 1000} s ago and stays for ${dwellMs / 1000} s`
      }
    },
    (rate, _sample, _history, last) => {
      const change = last === undefined ? 0 : Math.abs(rate - last.rate)
      if (rate === 0 || change === 0 || change >= deadband * last!.rate) return { rate }
      return { rate: last!.rate, why: `a change below ${deadband * 100} % is not made` }
    },
    (rate, _sample, _history, last) => {
      const before = last?.rate ?? 0
      if (rate > before + stepUp)
        return { rate: before + stepUp, why: `a step up is ${sayRate(stepUp)}` }
      if (rate < before - stepDown)
        return { rate: before - stepDown, why: `a step down is ${sayRate(stepDown)}` }
      return { rate }
    },
    (rate) => (rate < floor ? { rate: floor, why: `the floor is ${sayRate(floor)}` } : { rate }),
    (rate, { time, provider }) => {
      const allowed = affordable(spending, provider, { time, everyMs, floor })
      return rate > allowed.rate ? allowed : { rate }
    },
    (rate) => (rate > max ? { rate: max, why: `the pool has ${sayRate(max)}` } : { rate })
  ]

  return {
    decide(sample, history, last) {
      const decision = policy.decide(sample, history, last)
      return clamps.reduce((now, clamp) => {
        const { rate, why } = clamp(now.rate, sample, history, last)
        return why === undefined ? now : withRate(now, rate, why)
      }, decision)
    }
  }
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
