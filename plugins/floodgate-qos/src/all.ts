// Several promises at once.

import { WEB_SEED_STATES, type QosPolicy } from './policy.ts'

/** Every promise is kept: the highest rate, the most seeders, the most open web seed; the reasons of all, one after another. */
export function all(...policies: [QosPolicy, ...QosPolicy[]]): QosPolicy {
  return {
    decide(sample, history, last) {
      const decisions = policies.map((policy) => policy.decide(sample, history, last))
      const openness = decisions.map(({ webSeed }) => WEB_SEED_STATES.indexOf(webSeed))
      return {
        rate: Math.max(...decisions.map(({ rate }) => rate)),
        seeders: Math.max(...decisions.map(({ seeders }) => seeders)),
        webSeed: WEB_SEED_STATES[Math.max(...openness)]!,
        reason: [...new Set(decisions.map(({ reason }) => reason))].join(' ')
      }
    }
  }
}
