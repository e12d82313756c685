// Tokens: money for one piece (F21–F24). The provider keeps none of them: a purse's seed follows from its
// master key, the tokens follow from the seed, and the Merkle root in the purse certificate commits to all.

import { bits } from './bitmap.ts'
import { concat, u32, utf8, xorInto } from './bytes.ts'
import type { Crypto } from './crypto/interface.ts'
import { buildTree, checkPath, leafHash, pathOf, rootOf } from './merkle.ts'
import { inRanges, type Ranges } from './ranges.ts'

export const TOKEN_LENGTH = 32
const SEED = utf8('floodgate/1/seed\0')

/** The seed of a purse, from the provider's master key: HMAC(master, purse ‖ uid ‖ info hash). */
export function purseSeed(
  crypto: Crypto,
  master: Uint8Array,
  purse: Uint8Array,
  uid: Uint8Array,
  infoHash: Uint8Array
): Uint8Array {
  return crypto.hmac(master, concat(SEED, purse, uid, infoHash))
}

/** The token for piece `index`: HMAC(seed, index). */
export function tokenAt(crypto: Crypto, seed: Uint8Array, index: number): Uint8Array {
  return crypto.hmac(seed, u32(index))
}

/** The tokens of one seed, for whoever needs many of them: a third of the cost of `tokenAt`. */
export function tokenMaker(crypto: Crypto, seed: Uint8Array): (index: number) => Uint8Array {
  const mac = crypto.mac(seed)
  return (index) => mac(u32(index))
}

/** All tokens of a purse and the tree over them; the buyer's side. */
export interface Tokens {
  root: Uint8Array
  token(index: number): Uint8Array
  path(index: number): Uint8Array
}

/** Makes the `count` tokens of a seed: about 4 µs each in Node. */
export function makeTokens(crypto: Crypto, seed: Uint8Array, count: number): Tokens {
  const make = tokenMaker(crypto, seed)
  const tokens = Array.from({ length: count }, (_, index) => make(index))
  const leaves = tokens.map((token, index) => leafHash(crypto.sha256, index, token))
  const tree = buildTree(crypto.sha256, leaves)
  return {
    root: rootOf(tree),
    token: (index) => tokens[index]!,
    path: (index) => pathOf(tree, index)
  }
}

/** The hash of each token, joined: what a seller may ask for instead of paths (F39). */
export function tokenHashes(crypto: Crypto, seed: Uint8Array, count: number): Uint8Array {
  const make = tokenMaker(crypto, seed)
  const hashes = new Uint8Array(count * 32)
  for (let index = 0; index < count; index++) {
    hashes.set(leafHash(crypto.sha256, index, make(index)), index * 32)
  }
  return hashes
}

/**
 * Is `token` the one for `index` in the purse of this root? The seller's side (F40). The tree has a leaf for every piece
 * of the content; of those that the purse does not cover nothing was paid for, so their tokens are none.
 */
export function checkToken(
  crypto: Crypto,
  purse: { root: Uint8Array; count: number; pieces: Ranges },
  index: number,
  token: Uint8Array,
  path: Uint8Array
): boolean {
  if (!inRanges(purse.pieces, index)) return false
  const leaf = leafHash(crypto.sha256, index, token)
  return checkPath(crypto.sha256, leaf, index, purse.count, path, purse.root)
}

/** XOR of the tokens of every index in `bitmap`: what a voucher over that bitmap must say. */
export function xorOfTokens(crypto: Crypto, seed: Uint8Array, bitmap: Uint8Array): Uint8Array {
  const xor = new Uint8Array(TOKEN_LENGTH)
  const make = tokenMaker(crypto, seed)
  for (const index of bits(bitmap)) xorInto(xor, make(index))
  return xor
}
