// edwards25519 by the schoolbook (RFC 8032 §5.1.4), with bigint: slow, and only here to make the keys and
// signatures that no honest library would make.

import { createHash } from 'node:crypto'
import { concat } from '@floodgate/protocol'

export const P = 2n ** 255n - 19n
/** Order of the base point. */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n

export type Point = readonly [bigint, bigint]

const mod = (a: bigint): bigint => ((a % P) + P) % P
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) {
    if (e & 1n) result = mod(result * b)
  }
  return result
}
const inverse = (a: bigint): bigint => power(a, P - 2n)
const D = mod(-121665n * inverse(121666n))
const ROOT = power(2n, (P - 1n) / 4n)

const IDENTITY: Point = [0n, 1n]

export function add([x1, y1]: Point, [x2, y2]: Point): Point {
  const k = mod(D * mod(x1 * x2) * mod(y1 * y2))
  return [
    mod((x1 * y2 + x2 * y1) * inverse(mod(1n + k))),
    mod((y1 * y2 + x1 * x2) * inverse(mod(1n - k)))
  ]
}

export function times(scalar: bigint, point: Point): Point {
  let sum = IDENTITY
  for (let p = point, e = scalar; e > 0n; e >>= 1n, p = add(p, p)) if (e & 1n) sum = add(sum, p)
  return sum
}

/** The point of this y, with the even x; undefined when there is none. */
export function pointAt(y: bigint): Point | undefined {
  const square = mod((y * y - 1n) * inverse(mod(D * y * y + 1n)))
  let x = power(square, (P + 3n) / 8n)
  if (mod(x * x) !== square) x = mod(x * ROOT)
  if (mod(x * x) !== square) return undefined
  return [x & 1n ? P - x : x, y]
}

export const BASE: Point = pointAt(mod(4n * inverse(5n)))!

export function littleEndian(value: bigint, length = 32): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

export const encodePoint = ([x, y]: Point): Uint8Array => littleEndian(y | ((x & 1n) << 255n))

/** The number that Ed25519 multiplies the public key with. */
export function challenge(r: Uint8Array, a: Uint8Array, message: Uint8Array): bigint {
  const hash = createHash('sha512')
    .update(concat(r, a, message))
    .digest()
  return fromLittleEndian(hash) % L
}

/** A point of order 8: any point, its part of prime order multiplied away. */
export function torsion8(): Point {
  for (let y = 2n; ; y++) {
    const point = pointAt(y)
    if (point === undefined) continue
    const small = times(L, point)
    if (times(4n, small)[1] !== 1n) return small
  }
}
