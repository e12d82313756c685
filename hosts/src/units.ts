// How amounts, sizes, rates and times are written for people, and read from them.

import { FloodgateError, amountOf, typedMinorOf } from '@floodgate/protocol'

/** Minor units as people write them: 1250 EUR → `12.50 EUR`. */
export const money = amountOf

/** Amounts as people type them, in minor units. Throws `bad-option`. */
export const amountIn = typedMinorOf

/** The form of an amount, for commander, where its currency, which may stand behind it, is known only later. Throws `bad-option`. */
export function parseAmount(text: string): string {
  if (/^(0|[1-9]\d{0,17})(\.\d{1,18})?( [A-Z]{3,})?$/.test(text)) return text
  throw new FloodgateError('bad-option', `an amount such as 5.00, not ${text}`)
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 1024 && unit < SIZES.length - 1; unit++) value /= 1024
  return `${unit === 0 ? value : value.toFixed(1)} ${SIZES[unit]}`
}

export const rate = (bytesPerSecond: number): string => `${size(Math.round(bytesPerSecond))}/s`

/** Uids and hashes are long; eight digits tell them apart for people. */
export const short = (id: string): string => id.slice(0, 8)

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`

/** `1048576`, `512k`, `1M`, `2G`: bytes, in steps of 1024. Throws `bad-option`. */
export function parseSize(text: string): number {
  const found = /^(\d{1,15})\s*([kmg]?)(?:i?b)?$/i.exec(text.trim())
  if (found === null)
    throw new FloodgateError('bad-option', `a size such as 512k or 1M, not ${text}`)
  return Number(found[1]) * 1024 ** ['', 'k', 'm', 'g'].indexOf(found[2]!.toLowerCase())
}

/** `2MB/s`: bytes per second, in steps of 1024. Throws `bad-option`. */
export const parseRate = (text: string): number => parseSize(text.replace(/\/s$/i, ''))

/** A day such as 2026-11-22, or a month such as 2026-11, in UTC: where it begins and ends. Throws `bad-option`. */
export function parseDays(text: string): { from: number; to: number } {
  const [, year, month, day] = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(text) ?? []
  const from = Date.parse(`${year}-${month}-${day ?? '01'}T00:00:00Z`)
  if (Number.isNaN(from)) {
    throw new FloodgateError('bad-option', `a day such as 2026-11-22 or a month, not ${text}`)
  }
  const [y, m] = [Number(year), Number(month)]
  const to = day === undefined ? Date.UTC(y, m, 1) : Date.UTC(y, m - 1, Number(day) + 1)
  return { from, to }
}

const DURATION_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `45s`, `10m`, `12h`, `30d`: milliseconds. Throws `bad-option`. */
export function parseDuration(text: string): number {
  const found = /^(\d{1,6})([smhd])$/.exec(text.trim())
  if (found === null)
    throw new FloodgateError('bad-option', `a time such as 12h or 30d, not ${text}`)
  return Number(found[1]) * DURATION_MS[found[2] as keyof typeof DURATION_MS]
}

/** A base URL, for commander; without a slash at its end. Throws `bad-option`. */
export function parseUrl(text: string): string {
  if (URL.canParse(text) && /^https?:\/\/[^\s?#@]+$/.test(text)) return text.replace(/\/+$/, '')
  const wanted = 'an http(s) URL such as https://cdn.example'
  throw new FloodgateError('bad-option', `${wanted}, not ${text}`)
}

/** A whole number from `min` to `max`, for commander. Throws `bad-option`. */
export function parseCount(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN
    if (value >= min && value <= max) return value
    throw new FloodgateError('bad-option', `a number from ${min} to ${max}, not ${text}`)
  }
}

/** An account as it is printed: 32 hex digits. Throws `bad-option`. */
export function expectUid(text: string): void {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new FloodgateError('bad-option', `uid ${text}`)
}

/** Why something is booked, for commander: up to 256 characters. Throws `bad-option`. */
export function parseReason(text: string): string {
  if (/^[^\0]{1,256}$/.test(text.trim()) && text.isWellFormed()) return text.trim()
  throw new FloodgateError('bad-option', '--reason: say why, in 1 to 256 characters')
}

/** A day or a time of ISO 8601 (UTC unless it says otherwise) as Unix milliseconds, for commander. Throws `bad-option`. */
export function parseTime(text: string): number {
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/
  const isBare = /T[^Z+-]*$/.test(text)
  const time = form.test(text) ? Date.parse(isBare ? `${text}Z` : text) : NaN
  if (time > 0) return time
  throw new FloodgateError('bad-option', `a day such as 2027-12-31, not ${text}`)
}
