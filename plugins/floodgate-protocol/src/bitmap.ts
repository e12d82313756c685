// Sets of piece indexes as bitmaps: bit i is piece i, most significant bit first, as in BEP 3's bitfield.

/** An empty bitmap for `count` pieces: ⌈count/8⌉ bytes. */
export function emptyBitmap(count: number): Uint8Array {
  return new Uint8Array(Math.ceil(count / 8))
}

export function hasBit(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
}

export function setBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3]! |= 0x80 >> (index & 7)
}

export function clearBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3]! &= ~(0x80 >> (index & 7))
}

/** The indexes that are set, ascending. */
export function* bits(bitmap: Uint8Array): Generator<number> {
  for (let byte = 0; byte < bitmap.length; byte++) {
    for (let rest = bitmap[byte]!; rest !== 0;) {
      const bit = Math.clz32(rest) - 24
      yield byte * 8 + bit
      rest &= ~(0x80 >> bit)
    }
  }
}

export function countBits(bitmap: Uint8Array): number {
  let count = 0
  for (const byte of bitmap) for (let rest = byte; rest !== 0; rest &= rest - 1) count++
  return count
}

/** Has it the length for `count` pieces, and no bit past the last one? */
export function isBitmapOf(bitmap: Uint8Array, count: number): boolean {
  if (bitmap.length !== Math.ceil(count / 8)) return false
  const spare = bitmap.length * 8 - count
  return spare === 0 || (bitmap.at(-1)! & ((1 << spare) - 1)) === 0
}
