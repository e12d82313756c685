// Arithmetic on piece bitmaps: bit i is piece i, most significant bit first (as BEP 3 has it). Pure, never in place.

const ones = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1
  return count
})

/** Bytes that a bitmap of so many pieces takes. */
const bitmapLength = (pieces: number): number => Math.ceil(pieces / 8)

export const emptyBitmap = (pieces: number): Uint8Array => new Uint8Array(bitmapLength(pieces))

/** How many bits are set. */
export function popcount(bitmap: Uint8Array): number {
  let count = 0
  for (const byte of bitmap) count += ones[byte]!
  return count
}

/** Right length for so many pieces, and no bit beyond the last piece. */
export function fits(bitmap: Uint8Array, pieces: number): boolean {
  if (bitmap.length !== bitmapLength(pieces)) return false
  const spare = bitmap.length * 8 - pieces
  return spare === 0 || (bitmap.at(-1)! & ((1 << spare) - 1)) === 0
}

export const and = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte & b[i]!)
export const or = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte | b[i]!)
export const andNot = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  a.map((byte, i) => byte & ~b[i]!)

/** Every bit of `inner` is set in `outer` too. */
export const covers = (outer: Uint8Array, inner: Uint8Array): boolean =>
  inner.every((byte, i) => (byte & ~outer[i]!) === 0)

/** The indexes of the set bits, rising. */
export function indexes(bitmap: Uint8Array): number[] {
  const found: number[] = []
  bitmap.forEach((byte, at) => {
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) found.push(at * 8 + bit)
  })
  return found
}
