// Sets of pieces as ranges: which pieces a purse covers, or a buyer wants. A set is written as its boundaries, strictly
// rising: the first piece of a range, then the first piece behind it, and so on. [2, 5, 9, 10] is 2, 3, 4 and 9. Two
// ranges that touch would share a boundary, so each set has one form only.

import { bits } from './bitmap.ts'
import { FloodgateError } from './errors.ts'

export type Ranges = readonly number[]

/** Most ranges of one purse; who wants more buys the rest with another. */
export const RANGES_MAX = 32

/** Is it the one form of a set that is not empty, of pieces from `from` to `to` − 1? */
export function isRanges(ranges: Ranges, from: number, to: number): boolean {
  const rises = ranges.every((at, i) => Number.isInteger(at) && (i === 0 || at > ranges[i - 1]!))
  const isEven = ranges.length > 0 && ranges.length % 2 === 0 && ranges.length <= 2 * RANGES_MAX
  return rises && isEven && ranges[0]! >= from && ranges.at(-1)! <= to
}

/** Throws `bad-field` unless `isRanges`. */
export function expectRanges(ranges: Ranges, from: number, to: number): void {
  if (!isRanges(ranges, from, to)) throw new FloodgateError('bad-field', 'pieces')
}

/** Is piece `index` one of them? */
export function inRanges(ranges: Ranges, index: number): boolean {
  let behind = 0
  while (behind < ranges.length && ranges[behind]! <= index) behind++
  return behind % 2 === 1
}

export function countRanges(ranges: Ranges): number {
  let count = 0
  for (let i = 0; i + 1 < ranges.length; i += 2) count += ranges[i + 1]! - ranges[i]!
  return count
}

/** The indexes, ascending. */
export function* eachOf(ranges: Ranges): Generator<number> {
  for (let i = 0; i + 1 < ranges.length; i += 2) {
    for (let index = ranges[i]!; index < ranges[i + 1]!; index++) yield index
  }
}

/** The pieces below `count` that satisfy: of more than `RANGES_MAX` ranges the first ones. */
export function rangesWhere(count: number, satisfies: (index: number) => boolean): number[] {
  const ranges: number[] = []
  for (let index = 0; index <= count; index++) {
    const isIn = index < count && satisfies(index)
    if (isIn === (ranges.length % 2 === 1)) continue
    if (ranges.length === 2 * RANGES_MAX) break
    ranges.push(index)
  }
  return ranges
}

/** Has every bit of `bitmap` its piece in `ranges`? */
export function coversBitmap(ranges: Ranges, bitmap: Uint8Array): boolean {
  for (const index of bits(bitmap)) if (!inRanges(ranges, index)) return false
  return true
}
