// What a content costs, as people say it: per piece, or per gigabyte. Money has a smallest unit, so a price per gigabyte is
// rounded to whole units a piece; how far off that is is said before anything is published.

import { FloodgateError, decimalOf, minorDigitsOf, minorOf } from '@floodgate/protocol'

const KIB = 1024
/** Powers of two; smaller pieces cost signatures, larger ones bind a buyer longer to one seller. */
const PIECE_LENGTHS = [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768].map((kib) => kib * KIB)
const GB = 1_000_000_000n
/** Beyond, the price would be another one than was asked for. In hundredths. */
const OFF_MAX = 10

/** A price as it was typed. */
export type PriceText = { per: 'piece'; amount: string } | { per: 'GB'; amount: string }

export interface Price {
  /** Minor units of one piece. */
  minor: bigint
  /** Bytes; undefined to leave the choice to the torrent's maker. */
  pieceLength: number | undefined
  /** What rounding made of a price per gigabyte: minor units of 10^9 bytes, and how far off in hundredths. */
  rounded?: { perGbMinor: bigint; offPercent: number }
}

/** `2` (minor units a piece), `0.02/piece` or `1.50/GB`. Throws `bad-option`. */
export function parsePrice(text: string): PriceText {
  const found = /^(\d{1,18}(?:\.\d{1,18})?)\/(piece|GB)$/i.exec(text)
  const [, amount, per] = found ?? []
  if (amount !== undefined) return { per: per!.toLowerCase() === 'gb' ? 'GB' : 'piece', amount }
  if (/^(0|[1-9]\d{0,17})$/.test(text)) return { per: 'piece', amount: `minor ${text}` }
  throw new FloodgateError('bad-option', `a price such as 0.02/piece or 1.50/GB, not ${text}`)
}

/**
 * The price in whole minor units a piece. Per gigabyte (10^9 bytes) it is rounded to the nearest, a half up, and never to
 * nothing; without a piece length the smallest is taken whose rounding is within a tenth, else the one nearest. Throws
 * `bad-option` for 0, and for a price that would be off by more than a tenth unless `anyRounding`.
 */
export function priceOf(
  text: PriceText,
  currency: string,
  { pieceLength, anyRounding = false }: { pieceLength?: number; anyRounding?: boolean }
): Price {
  if (text.per === 'piece') {
    const [, plain] = text.amount.split('minor ')
    const minor = plain === undefined ? minorOf(text.amount, currency) : BigInt(plain)
    return { minor: expectPrice(minor), pieceLength }
  }
  const perGb = expectPrice(minorOf(text.amount, currency))
  const choices = (pieceLength === undefined ? PIECE_LENGTHS : [pieceLength]).map((length) =>
    roundedFor(perGb, length)
  )
  const near = choices.filter(({ rounded }) => rounded.offPercent <= OFF_MAX)
  const best = choices.reduce((a, b) => (b.rounded.offPercent < a.rounded.offPercent ? b : a))
  const chosen = near[0] ?? best
  if (near.length === 0 && !anyRounding) {
    const { minor, rounded } = chosen
    const units = `${decimalOf(minor, currency)} ${currency} a piece`
    const real = `${decimalOf(rounded.perGbMinor, currency)} per GB`
    throw new FloodgateError(
      'bad-option',
      `${units} would be ${real}: say --any-rounding, or --piece-length`
    )
  }
  return chosen
}

/** An amount as it was typed: `5.00` in the currency, or `500` minor units, as in a price. Throws `bad-option`. */
export function parseAmount(text: string): string {
  if (/^(\d{1,15}\.\d{1,8}|0|[1-9]\d{0,17})$/.test(text)) return text
  throw new FloodgateError('bad-option', `an amount such as 5.00, or 500 minor units, not ${text}`)
}

/** What was typed, in minor units. Throws `bad-option`, also for more digits than the currency has. */
export function amountIn(text: string, currency: string): bigint {
  const [, fraction] = parseAmount(text).split('.')
  if (fraction === undefined) return BigInt(text)
  if (fraction.length <= minorDigitsOf(currency)) return minorOf(text, currency)
  throw new FloodgateError('bad-option', `${text} is no amount in ${currency}`)
}

function expectPrice(minor: bigint): bigint {
  if (minor > 0n) return minor
  throw new FloodgateError('bad-option', '--price 0: nothing is sold for nothing')
}

function roundedFor(perGb: bigint, pieceLength: number): Required<Price> {
  const length = BigInt(pieceLength)
  const nearest = (perGb * length * 2n + GB) / (2n * GB)
  const minor = nearest > 0n ? nearest : 1n
  const perGbMinor = (minor * GB * 2n + length) / (2n * length)
  const apart = perGbMinor > perGb ? perGbMinor - perGb : perGb - perGbMinor
  // For people only; no money follows from it.
  const offPercent = Number((apart * 1000n) / perGb) / 10
  return { minor, pieceLength, rounded: { perGbMinor, offPercent } }
}
