// Sealed contents for the tests of @floodgate/push: made from chance that can be repeated, and read from memory.

import { concat, platformCrypto, type Crypto } from '@floodgate/protocol'
import { keysFor, readHeader, sealContent, type ContentKeys, type ReadBytes } from '@floodgate/push'
import { randomFrom } from '../support/random.ts'

/** Plaintext in a chunk of contents below 15 MB. */
export const CHUNK = 4096

export const MASTER = platformCrypto.sha256(Uint8Array.of(1))

export interface Sealed {
  plain: Uint8Array
  sealed: Uint8Array
  sealedId: Uint8Array
  keys(group: number): ContentKeys
}

export const readerOf =
  (bytes: Uint8Array): ReadBytes =>
  async (offset, length) =>
    bytes.subarray(offset, offset + length)

export async function joined(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  return concat(...all)
}

/** A content of `length` bytes, plain and sealed. */
export async function sealedContent(
  length: number,
  crypto: Crypto = platformCrypto
): Promise<Sealed> {
  // A prime number of bytes again and again: no two chunks are the same.
  const some = randomFrom(length).bytes(Math.min(length, 4099))
  const plain = Uint8Array.from({ length }, (_, i) => some[i % 4099]!)
  const options = { master: MASTER, length, read: readerOf(plain) }
  const sealed = await joined(sealContent(crypto, options))
  const { sealedId } = readHeader(sealed)
  const keys = (group: number) => keysFor(crypto, { master: MASTER, sealedId, group })
  return { plain, sealed, sealedId, keys }
}
