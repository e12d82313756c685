// The Merkle tree over a purse's tokens, in the shape of RFC 9162 §2.1: leaves and nodes are hashed with
// different prefixes, and a leaf binds its index, so that a token proves exactly one piece.

import { concat, equal, u32 } from './bytes.ts'
import { FloodgateError } from './errors.ts'

export type Hash = (data: Uint8Array) => Uint8Array

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/** Hash of the leaf for `token` of piece `index`. */
export function leafHash(hash: Hash, index: number, token: Uint8Array): Uint8Array {
  return hash(concat(LEAF, u32(index), token))
}

/** Hash of the node over two others. */
export const nodeHash = (hash: Hash, left: Uint8Array, right: Uint8Array): Uint8Array =>
  hash(concat(NODE, left, right))

/**
 * All levels, leaves first. A level's odd last node moves up unchanged, which gives the same root and paths
 * as the recursive definition of RFC 9162. A tree has at least one leaf.
 */
export function buildTree(hash: Hash, leaves: Uint8Array[]): Uint8Array[][] {
  if (leaves.length === 0) throw new FloodgateError('bad-field', 'a tree of nothing')
  const levels = [leaves]
  for (let below = leaves; below.length > 1;) {
    const level: Uint8Array[] = []
    for (let i = 0; i + 1 < below.length; i += 2)
      level.push(nodeHash(hash, below[i]!, below[i + 1]!))
    if (below.length % 2 === 1) level.push(below.at(-1)!)
    levels.push(level)
    below = level
  }
  return levels
}

export function rootOf(levels: Uint8Array[][]): Uint8Array {
  return levels.at(-1)![0]!
}

/** The hashes beside the way from leaf `index` to the root, lowest first, joined: at most 16 × 32 bytes. */
export function pathOf(levels: Uint8Array[][], index: number): Uint8Array {
  const path: Uint8Array[] = []
  for (const level of levels.slice(0, -1)) {
    const sibling = level[index ^ 1]
    if (sibling !== undefined) path.push(sibling)
    index >>= 1
  }
  return concat(...path)
}

/** Does `path` lead from `leaf` at `index` of `count` leaves to `root`? (RFC 9162 §2.1.3.2) */
export function checkPath(
  hash: Hash,
  leaf: Uint8Array,
  index: number,
  count: number,
  path: Uint8Array,
  root: Uint8Array
): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= count) return false
  let at = 0
  let node = leaf
  // Divided, not shifted: a log may have more than 2^31 leaves.
  for (let last = count - 1; last > 0; last = Math.floor(last / 2), index = Math.floor(index / 2)) {
    if (index === last && index % 2 === 0) continue // the odd last node has no sibling on this level
    const sibling = path.subarray(at, at + 32)
    if (sibling.length !== 32) return false
    at += 32
    node = index % 2 === 0 ? nodeHash(hash, node, sibling) : nodeHash(hash, sibling, node)
  }
  return at === path.length && equal(node, root)
}
