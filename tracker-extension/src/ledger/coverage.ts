// Which pieces a purse covers: boundaries, strictly rising, as the protocol has them ([2, 5] is 2, 3 and 4). In a row
// they take 4 bytes each, so that a purse stays small whatever it covers (I7). Pure.
import { emptyBitmap } from './bitmap.ts'

/** Most ranges of one purse. */
export const rangesMax = 32

/** The one form of a set of pieces from `from` to `to` − 1 that is not empty. */
export function isCoverage(ranges: readonly number[], from: number, to: number): boolean {
  const rises = ranges.every((at, i) => Number.isInteger(at) && (i === 0 || at > ranges[i - 1]!))
  const isEven = ranges.length > 0 && ranges.length % 2 === 0 && ranges.length <= 2 * rangesMax
  return rises && isEven && ranges[0]! >= from && ranges.at(-1)! <= to
}

export function packRanges(ranges: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * ranges.length)
  const view = new DataView(bytes.buffer)
  ranges.forEach((at, i) => view.setUint32(4 * i, at))
  return bytes
}

/** What a purse covers. A row of before there were parts holds none, and covers all pieces. */
export function rangesOf({ covered, pieces }: { covered: Uint8Array; pieces: number }): number[] {
  if (covered.length === 0) return [0, pieces]
  const view = new DataView(covered.buffer, covered.byteOffset, covered.length)
  return Array.from({ length: covered.length / 4 }, (_, i) => view.getUint32(4 * i))
}

export function countOf(ranges: readonly number[]): number {
  return ranges.reduce((sum, at, i) => (i % 2 === 0 ? sum - at : sum + at), 0)
}

/** What all pieces of a purse cost together, whoever paid it. */
export const totalOf = (purse: {
  covered: Uint8Array
  pieces: number
  priceMinor: bigint
}): bigint => purse.priceMinor * BigInt(countOf(rangesOf(purse)))

export function isCovered(ranges: readonly number[], index: number): boolean {
  return ranges.filter((at) => at <= index).length % 2 === 1
}

/** Have these two any piece in common? */
export function overlap(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (Math.max(a[i]!, b[j]!) < Math.min(a[i + 1]!, b[j + 1]!)) return true
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return false
}

/** Whole bytes at a time: a claim of a great purse must not wait for it. */
export function coverageBitmap(ranges: readonly number[], pieces: number): Uint8Array {
  const bitmap = emptyBitmap(pieces)
  for (let i = 0; i < ranges.length; i += 2) {
    const [from, to] = [ranges[i]!, ranges[i + 1]!]
    const [first, last] = [from >> 3, to >> 3]
    const [head, tail] = [0xff >> (from & 7), 0xff & ~(0xff >> (to & 7))]
    if (first === last) bitmap[first]! |= head & tail
    else {
      bitmap[first]! |= head
      bitmap.fill(0xff, first + 1, last)
      if (tail !== 0) bitmap[last]! |= tail
    }
  }
  return bitmap
}
