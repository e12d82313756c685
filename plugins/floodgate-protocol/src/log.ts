// The append-only log of RFC 9162 §2.1 over the provider's postings: who has a head can be shown that a line stands
// in it (inclusion), and that a later head only adds to it (consistency). Pure; where nodes live is the caller's.

import { concat, equal } from './bytes.ts'
import { FloodgateError } from './errors.ts'
import { checkPath, nodeHash, type Hash } from './merkle.ts'

/** Bytes of a proof at most: two hashes a level, for any size that a number holds. */
export const LOG_PATH_MAX = 32 * 2 * 53

/** A log as its provider keeps it: enough to append, and for its root. */
export interface LogTree {
  /** Lines so far. */
  size: number
  /** Roots of the full subtrees that make it up, the largest first: one for each bit that is set in `size`. */
  peaks: readonly Uint8Array[]
}

export const EMPTY_LOG: LogTree = { size: 0, peaks: [] }

/** The root of the full subtree over the leaves from `index` × 2^`height`, 2^`height` of them; leaves have height 0. */
export type LogNodes = (height: number, index: number) => Uint8Array

const LEAF = Uint8Array.of(0)

/** Hash of the leaf of a line, given as it is encoded. */
export const lineHash = (hash: Hash, line: Uint8Array): Uint8Array => hash(concat(LEAF, line))

/** The log with one more leaf. `onFull` is told of every subtree that became full, the leaf itself first. */
export function appendLeaf(
  hash: Hash,
  { size, peaks }: LogTree,
  leaf: Uint8Array,
  onFull: (height: number, index: number, root: Uint8Array) => void = () => undefined
): LogTree {
  const left = [...peaks]
  let node = leaf
  let index = size
  for (let height = 0; ; height++, index = (index - 1) / 2) {
    onFull(height, index, node)
    if (index % 2 === 0) return { size: size + 1, peaks: [...left, node] }
    node = nodeHash(hash, left.pop()!, node)
  }
}

/** The root of a log; that of the empty log is the hash of nothing. */
export function logRoot(hash: Hash, { peaks }: LogTree): Uint8Array {
  if (peaks.length === 0) return hash(new Uint8Array())
  return peaks.reduceRight((right, left) => nodeHash(hash, left, right))
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}

/** The root over `count` leaves from `start`, which is a multiple of the power of two that is not below `count`. */
function rangeRoot(hash: Hash, nodes: LogNodes, start: number, count: number): Uint8Array {
  if (Number.isInteger(Math.log2(count))) return nodes(Math.log2(count), start / count)
  const split = splitOf(count)
  return nodeHash(
    hash,
    rangeRoot(hash, nodes, start, split),
    rangeRoot(hash, nodes, start + split, count - split)
  )
}

function expectSizes(...ascending: number[]): void {
  const isOk = ascending.every(
    (value, i) => Number.isSafeInteger(value) && value >= (ascending[i - 1] ?? 0)
  )
  if (!isOk) throw new FloodgateError('bad-request', 'not a part of the log')
}

/** The path from leaf `index` to the root of the log when it had `size` leaves (§2.1.3.1), hashes joined. */
export function inclusionProof(
  hash: Hash,
  nodes: LogNodes,
  index: number,
  size: number
): Uint8Array {
  expectSizes(index, size - 1)
  const path: Uint8Array[] = []
  let start = 0
  for (let count = size; count > 1;) {
    const split = splitOf(count)
    const isLeft = index < start + split
    if (isLeft) path.push(rangeRoot(hash, nodes, start + split, count - split))
    else path.push(rangeRoot(hash, nodes, start, split))
    start += isLeft ? 0 : split
    count = isLeft ? split : count - split
  }
  return concat(...path.reverse())
}

/** Does the line with this leaf stand at `index` of the log with `size` lines and this root? (§2.1.3.2) */
export function verifyInclusion(
  hash: Hash,
  leaf: Uint8Array,
  index: number,
  path: Uint8Array,
  { size, root }: { size: number; root: Uint8Array }
): boolean {
  return checkPath(hash, leaf, index, size, path, root)
}

/** What shows that the log of `to` leaves begins with that of `from` (§2.1.4.1), hashes joined; empty for 0 and for `to`. */
export function consistencyProof(
  hash: Hash,
  nodes: LogNodes,
  from: number,
  to: number
): Uint8Array {
  expectSizes(from, to)
  if (from === 0) return new Uint8Array()
  const path: Uint8Array[] = []
  let [start, count] = [0, to]
  while (start + count > from) {
    const split = splitOf(count)
    const isLeft = from <= start + split
    if (isLeft) path.push(rangeRoot(hash, nodes, start + split, count - split))
    else path.push(rangeRoot(hash, nodes, start, split))
    start += isLeft ? 0 : split
    count = isLeft ? split : count - split
  }
  // Whoever has the older root knows this one already when it is the whole of it.
  if (start > 0) path.push(rangeRoot(hash, nodes, start, count))
  return concat(...path.reverse())
}

/** A head's size and root. */
export interface LogPoint {
  size: number
  root: Uint8Array
}

/** Does the log at `newer` begin with the log at `older`? (§2.1.4.2) False too when the sizes are not in order. */
export function verifyConsistency(
  hash: Hash,
  older: LogPoint,
  newer: LogPoint,
  path: Uint8Array
): boolean {
  if (!Number.isSafeInteger(older.size) || !Number.isSafeInteger(newer.size)) return false
  if (older.size < 0 || older.size > newer.size || path.length % 32 !== 0) return false
  if (older.size === newer.size) return path.length === 0 && equal(older.root, newer.root)
  if (older.size === 0) {
    return path.length === 0 && equal(older.root, logRoot(hash, EMPTY_LOG))
  }
  const proof = Array.from({ length: path.length / 32 }, (_, i) =>
    path.subarray(32 * i, 32 * i + 32)
  )
  if (Number.isInteger(Math.log2(older.size))) proof.unshift(older.root)
  return leadsToBoth(hash, older, newer, proof)
}

function leadsToBoth(
  hash: Hash,
  older: LogPoint,
  newer: LogPoint,
  [first, ...rest]: Uint8Array[]
): boolean {
  if (first === undefined) return false
  let [inOlder, inNewer] = [older.size - 1, newer.size - 1]
  const up = (): void => {
    inOlder = Math.floor(inOlder / 2)
    inNewer = Math.floor(inNewer / 2)
  }
  while (inOlder % 2 === 1) up()
  let [toOlder, toNewer] = [first, first]
  for (const sibling of rest) {
    if (inNewer === 0) return false
    if (inOlder % 2 === 1 || inOlder === inNewer) {
      toOlder = nodeHash(hash, sibling, toOlder)
      toNewer = nodeHash(hash, sibling, toNewer)
      while (inOlder % 2 === 0 && inOlder !== 0) up()
    } else toNewer = nodeHash(hash, toNewer, sibling)
    up()
  }
  return inNewer === 0 && equal(toOlder, older.root) && equal(toNewer, newer.root)
}
