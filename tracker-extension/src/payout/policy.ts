// The payout policy: pure functions from an account's standing to shares that add up to its balance. Each rule keeps a part
// of what is still payable and says why; what no rule keeps is paid. No I/O, no clock.

import { FloodgateError } from '@floodgate/protocol'

/** An amount at a time. */
export interface Dated {
  /** Unix milliseconds. */
  at: number
  amountMinor: bigint
}

/** What a policy is told of an account. */
export interface Standing {
  uid: string
  balanceMinor: bigint
  /** Earned for pieces and not paid out yet. Only that is ever paid out: a deposit is for buying. */
  withdrawableMinor: bigint
  /** Earnings of the last `windowMs` of the policy. */
  earned: readonly Dated[]
  /** Payouts of the last 30 days that did not fail. */
  paid: readonly Dated[]
  /** Payouts that were ever requested. */
  payouts: number
}

/** Part of a balance, and what becomes of it: `pay`, or the rule that keeps it. */
export interface Share {
  reason: string
  amountMinor: bigint
}

/** One rule. `keep` answers how much of what is payable stays for now, from 0 to all of it. */
export interface KeepRule {
  readonly reason: string
  /** How far back it looks at earnings. */
  readonly windowMs: number
  keep(standing: Standing, payableMinor: bigint, now: number): bigint
  /** One sentence for people. */
  readonly words: string
}

/**
 * Extension point: what is paid of an account, and what stays. Whoever implements one calls `payoutPolicyCompliance`
 * (test/tracker/payout/policy-compliance.ts).
 */
export interface PayoutPolicy {
  /** The sellers' part of claims, in millionths; the rest is the provider's. */
  readonly sellerMillionths: number
  /** How far back `Standing.earned` has to go. */
  readonly windowMs: number
  /** Pure. The shares are not negative and add up to the balance; at most one is `pay`. */
  share(standing: Standing, now: number): Share[]
  /** What it does, a sentence a line. */
  readonly words: readonly string[]
}

/** Throws `internal` unless the shares add up to the balance and none is negative: nothing is paid then (I1). */
export function expectWhole(shares: readonly Share[], balanceMinor: bigint): void {
  const sum = shares.reduce((all, { amountMinor }) => all + amountMinor, 0n)
  if (sum !== balanceMinor || shares.some(({ amountMinor }) => amountMinor < 0n)) {
    const text = shares.map(({ reason, amountMinor }) => `${reason} ${amountMinor}`).join(', ')
    throw new FloodgateError('internal', `a policy makes of ${balanceMinor}: ${text}`)
  }
}

/** What is paid. */
export const payOf = (shares: readonly Share[]): bigint =>
  shares.find(({ reason }) => reason === 'pay')?.amountMinor ?? 0n

/** A policy of rules, each of which sees what those before it left. Deposits are kept before all. */
export function policyOf(sellerMillionths: number, rules: readonly KeepRule[]): PayoutPolicy {
  return {
    sellerMillionths,
    windowMs: Math.max(0, ...rules.map(({ windowMs }) => windowMs)),
    words: rules.map(({ words }) => words),
    share(standing, now) {
      const { balanceMinor, withdrawableMinor } = standing
      let payableMinor = withdrawableMinor < balanceMinor ? withdrawableMinor : balanceMinor
      const shares: Share[] = [{ reason: 'deposit', amountMinor: balanceMinor - payableMinor }]
      for (const rule of rules) {
        const amountMinor = rule.keep(standing, payableMinor, now)
        payableMinor -= amountMinor
        shares.push({ reason: rule.reason, amountMinor })
      }
      shares.push({ reason: 'pay', amountMinor: payableMinor })
      expectWhole(shares, balanceMinor)
      return shares.filter(({ amountMinor }) => amountMinor > 0n)
    }
  }
}
