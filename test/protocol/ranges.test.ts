// Sets of pieces as boundaries: one form each, and the same set as any other way to write it.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  countRanges,
  coversBitmap,
  eachOf,
  emptyBitmap,
  inRanges,
  isRanges,
  rangesWhere,
  setBit
} from '@floodgate/protocol'
import {
  countOf,
  coverageBitmap,
  isCovered,
  overlap,
  packRanges,
  rangesOf
} from '../../tracker-extension/src/ledger/coverage.ts'

const COUNT = 70
const sets = fc.uniqueArray(fc.nat(COUNT - 1), { maxLength: 40 }).map((list) => new Set(list))
const rangesFor = (set: Set<number>): number[] => rangesWhere(COUNT, (index) => set.has(index))

describe('protocol: ranges', () => {
  it('hold the set, and nothing else', () => {
    fc.assert(
      fc.property(sets, (set) => {
        const ranges = rangesFor(set)
        const sorted = [...set].sort((a, b) => a - b)
        assert.deepEqual([...eachOf(ranges)], sorted)
        assert.equal(countRanges(ranges), set.size)
        assert.equal(countOf(ranges), set.size)
        for (let index = -1; index <= COUNT; index++) {
          assert.equal(inRanges(ranges, index), set.has(index))
          assert.equal(isCovered(ranges, index), set.has(index))
        }
        assert.equal(isRanges(ranges, 0, COUNT), set.size > 0)
        const bitmap = emptyBitmap(COUNT)
        for (const index of set) setBit(bitmap, index)
        assert.deepEqual(coverageBitmap(ranges, COUNT), bitmap)
        assert.ok(coversBitmap(ranges, bitmap))
        const row = { covered: packRanges(ranges), pieces: COUNT }
        assert.deepEqual(rangesOf(row), set.size > 0 ? ranges : [0, COUNT])
      })
    )
  })

  it('overlap when they have a piece in common; cover a bitmap when they have all of it', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const both = [...a].some((index) => b.has(index))
        assert.equal(overlap(rangesFor(a), rangesFor(b)), both)
        const bitmap = emptyBitmap(COUNT)
        for (const index of b) setBit(bitmap, index)
        assert.equal(
          coversBitmap(rangesFor(a), bitmap),
          [...b].every((index) => a.has(index))
        )
      })
    )
  })

  it('have one form, within their bounds', () => {
    const odd = [[], [1], [3, 3], [4, 2], [0, 2, 2, 4], [0, 5, 3, 9], [0.5, 2], [-1, 3], [0, 71]]
    for (const ranges of odd) assert.ok(!isRanges(ranges, 0, 70), ranges.join())
    assert.ok(!isRanges([2, 9], 3, 70), 'what is free is not sold')
    const many = Array.from({ length: 66 }, (_, i) => i)
    assert.ok(isRanges(many.slice(0, 64), 0, 70))
    assert.ok(!isRanges(many, 0, 70))
    assert.equal(rangesWhere(200, (index) => index % 2 === 0).length, 64, 'the first ones')
  })
})
