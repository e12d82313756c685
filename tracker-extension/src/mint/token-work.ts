// What is computed over all tokens of a purse: its Merkle root, its list of hashes, the XOR over a bitmap. A purse may
// have 65,536 of them (0.4 s of work), so all of it lets the event loop go on in between. Nothing is kept.

import { setImmediate } from 'node:timers/promises'
import {
  TOKEN_LENGTH,
  bits,
  buildTree,
  leafHash,
  rootOf,
  tokenMaker,
  xorInto,
  type Crypto
} from '@floodgate/protocol'

/** Tokens in one go, 2 to 3 ms of work. A power of two, so that the tree of a slice is a subtree of the whole. */
const SLICE = 512

/** The leaf hashes of `count` tokens, one slice after the other. */
async function* leafSlices(
  crypto: Crypto,
  seed: Uint8Array,
  count: number
): AsyncGenerator<Uint8Array[]> {
  const token = tokenMaker(crypto, seed)
  for (let start = 0; start < count; start += SLICE) {
    if (start > 0) await setImmediate()
    const length = Math.min(SLICE, count - start)
    yield Array.from({ length }, (_, i) => leafHash(crypto.sha256, start + i, token(start + i)))
  }
}

/** The Merkle root over the `count` tokens of `seed`: the same as `makeTokens(…).root`. */
export async function tokenRoot(
  crypto: Crypto,
  seed: Uint8Array,
  count: number
): Promise<Uint8Array> {
  const roots: Uint8Array[] = []
  for await (const leaves of leafSlices(crypto, seed, count)) {
    roots.push(rootOf(buildTree(crypto.sha256, leaves)))
  }
  return rootOf(buildTree(crypto.sha256, roots))
}

/** The hash of each token, joined (F39): the same as the protocol's `tokenHashes`. */
export async function tokenHashList(
  crypto: Crypto,
  seed: Uint8Array,
  count: number
): Promise<Uint8Array> {
  const list = new Uint8Array(count * TOKEN_LENGTH)
  let at = 0
  for await (const leaves of leafSlices(crypto, seed, count)) {
    for (const leaf of leaves) {
      list.set(leaf, at)
      at += TOKEN_LENGTH
    }
  }
  return list
}

/** XOR of the tokens of every index in `bitmap`, started from `xor` (all zero by default). */
export async function tokenXor(
  crypto: Crypto,
  seed: Uint8Array,
  bitmap: Uint8Array,
  xor: Uint8Array = new Uint8Array(TOKEN_LENGTH)
): Promise<Uint8Array> {
  const token = tokenMaker(crypto, seed)
  const sum = xor.slice()
  let done = 0
  for (const index of bits(bitmap)) {
    xorInto(sum, token(index))
    if (++done % SLICE === 0) await setImmediate()
  }
  return sum
}
