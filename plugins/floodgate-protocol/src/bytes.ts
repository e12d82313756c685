// Byte arrays: the few operations that every part needs. Plain Uint8Array everywhere, never Buffer.

import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

export { bytesToHex as toHex, hexToBytes as fromHex, concatBytes as concat, utf8ToBytes as utf8 }

/** Are both arrays the same bytes? Not constant-time: for public data (ids, hashes). */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return compare(a, b) === 0
}

/** Lexicographic order, as bencode and the session id need it: negative, 0 or positive. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** `value` as 4 bytes, big endian: once for every token that a provider redeems, so without a DataView. */
export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

/** XORs `other` into `target`, in place. Both have the same length. */
/** A safe integer in eight bytes, big endian. */
export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

export function xorInto(target: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < target.length; i++) target[i]! ^= other[i]!
}

/** Base64url without padding (RFC 4648 §5), for URLs and JSON. */
export function toBase64url(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The inverse of `toBase64url`; undefined when `text` is not base64url. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
  // The last character has spare bits, which atob ignores: only one spelling of the bytes is read.
  return toBase64url(bytes) === text ? bytes : undefined
}

/** A byte order mark is kept (`ignoreBOM` means that): dropped, two byte strings would read as one text. */
const asText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 text of `bytes`; undefined when they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return asText.decode(bytes)
  } catch {
    return undefined
  }
}
