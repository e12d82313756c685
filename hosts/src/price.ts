// What a content costs, as people say it: per piece, or per gigabyte. Money has a smallest unit, and the last piece costs as
// much as the others, so a price per gigabyte is rounded; how far off that is is said before anything is published.

import { FloodgateError, PIECES_MAX, amountOf, decimalOf } from '@floodgate/protocol'
import { amountIn, count, parseAmount, size } from './units.ts'

const KIB = 1024
/** Powers of two; smaller pieces cost signatures, larger ones bind a buyer longer to one seller. */
const PIECE_LENGTHS = [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768].map((kib) => kib * KIB)
/** Of fewer pieces peers have little to trade. */
const PIECES_WANTED = 16
/** Fewer are not worth naming: nobody would have what another one lacks. */
const PIECES_MIN = 2
const GB = 1_000_000_000n

/** A price as it was typed. */
export interface PriceText {
  per: 'piece' | 'GB'
  amount: string
}

export interface Price {
  /** Minor units of one piece. */
  minor: bigint
  /** Bytes; undefined to leave the choice to the torrent's maker. */
  pieceLength: number | undefined
  /** What a price per gigabyte became. */
  rounded?: Rounded
}

export interface Rounded {
  pieces: number
  /** Minor units of 10^9 bytes, as buyers of the whole content pay them. */
  perGbMinor: bigint
  /** What they pay is what was asked, to the last unit. */
  isExact: boolean
  /** How far off it is, in hundredths. */
  offPercent: number
}

/** A piece length, and what a price per gigabyte becomes with it. */
interface Choice {
  minor: bigint
  pieceLength: number
  rounded: Rounded
  /** Within a tenth of what was asked. */
  fits: boolean
}

/** `0.02/piece` or `1.50/GB`. Throws `bad-option`. */
export function parsePrice(text: string): PriceText {
  const [, amount, per] = /^(.+)\/(piece|GB)$/i.exec(text) ?? []
  if (amount === undefined || per === undefined) {
    throw new FloodgateError('bad-option', `a price such as 0.02/piece or 1.50/GB, not ${text}`)
  }
  return { per: per.toLowerCase() === 'gb' ? 'GB' : 'piece', amount: parseAmount(amount) }
}

/**
 * The price of a content of `bytes` bytes in whole minor units a piece. Per gigabyte (10^9 bytes) it is what brings all its
 * pieces, the last one as dear as the others, nearest to what was asked; half a unit is rounded up, and never to nothing.
 * Without a piece length the smallest is taken whose rounding is within a tenth, else the one nearest, of those that leave
 * some sixteen pieces to trade. Throws `bad-option` for 0, and for a price that would be off by more than a tenth unless
 * `anyRounding`, saying what would work.
 */
export function priceOf(
  { per, amount }: PriceText,
  currency: string,
  bytes: number,
  { pieceLength, anyRounding = false }: { pieceLength?: number; anyRounding?: boolean } = {}
): Price {
  const asked = amountIn(amount, currency)
  if (asked === 0n) {
    throw new FloodgateError('bad-option', '--price 0: nothing is sold for nothing')
  }
  if (per === 'piece') return { minor: asked, pieceLength }
  const lengths = pieceLength === undefined ? lengthsFor(bytes) : [pieceLength]
  const choices = lengths.map((length) => roundedFor(asked, bytes, length))
  const nearest = choices.reduce((a, b) => (isCloser(b, a) ? b : a))
  const { minor, pieceLength: length, rounded } = choices.find(({ fits }) => fits) ?? nearest
  if (anyRounding || choices.some(({ fits }) => fits))
    return { minor, pieceLength: length, rounded }
  throw new FloodgateError('bad-option', whatWorks(asked, currency, bytes, nearest))
}

/** Throws `bad-option` for what needs too many pieces. */
function lengthsFor(bytes: number): number[] {
  const [smallest] = PIECE_LENGTHS as [number]
  const longest = Math.max(smallest, bytes / PIECES_WANTED)
  const found = PIECE_LENGTHS.filter(
    (length) => length <= longest && piecesOf(bytes, length) <= PIECES_MAX
  )
  if (found.length > 0) return found
  throw new FloodgateError('bad-option', `${size(bytes)} want a longer --piece-length`)
}

const piecesOf = (bytes: number, pieceLength: number): number => Math.ceil(bytes / pieceLength)

/** `a / b`, to the nearest whole; a half up. */
const divided = (a: bigint, b: bigint): bigint => (a * 2n + b) / (2n * b)

function roundedFor(asked: bigint, bytes: number, pieceLength: number): Choice {
  const pieces = piecesOf(bytes, pieceLength)
  // All money here is in minor units times 10^9, so that nothing is rounded but the price itself.
  const wanted = asked * BigInt(bytes)
  const nearest = divided(wanted, GB * BigInt(pieces))
  const minor = nearest > 0n ? nearest : 1n
  const paid = minor * BigInt(pieces) * GB
  const apart = paid > wanted ? paid - wanted : wanted - paid
  const rounded = {
    pieces,
    perGbMinor: perGbOf(minor * BigInt(pieces), bytes),
    isExact: apart === 0n,
    // For people only; no money follows from it.
    offPercent: Number((apart * 1000n) / wanted) / 10
  }
  return { minor, pieceLength, rounded, fits: apart * 10n <= wanted }
}

/** Nothing fits: what does, or comes nearest, in the words of the command line, and what each would bring. */
function whatWorks(asked: bigint, currency: string, bytes: number, nearest: Choice): string {
  const piece = (one: Choice): string => amountOf(one.minor, currency)
  const brings = (one: Choice): string => {
    const { pieces, perGbMinor } = one.rounded
    const total = amountOf(one.minor * BigInt(pieces), currency)
    const what = `${count(pieces, 'piece')} of ${size(one.pieceLength)} at ${piece(one)}`
    return `(${what}, ${total} in all, ${decimalOf(perGbMinor, currency)}/GB)`
  }
  const others = PIECE_LENGTHS.map((length) => roundedFor(asked, bytes, length)).filter(
    ({ rounded: { pieces } }) => pieces >= PIECES_MIN && pieces <= PIECES_MAX
  )
  const fitting = others.find(({ fits }) => fits)
  // Fewer pieces than are good to trade cost less: a small content comes nearest to its price with them.
  const closer = others.reduce((a, b) => (isCloser(b, a) ? b : a), nearest)
  const ways = [
    ...(fitting === undefined
      ? []
      : [`--piece-length ${lengthText(fitting.pieceLength)} ${brings(fitting)}`]),
    ...(fitting !== undefined || closer === nearest
      ? []
      : [`${exactly(closer, currency)} ${brings(closer)}`]),
    `${exactly(nearest, currency)} ${brings(nearest)}`
  ]
  const wanted = `${decimalOf(asked, currency)}/GB`
  const least = nearest.minor === 1n ? `: a piece costs ${piece(nearest)} at the least` : ''
  return `${size(bytes)} cannot be sold for ${wanted} within a tenth${least}. Say ${ways.join(', or ')}; --any-rounding takes the last`
}

const isCloser = (a: Choice, b: Choice): boolean => a.rounded.offPercent < b.rounded.offPercent

/** A price that is taken as it is. */
const exactly = ({ minor, pieceLength }: Choice, currency: string): string =>
  `--price ${decimalOf(minor, currency)}/piece --piece-length ${lengthText(pieceLength)}`

/** What all of `bytes` bytes cost, as minor units of 10^9 bytes, half a unit rounded up. */
export const perGbOf = (totalMinor: bigint, bytes: number): bigint =>
  divided(totalMinor * GB, BigInt(bytes))

const lengthText = (bytes: number): string =>
  bytes % (KIB * KIB) === 0 ? `${bytes / (KIB * KIB)}M` : `${bytes / KIB}k`
