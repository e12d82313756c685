// Money between the two ways of writing it: whole minor units, as everything here counts, and the decimals that people,
// banks and card processors write. No floats: digits are moved, never multiplied.

import { FloodgateError } from './errors.ts'

/** What 63 bits hold. */
const DIGITS_MAX = 18

/**
 * Digits behind the point, by ISO 4217 as the platform knows it: 0 for JPY, 2 for EUR, 3 for KWD. A provider's own
 * credit, a code of more than three letters, has none.
 */
export function minorDigitsOf(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 0
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.resolvedOptions().maximumFractionDigits ?? 2
}

/**
 * Minor units of a decimal such as `12.5` or `0.02`. Zeros may follow that the currency has no digits for: banks write
 * `12.50000`. Throws `bad-request` for signs, commas, and amounts finer than the currency.
 */
export function minorOf(decimal: string, currency: string): bigint {
  const found = /^(\d{1,18})(?:\.(\d{1,18}))?$/.exec(decimal)
  const digits = minorDigitsOf(currency)
  const [, whole = '', fraction = ''] = found ?? []
  const rest = fraction.slice(digits)
  if (found === null || /[^0]/.test(rest)) {
    throw new FloodgateError('bad-request', `${decimal} is no amount in ${currency}`)
  }
  const minor = `${whole}${fraction.slice(0, digits).padEnd(digits, '0')}`.replace(/^0+(?=.)/, '')
  if (minor.length > DIGITS_MAX) throw new FloodgateError('bad-request', `${decimal} is too much`)
  return BigInt(minor)
}

/**
 * Minor units of what a person typed: `5.00` or `5.00 EUR`, `500` JPY. Where the currency has minor digits the point must be
 * there, as 500 may be meant as 5.00 and as 500.00; nothing is nothing, `0`. Throws `bad-option`.
 */
export function typedMinorOf(text: string, currency: string): bigint {
  const unit = ` ${currency}`
  const amount = text.endsWith(unit) ? text.slice(0, -unit.length) : text
  const [, whole = '', fraction] = /^(0|[1-9]\d{0,17})(?:\.(\d{1,18}))?$/.exec(amount) ?? []
  const digits = minorDigitsOf(currency)
  const isFine = whole !== '' && (fraction ?? '').length <= digits
  if (!isFine || whole.length + digits > DIGITS_MAX) {
    const wanted = `an amount such as ${decimalOf(500n, currency)} ${currency}`
    throw new FloodgateError('bad-option', `${wanted}, not ${text}`)
  }
  const minor = minorOf(amount, currency)
  if (fraction !== undefined || digits === 0 || minor === 0n) return minor
  const meant = `${decimalOf(BigInt(whole), currency)} or ${amountOf(minor, currency)}`
  throw new FloodgateError('bad-option', `${amount} is ${meant}? say which`)
}

/** The decimal of an amount, with all digits of its currency: 1250 EUR → `12.50`. */
export function decimalOf(minor: bigint, currency: string): string {
  const digits = minorDigitsOf(currency)
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  return `${sign}${whole}${digits > 0 ? `.${text.slice(-digits)}` : ''}`
}

/** As people write it: 1250 EUR → `12.50 EUR`. */
export const amountOf = (minor: bigint, currency: string): string =>
  `${decimalOf(minor, currency)} ${currency}`
