// The tree over a purse's tokens: every leaf proves itself and nothing else, for every size up to 70.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  bits,
  buildTree,
  checkPath,
  checkToken,
  clearBit,
  concat,
  countBits,
  emptyBitmap,
  fromHex,
  hasBit,
  isBitmapOf,
  leafHash,
  makeTokens,
  pathOf,
  platformCrypto,
  purseSeed,
  rootOf,
  setBit,
  toHex,
  tokenAt,
  tokenHashes,
  u32,
  xorInto,
  xorOfTokens
} from '@floodgate/protocol'

const hash = (data: Uint8Array) => platformCrypto.sha256(data)
const leafOf = (i: number) => leafHash(hash, i, new Uint8Array(32).fill(i))

/** RFC 9162 §2.1.1 as it is written there: recursive, split at the largest power of two below n. */
function rootByDefinition(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  const halves = [leaves.slice(0, split), leaves.slice(split)].map(rootByDefinition)
  return hash(concat(Uint8Array.of(1), ...halves))
}

/** The test tree of Certificate Transparency (RFC 6962): its entries, and the roots of the first 1…8. */
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657']
  .concat('606162636465666768696a6b6c6d6e6f')
  .map(fromHex)
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'
]

describe('protocol: Merkle tree', () => {
  it('has the roots of Certificate Transparency’s test tree', () => {
    const leaves = ENTRIES.map((entry) => hash(concat(Uint8Array.of(0), entry)))
    ROOTS.forEach((root, i) => {
      assert.equal(toHex(rootOf(buildTree(hash, leaves.slice(0, i + 1)))), root)
    })
  })

  it('has the root of RFC 9162’s definition for every size to 70', () => {
    for (let count = 1; count <= 70; count++) {
      const leaves = Array.from({ length: count }, (_, i) => leafOf(i))
      assert.deepEqual(rootOf(buildTree(hash, leaves)), rootByDefinition(leaves))
    }
  })

  it('proves each leaf at its index and at no other, to 70', () => {
    for (let count = 1; count <= 70; count++) {
      const tree = buildTree(
        hash,
        Array.from({ length: count }, (_, i) => leafOf(i))
      )
      const root = rootOf(tree)
      for (let i = 0; i < count; i++) {
        const path = pathOf(tree, i)
        for (let j = -1; j <= count; j++) {
          assert.equal(checkPath(hash, leafOf(i), j, count, path, root), j === i, `${i} at ${j}`)
        }
      }
    }
  })

  it('refuses every other leaf, root, path, path length and count', () => {
    for (const count of [1, 2, 3, 5, 8, 13, 33]) {
      const tree = buildTree(
        hash,
        Array.from({ length: count }, (_, i) => leafOf(i))
      )
      const root = rootOf(tree)
      for (let i = 0; i < count; i++) {
        const path = pathOf(tree, i)
        const check = (leaf: Uint8Array, way: Uint8Array, to: Uint8Array) =>
          checkPath(hash, leaf, i, count, way, to)
        const flip = (bytes: Uint8Array, at: number) => bytes.with(at, bytes[at]! ^ 1)
        assert.ok(!check(leafOf(i + 1), path, root))
        for (let at = 0; at < 32; at++) assert.ok(!check(leafOf(i), path, flip(root, at)))
        for (let at = 0; at < path.length; at++) assert.ok(!check(leafOf(i), flip(path, at), root))
        for (let cut = 0; cut < path.length; cut++) {
          assert.ok(!check(leafOf(i), path.subarray(0, cut), root))
        }
        for (const more of [1, 31, 32, 64]) {
          assert.ok(!check(leafOf(i), concat(path, new Uint8Array(more)), root))
        }
        for (const index of [i + 0.5, NaN, Infinity, i + 2 ** 32]) {
          assert.ok(!checkPath(hash, leafOf(i), index, count, path, root), String(index))
        }
      }
    }
  })

  it('takes no inner node for a leaf, and has no empty tree', () => {
    const tree = buildTree(hash, [leafOf(0), leafOf(1), leafOf(2), leafOf(3)])
    const inner = tree[1]![0]!
    assert.ok(checkPath(hash, inner, 0, 2, tree[1]![1]!, rootOf(tree)), 'the node is on the way')
    const token = concat(tree[0]![0]!, tree[0]![1]!)
    assert.notDeepEqual(leafHash(hash, 0, token), inner)
    assert.throws(() => buildTree(hash, []), { code: 'bad-field' })
  })
})

describe('protocol: tokens', () => {
  const seed = purseSeed(
    platformCrypto,
    new Uint8Array(32).fill(1),
    new Uint8Array(16).fill(2),
    new Uint8Array(16).fill(3),
    new Uint8Array(20).fill(4)
  )

  it('F23: each proves its own piece only, in its own purse only', () => {
    const count = 21
    const tokens = makeTokens(platformCrypto, seed, count)
    const purse = { root: tokens.root, count, pieces: [0, count] }
    const other = {
      root: makeTokens(platformCrypto, seed.with(0, seed[0]! ^ 1), count).root,
      count,
      pieces: [0, count]
    }
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        const fits = checkToken(platformCrypto, purse, j, tokens.token(i), tokens.path(j))
        assert.equal(fits, i === j)
      }
      assert.ok(!checkToken(platformCrypto, other, i, tokens.token(i), tokens.path(i)))
    }
  })

  it('F39: the hash list holds the leaves, of a purse of the largest size too', () => {
    const count = 65_536
    const hashes = tokenHashes(platformCrypto, seed, count)
    assert.equal(hashes.length, count * 32)
    for (const i of [0, 1, 65_535]) {
      const leaf = leafHash(hash, i, tokenAt(platformCrypto, seed, i))
      assert.deepEqual(hashes.slice(i * 32, i * 32 + 32), leaf)
    }
  })

  it('F46: the XOR over a bitmap is what payments added up to, in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(99), { maxLength: 30 }), (indexes) => {
        const [sum, bitmap] = [new Uint8Array(32), emptyBitmap(100)]
        for (const index of indexes) {
          xorInto(sum, tokenAt(platformCrypto, seed, index))
          setBit(bitmap, index)
        }
        assert.deepEqual(xorOfTokens(platformCrypto, seed, bitmap), sum)
      }),
      { numRuns: 20 }
    )
  })

  it('derives another seed for every purse, buyer and content', () => {
    const inputs = [new Uint8Array(32), new Uint8Array(16), new Uint8Array(16), new Uint8Array(20)]
    const seeds = new Set([toHex(seedOf(inputs))])
    inputs.forEach((input, i) => seeds.add(toHex(seedOf(inputs.with(i, input.with(0, 1))))))
    assert.equal(seeds.size, 5)
    assert.notDeepEqual(tokenAt(platformCrypto, seed, 1), tokenAt(platformCrypto, seed, 256))
    assert.deepEqual(u32(258), Uint8Array.of(0, 0, 1, 2))
  })
})

function seedOf([master, purse, uid, infoHash]: Uint8Array[]): Uint8Array {
  return purseSeed(platformCrypto, master!, purse!, uid!, infoHash!)
}

describe('protocol: bitmaps', () => {
  it('agree with a set of numbers, whatever is done to them', () => {
    const step = fc.tuple(fc.nat(76), fc.boolean())
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const [bitmap, model] = [emptyBitmap(77), new Set<number>()]
        for (const [index, on] of steps) {
          if (on) setBit(bitmap, index)
          else clearBit(bitmap, index)
          if (on) model.add(index)
          else model.delete(index)
          assert.equal(hasBit(bitmap, index), on)
        }
        const sorted = [...model].sort((a, b) => a - b)
        assert.deepEqual([...bits(bitmap)], sorted)
        assert.equal(countBits(bitmap), model.size)
        assert.ok(isBitmapOf(bitmap, 77))
      })
    )
  })

  it('BEP 3: the first piece is the highest bit, and bits past the last are refused', () => {
    const bitmap = emptyBitmap(9)
    setBit(bitmap, 0)
    setBit(bitmap, 8)
    assert.deepEqual(bitmap, Uint8Array.of(0x80, 0x80))
    assert.ok(isBitmapOf(bitmap, 9))
    assert.ok(!isBitmapOf(bitmap, 8) && !isBitmapOf(bitmap, 17))
    for (let bit = 0; bit < 7; bit++) assert.ok(!isBitmapOf(Uint8Array.of(0, 1 << bit), 9))
    assert.ok(isBitmapOf(new Uint8Array(), 0))
    assert.equal(hasBit(bitmap, 5000), false)
  })
})
