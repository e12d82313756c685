// Reads what operators write in a payout policy: amounts, times and shares. All exact; nothing here is a float.

import { FloodgateError, amountOf, typedMinorOf } from '@floodgate/protocol'

const bad = (wanted: string, text: unknown): FloodgateError =>
  new FloodgateError('bad-option', `${wanted}, not ${JSON.stringify(text)}`)

/** `5.00 EUR`, or `500 JPY`, in minor units. Throws `bad-option` for another currency, and as `typedMinorOf` does. */
export function parseMoney(text: string, currency: string): bigint {
  const [, amount = '', unit] = /^(\S+) ([A-Z]{3,8})$/.exec(text) ?? []
  if (unit === currency) return typedMinorOf(amount, currency)
  throw bad(`an amount such as "${amountOf(500n, currency)}"`, text)
}

const UNITS_MS: Record<string, number> = { minute: 60e3, hour: 3600e3, day: 86_400e3 }

/** `7 days`, `1 hour`, `30 minutes`, in milliseconds. Throws `bad-option`. */
export function parseDuration(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5}) (minute|hour|day)s?$/.exec(text) ?? []
  const unitMs = UNITS_MS[unit]
  if (unitMs === undefined) throw bad('a time such as "7 days" or "12 hours"', text)
  return Number(count) * unitMs
}

/** `10 %` or `2.5 %`, in millionths. Throws `bad-option`. */
export function parseShare(text: string): number {
  const [, whole, fraction = ''] = /^(\d{1,3})(?:\.(\d{1,4}))? ?%$/.exec(text) ?? []
  const millionths = whole === undefined ? NaN : Number(whole + fraction.padEnd(4, '0'))
  if (!(millionths <= 1_000_000)) throw bad('a share such as "10 %"', text)
  return millionths
}

const SPLIT_WHOLE = 1_000_000

/**
 * The seller's part of a split, in millionths. Parts may add up to any whole that divides a million, such as 100, so that
 * no split needs rounding. Throws `bad-option`.
 */
export function parseSplit({ seller, provider }: { seller: number; provider: number }): number {
  const whole = seller + provider
  const isFine =
    [seller, provider].every((part) => Number.isSafeInteger(part) && part >= 0) &&
    whole > 0 &&
    SPLIT_WHOLE % whole === 0
  if (!isFine) throw bad('whole parts that add up to 100 (or 10, 1000 …)', { seller, provider })
  return (seller * SPLIT_WHOLE) / whole
}
