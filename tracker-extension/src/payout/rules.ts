// The rules that a policy can be made of. Each keeps part of what is payable, and never more than there is.

import type { Dated, KeepRule } from './policy.ts'

export const DAY_MS = 86_400e3
/** Of the caps by day and month: rolling, so that no time zone and no month's length matters. */
export const MONTH_MS = 30 * DAY_MS

export const least = (one: bigint, other: bigint): bigint => (one < other ? one : other)
const sumSince = (list: readonly Dated[], since: number): bigint =>
  list.reduce((sum, { at, amountMinor }) => (at > since ? sum + amountMinor : sum), 0n)

/** Earnings younger than `windowMs` stay. */
export const hold = (windowMs: number, text: string): KeepRule => ({
  reason: 'hold',
  windowMs,
  words: `Earnings are held for ${text}.`,
  keep: ({ earned }, payableMinor, now) => least(payableMinor, sumSince(earned, now - windowMs))
})

/** Of earnings younger than `windowMs`, a share stays, rounded up; older than `holdMs`, for the younger are held whole. */
export const reserve = (
  { millionths, windowMs, holdMs }: { millionths: number; windowMs: number; holdMs: number },
  text: string
): KeepRule => ({
  reason: 'reserve',
  windowMs,
  words: `${text} as a reserve.`,
  keep({ earned }, payableMinor, now) {
    const ripe = sumSince(earned, now - windowMs) - sumSince(earned, now - holdMs)
    const exact = (ripe > 0n ? ripe : 0n) * BigInt(millionths)
    return least(payableMinor, (exact + 999_999n) / 1_000_000n)
  }
})

/** At most `amountMinor` within `windowMs`; in one payout for 0. */
export const cap = (windowMs: number, amountMinor: bigint, text: string): KeepRule => ({
  reason: 'cap',
  windowMs: 0,
  words: `At most ${text}.`,
  keep({ paid }, payableMinor, now) {
    const left = amountMinor - (windowMs === 0 ? 0n : sumSince(paid, now - windowMs))
    return payableMinor - least(payableMinor, left > 0n ? left : 0n)
  }
})

/** Whole multiples of `unitMinor` are paid; what is below stays on the account, for the next time. */
export const rounding = (unitMinor: bigint, text: string): KeepRule => ({
  reason: 'rounding',
  windowMs: 0,
  words: `Payouts are rounded down to multiples of ${text}, and the rest is carried.`,
  keep: (_, payableMinor) => payableMinor % unitMinor
})

/** Nothing is paid below `amountMinor`. */
export const minimum = (amountMinor: bigint, text: string): KeepRule => ({
  reason: 'minimum',
  windowMs: 0,
  words: `Nothing is paid below ${text}.`,
  keep: (_, payableMinor) => (payableMinor < amountMinor ? payableMinor : 0n)
})
