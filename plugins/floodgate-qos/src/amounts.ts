// Rates and amounts as people write them, `500 kB/s`, `4 Mbit/s`, `2 TB`: read exactly or refused, and written again in
// sentences. Inside, a rate is bytes per second and an amount is bytes, both whole numbers.

import { FloodgateError } from '@floodgate/protocol'

/** Bits of each unit. SI and IEC prefixes as they are defined: k is 1000, Ki is 1024. */
const BITS: Record<string, bigint> = {
  B: 8n,
  ...{ kB: 8_000n, MB: 8_000_000n, GB: 8_000_000_000n, TB: 8_000_000_000_000n },
  ...{ KiB: 8n << 10n, MiB: 8n << 20n, GiB: 8n << 30n, TiB: 8n << 40n },
  ...{ bit: 1n, kbit: 1_000n, Mbit: 1_000_000n, Gbit: 1_000_000_000n }
}
const BITS_PER_BYTE = 8n
/** Twelve digits and six decimals: enough for a terabyte in bytes and for a bit in terabytes. */
const AMOUNT = /^(\d{1,12})(?:\.(\d{1,6}))? ([A-Za-z]+)$/
const SAID_UNITS = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3]
] as const

/**
 * Bytes of an amount such as `2 TB` or `1.5 GiB`.
 * @throws FloodgateError `bad-option`, naming `option`: another form, an unknown unit, no whole number of bytes
 */
export function parseBytes(text: string, option: string): number {
  const refuse = (why: string): never => {
    throw new FloodgateError('bad-option', `${option}: ${JSON.stringify(text)} ${why}`)
  }
  const [, whole, decimals = '', unit] =
    AMOUNT.exec(text) ?? refuse('is not a number, a space and a unit')
  const bits = Object.hasOwn(BITS, unit!)
    ? BITS[unit!]!
    : refuse(`has none of the units ${Object.keys(BITS).join(', ')}`)
  const scaled = BigInt(whole! + decimals) * bits
  const scale = 10n ** BigInt(decimals.length) * BITS_PER_BYTE
  if (scaled % scale !== 0n) refuse('is no whole number of bytes')
  const bytes = Number(scaled / scale)
  return Number.isSafeInteger(bytes) ? bytes : refuse('is too much')
}

/**
 * Bytes per second of a rate such as `500 kB/s` or `4 Mbit/s`.
 * @throws FloodgateError `bad-option`, naming `option`
 */
export function parseRate(text: string, option: string): number {
  if (text.endsWith('/s')) return parseBytes(text.slice(0, -'/s'.length), option)
  throw new FloodgateError('bad-option', `${option}: ${JSON.stringify(text)} does not end in /s`)
}

/** `1.25 MB`: three digits, for sentences. */
export function sayBytes(bytes: number): string {
  const [unit, size] = SAID_UNITS.find(([, least]) => bytes >= least) ?? ['B', 1]
  return `${Number((bytes / size).toPrecision(3))} ${unit}`
}

/** `500 kB/s`. */
export const sayRate = (rate: number): string => `${sayBytes(rate)}/s`

/** `5 %` of 0.05. */
export const sayShare = (share: number): string => `${Number((share * 100).toPrecision(3))} %`
