// What binds a voucher to its tokens. The XOR alone does not: who knows more than 256 tokens of a purse finds, by linear
// algebra, other sets of the same count and XOR. So a voucher also names the hash of its bitmap, and of the payment's items.

import { setBit } from './bitmap.ts'
import { concat, u32 } from './bytes.ts'
import type { Crypto } from './crypto/interface.ts'
import type { Message } from './messages.ts'

/** The field `paid`: SHA-256 of the bitmap of all tokens that were paid to the payee. */
export const paidHash = (crypto: Crypto, bitmap: Uint8Array): Uint8Array => crypto.sha256(bitmap)

/** The field `items`: SHA-256 over index, token, length of the path and path of each; numbers in four bytes, big endian. */
export function itemsHash(crypto: Crypto, items: Message<'payment'>['items']): Uint8Array {
  const parts = items.flatMap(({ index, token, path }) => [
    u32(index),
    token,
    u32(path.length),
    path
  ])
  return crypto.sha256(concat(...parts))
}

/** `bitmap` and these indexes. */
export function withBits(bitmap: Uint8Array, indexes: Iterable<number>): Uint8Array {
  const more = bitmap.slice()
  for (const index of indexes) setBit(more, index)
  return more
}
