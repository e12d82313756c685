// Sealing: from a plaintext to the one ciphertext that everybody shares.

import { FloodgateError, type Crypto } from '@floodgate/protocol'
import { nonceAt } from './chunk-nonce.ts'
import { chunkKey, SEALED_ID_LENGTH, secretsOf } from './derive.ts'
import { encodeHeader } from './header.ts'
import { layoutOf, lengthAt, markAt } from './layout.ts'

/** Reads so many bytes from `offset` on; may take as long as it takes. */
export type ReadBytes = (offset: number, length: number) => Promise<Uint8Array>

export interface SealOptions {
  /** The provider's secret, 32 bytes, from which the keys of all its contents follow. */
  master: Uint8Array
  /** Bytes of the plaintext. */
  length: number
  read: ReadBytes
}

/**
 * The sealed content in order: its header first, then chunk by chunk. Its id is new each time, so to seal the same content
 * twice makes two; `readHeader` of what comes first tells the id. Throws `bad-field`, or `truncated` when the plaintext ends early.
 */
export async function* sealContent(
  crypto: Crypto,
  { master, length, read }: SealOptions
): AsyncGenerator<Uint8Array, void, undefined> {
  const layout = layoutOf(length)
  const sealedId = crypto.random(SEALED_ID_LENGTH)
  const { base, markSecret } = secretsOf(crypto, master, sealedId)
  const ordinary = chunkKey(crypto, base)
  yield encodeHeader(crypto, base, layout, sealedId)
  for (let index = 0; index < layout.chunks; index++) {
    const plain = await readAll(read, index * layout.chunkLength, lengthAt(layout, index))
    const mark = markAt(layout, index)
    const keys =
      mark === undefined
        ? [ordinary]
        : [0, 1].map((variant) => chunkKey(crypto, markSecret(mark, variant)))
    for (const key of keys) yield crypto.seal(key, nonceAt(layout, index), plain)
  }
}

/** Exactly `length` bytes. Throws `truncated`. */
export async function readAll(
  read: ReadBytes,
  offset: number,
  length: number
): Promise<Uint8Array> {
  const bytes = await read(offset, length)
  if (bytes.length !== length) {
    throw new FloodgateError('truncated', `${bytes.length} of ${length} bytes at ${offset}`)
  }
  return bytes
}
