// What the provider may send of its own (W16): a day's bytes and all bytes there will ever be. Sums over one swarm or many.

import { parseBytes, sayBytes, sayRate } from './amounts.ts'

export interface SpendingOptions {
  /** Bytes from midnight to midnight UTC, such as `2 TB`. */
  perDay?: string
  /** Bytes in all, such as `50 TB`. */
  inAll?: string
}

export interface Spending {
  perDay: number
  inAll: number
}

export interface Allowance {
  rate: number
  /** What made it less than infinite. */
  why: string
}

const DAY_MS = 86_400_000

/** @throws FloodgateError `bad-option` */
export const readSpending = ({ perDay, inAll }: SpendingOptions): Spending => ({
  perDay: perDay === undefined ? Infinity : parseBytes(perDay, 'perDay'),
  inAll: inAll === undefined ? Infinity : parseBytes(inAll, 'inAll')
})

/**
 * The rate that can be afforded until the next decision: whatever is sent at it, no byte is above the budget. Of the
 * day's bytes those are put aside that `floor`, bytes per second, needs until midnight.
 */
export function affordable(
  { perDay, inAll }: Spending,
  spent: { all: number; today: number },
  { time, everyMs, floor }: { time: number; everyMs: number; floor: number }
): Allowance {
  const untilMidnightMs = DAY_MS - (time % DAY_MS)
  const reserved = (floor * Math.max(0, untilMidnightMs - everyMs)) / 1000
  const today = Math.max(0, perDay - spent.today)
  // Past midnight other bytes count, so a step that ends there may not use more than this day has.
  const dayRate = Math.max(
    Math.min(floor, rateOf(today, everyMs)),
    rateOf(today - reserved, everyMs)
  )
  const allRate = rateOf(inAll - spent.all, everyMs)
  if (allRate <= dayRate) {
    return {
      rate: allRate,
      why: `${sayBytes(Math.max(0, inAll - spent.all))} are left of ${sayBytes(inAll)} in all`
    }
  }
  const kept = floor > 0 ? `, of which the floor of ${sayRate(floor)} is kept` : ''
  return { rate: dayRate, why: `${sayBytes(today)} are left of today's ${sayBytes(perDay)}${kept}` }
}

const rateOf = (bytes: number, ms: number): number =>
  bytes === Infinity ? Infinity : Math.floor((Math.max(0, bytes) * 1000) / ms)
