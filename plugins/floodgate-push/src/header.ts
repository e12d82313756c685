// The first bytes of a sealed content: what it is, how long, and its id. Anybody may read them; whoever has the keys can tell
// whether they were altered.

import { concat, equal, FloodgateError, u32, u64, utf8, type Crypto } from '@floodgate/protocol'
import { headerTag, SEALED_ID_LENGTH } from './derive.ts'
import { HEADER_LENGTH, isLength, layoutOf, type Layout } from './layout.ts'

const MAGIC = utf8('FGSEALED')
const VERSION = 1
const TAGGED = 40

/** Magic, version, chunk length, length and id. */
const fieldsOf = ({ chunkLength, length }: Layout, sealedId: Uint8Array): Uint8Array =>
  concat(MAGIC, u32(VERSION), u32(chunkLength), u64(length), sealedId)

/** The header as it stands in the sealed content. */
export function encodeHeader(
  crypto: Crypto,
  base: Uint8Array,
  layout: Layout,
  sealedId: Uint8Array
): Uint8Array {
  const fields = fieldsOf(layout, sealedId)
  return concat(fields, headerTag(crypto, base, fields))
}

/** What the header says to anybody, unverified. */
export interface SealedHeader {
  sealedId: Uint8Array
  /** Bytes of the plaintext. */
  length: number
}

/**
 * Reads the header of a sealed content from its first 72 bytes or more. Throws `truncated` or `not-sealed`. Nothing of it is
 * verified, that takes the keys.
 */
export function readHeader(bytes: Uint8Array): SealedHeader {
  if (!equal(bytes.subarray(0, MAGIC.length), MAGIC)) throw new FloodgateError('not-sealed')
  if (bytes.length < HEADER_LENGTH) throw new FloodgateError('truncated', 'header')
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(16))
  if (!isLength(length)) throw new FloodgateError('not-sealed', 'length')
  const sealedId = new Uint8Array(bytes.subarray(TAGGED - SEALED_ID_LENGTH, TAGGED))
  // Every field but length and id has one value only.
  if (!equal(fieldsOf(layoutOf(length), sealedId), bytes.subarray(0, TAGGED))) {
    throw new FloodgateError('not-sealed', 'version or chunk length')
  }
  return { sealedId, length }
}

/** Was the header made by whoever has `base`, and not altered? */
export function isHeaderOf(crypto: Crypto, base: Uint8Array, bytes: Uint8Array): boolean {
  const tag = headerTag(crypto, base, bytes.subarray(0, TAGGED))
  return equal(tag, bytes.subarray(TAGGED, HEADER_LENGTH))
}
