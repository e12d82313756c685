// The append-only log against RFC 9162 as it is written there: recursive definitions over lists of leaves, for every
// size to 70 and for larger ones at random; and nothing but the right proof is taken.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  EMPTY_LOG,
  appendLeaf,
  concat,
  consistencyProof,
  fromHex,
  inclusionProof,
  lineHash,
  logRoot,
  platformCrypto,
  toHex,
  u32,
  verifyConsistency,
  verifyInclusion,
  type LogNodes,
  type LogPoint,
  type LogTree
} from '@floodgate/protocol'

const hash = (data: Uint8Array) => platformCrypto.sha256(data)
const node = (left: Uint8Array, right: Uint8Array) => hash(concat(Uint8Array.of(1), left, right))

function halves<T>(items: T[]): [T[], T[], number] {
  let k = 1
  while (k * 2 < items.length) k *= 2
  return [items.slice(0, k), items.slice(k), k]
}

/** MTH(D), §2.1.1; `d` are leaf hashes. */
function mth(d: Uint8Array[]): Uint8Array {
  if (d.length === 0) return hash(new Uint8Array())
  if (d.length === 1) return d[0]!
  const [left, right] = halves(d)
  return node(mth(left), mth(right))
}
/** PATH(m, D[n]), §2.1.3.1. */
function path(m: number, d: Uint8Array[]): Uint8Array[] {
  if (d.length === 1) return []
  const [left, right, k] = halves(d)
  return m < k ? [...path(m, left), mth(right)] : [...path(m - k, right), mth(left)]
}
/** SUBPROOF(m, D[n], b), §2.1.4.1. */
function subproof(m: number, d: Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (m === d.length) return isWhole ? [] : [mth(d)]
  const [left, right, k] = halves(d)
  return m <= k
    ? [...subproof(m, left, isWhole), mth(right)]
    : [...subproof(m - k, right, false), mth(left)]
}

const LEAVES_MAX = 600
const leaves = Array.from({ length: LEAVES_MAX }, (_, i) => lineHash(hash, u32(i)))

/** A provider's log: the tree of each size, and the nodes that became full. */
const trees: LogTree[] = [EMPTY_LOG]
const full = new Map<string, Uint8Array>()
for (const leaf of leaves) {
  const keep = (height: number, index: number, root: Uint8Array) =>
    void full.set(`${height} ${index}`, root)
  trees.push(appendLeaf(hash, trees.at(-1)!, leaf, keep))
}
const nodes: LogNodes = (height, index) => full.get(`${height} ${index}`)!
const pointOf = (size: number): LogPoint => ({ size, root: logRoot(hash, trees[size]!) })
const flip = (bytes: Uint8Array, bit: number) =>
  bytes.with(bit >> 3, bytes[bit >> 3]! ^ (0x80 >> (bit & 7)))

function expectInclusion(index: number, size: number): void {
  const proof = inclusionProof(hash, nodes, index, size)
  assert.deepEqual(proof, concat(...path(index, leaves.slice(0, size))), `${index} of ${size}`)
  assert.ok(verifyInclusion(hash, leaves[index]!, index, proof, pointOf(size)))
}

function expectConsistency(from: number, to: number): void {
  const proof = consistencyProof(hash, nodes, from, to)
  const expected = from === 0 ? [] : subproof(from, leaves.slice(0, to), true)
  assert.deepEqual(proof, concat(...expected), `${from} to ${to}`)
  assert.ok(verifyConsistency(hash, pointOf(from), pointOf(to), proof), `${from} to ${to}`)
}

describe('protocol: the log of postings (RFC 9162 §2.1)', () => {
  it('has the root of the definition for every size to 70, and of Certificate Transparency’s test tree', () => {
    for (let size = 0; size <= 70; size++) {
      assert.deepEqual(pointOf(size).root, mth(leaves.slice(0, size)), `${size}`)
    }
    const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657']
      .concat('606162636465666768696a6b6c6d6e6f')
      .map((entry) => lineHash(hash, fromHex(entry)))
    const tree = entries.reduce((before, leaf) => appendLeaf(hash, before, leaf), EMPTY_LOG)
    const expected = '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'
    assert.equal(toHex(logRoot(hash, tree)), expected)
  })

  it('proves every line of every size to 70, and every size consistent with every later one', () => {
    for (let size = 0; size <= 70; size++) {
      for (let index = 0; index < size; index++) expectInclusion(index, size)
      for (let from = 0; from <= size; from++) expectConsistency(from, size)
    }
  }).timeout(60_000)

  it('does so for larger sizes at random', () => {
    const pair = fc.tuple(fc.nat(LEAVES_MAX), fc.nat(LEAVES_MAX))
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        expectConsistency(from, to)
        assert.deepEqual(pointOf(to).root, mth(leaves.slice(0, to)))
        if (from < to) expectInclusion(from, to)
      }),
      { numRuns: 60 }
    )
  }).timeout(60_000)

  it('refuses an inclusion proof with any bit flipped, any part missing, at any other place', () => {
    for (const [index, size] of [
      [0, 1],
      [0, 2],
      [4, 7],
      [6, 7],
      [5, 13],
      [63, 70],
      [69, 70]
    ] as const) {
      const proof = inclusionProof(hash, nodes, index, size)
      const point = pointOf(size)
      const check = (leaf: Uint8Array, at: number, way: Uint8Array, to: LogPoint) =>
        verifyInclusion(hash, leaf, at, way, to)
      const leaf = leaves[index]!
      for (let bit = 0; bit < proof.length * 8; bit++) {
        assert.ok(!check(leaf, index, flip(proof, bit), point))
      }
      for (let bit = 0; bit < 256; bit++) {
        assert.ok(!check(flip(leaf, bit), index, proof, point))
        assert.ok(!check(leaf, index, proof, { size, root: flip(point.root, bit) }))
      }
      for (let cut = 0; cut < proof.length; cut++) {
        assert.ok(!check(leaf, index, proof.subarray(0, cut), point))
      }
      assert.ok(!check(leaf, index, concat(proof, new Uint8Array(32)), point))
      for (let at = -1; at <= size; at++) {
        assert.equal(check(leaf, at, proof, point), at === index)
      }
    }
  })

  it('refuses a consistency proof with any bit flipped or any part missing, and other roots and sizes', () => {
    for (const [from, to] of [
      [1, 2],
      [3, 7],
      [4, 7],
      [6, 8],
      [7, 8],
      [13, 70],
      [64, 70],
      [69, 70]
    ] as const) {
      const proof = consistencyProof(hash, nodes, from, to)
      const [older, newer] = [pointOf(from), pointOf(to)]
      for (let bit = 0; bit < proof.length * 8; bit++) {
        assert.ok(!verifyConsistency(hash, older, newer, flip(proof, bit)))
      }
      for (let bit = 0; bit < 256; bit++) {
        const forged = [
          { ...older, root: flip(older.root, bit) },
          { ...newer, root: flip(newer.root, bit) }
        ]
        assert.ok(!verifyConsistency(hash, forged[0]!, newer, proof))
        assert.ok(!verifyConsistency(hash, older, forged[1]!, proof))
      }
      for (let cut = 0; cut < proof.length; cut++) {
        assert.ok(!verifyConsistency(hash, older, newer, proof.subarray(0, cut)))
      }
      assert.ok(!verifyConsistency(hash, older, newer, concat(proof, new Uint8Array(32))))
      assert.ok(!verifyConsistency(hash, newer, older, proof))
      for (const size of [-1, 0.5, NaN, 2 ** 53]) {
        assert.ok(!verifyConsistency(hash, { ...older, size }, newer, proof), `${size}`)
      }
    }
  })

  it('tells a fork: no proof of either history leads from one to the other', () => {
    const other = leaves.with(20, lineHash(hash, u32(1000)))
    for (let from = 21; from <= 70; from++) {
      const older = { size: from, root: mth(other.slice(0, from)) }
      const proofs = [
        subproof(from, leaves.slice(0, 70), true),
        subproof(from, other.slice(0, 70), true)
      ]
      for (const proof of proofs) {
        assert.ok(!verifyConsistency(hash, older, pointOf(70), concat(...proof)), `${from}`)
      }
    }
  })

  it('gives no proof of what is not there', () => {
    for (const [index, size] of [
      [7, 7],
      [-1, 7],
      [0, 0],
      [0.5, 7]
    ] as const) {
      assert.throws(() => inclusionProof(hash, nodes, index, size), { code: 'bad-request' })
    }
    for (const [from, to] of [
      [8, 7],
      [-1, 7],
      [NaN, 7]
    ] as const) {
      assert.throws(() => consistencyProof(hash, nodes, from, to), { code: 'bad-request' })
    }
  })
})
