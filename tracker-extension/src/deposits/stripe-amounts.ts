// Amounts as Stripe counts them, which for some currencies is not as ISO 4217 does (its page on currencies). Pure.

import { minorDigitsOf } from '@floodgate/protocol'

/** ISK and UGX have no digits either, but Stripe keeps counting them in hundredths. */
const DIGITS_0 = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ')
const DIGITS_3 = 'BHD JOD KWD OMR TND'.split(' ')

function stripeDigitsOf(currency: string): number {
  if (DIGITS_0.includes(currency)) return 0
  return DIGITS_3.includes(currency) ? 3 : 2
}

/** `10n ** digits` more or fewer of their units in one of ours. */
const shiftOf = (currency: string): number => stripeDigitsOf(currency) - minorDigitsOf(currency)

/** Stripe's `unit_amount`; undefined for what it cannot charge. Of three digits the last must be 0. */
export function toStripe(amountMinor: bigint, currency: string): number | undefined {
  const shift = shiftOf(currency)
  const factor = 10n ** BigInt(Math.abs(shift))
  if (shift < 0 && amountMinor % factor !== 0n) return undefined
  const units = shift < 0 ? amountMinor / factor : amountMinor * factor
  const isRound = stripeDigitsOf(currency) < 3 || units % 10n === 0n
  return isRound && units <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(units) : undefined
}

/** Our minor units; undefined for what is no whole number of them. */
export function fromStripe(units: number, currency: string): bigint | undefined {
  if (!Number.isSafeInteger(units) || units < 0) return undefined
  const shift = shiftOf(currency)
  const factor = 10n ** BigInt(Math.abs(shift))
  if (shift <= 0) return BigInt(units) * factor
  return BigInt(units) % factor === 0n ? BigInt(units) / factor : undefined
}
