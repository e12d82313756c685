/** What a slow wire may hold, and which of the last pieces it is asked for. */
import assert from 'node:assert/strict'
import {
  holdOf,
  inTime,
  isSoon,
  type Line
} from '../../../plugins/floodgate-wire/src/engine/slow-lines.ts'

describe('engine: slow lines', () => {
  const fast: Line = { pieceMs: 300, held: 1 }
  const slow: Line = { pieceMs: 8000, held: 0 }

  it('a wire holds what it brings in two seconds, and one piece at least', () => {
    assert.equal(holdOf(0), 2, 'and two before it is known')
    assert.equal(holdOf(40), 50)
    assert.equal(holdOf(900), 2)
    assert.equal(holdOf(8000), 1)
  })

  it('is soon who brings what he holds and one more in a second and a half, and who is not known', () => {
    assert.ok(isSoon(fast))
    assert.ok(isSoon({ pieceMs: 0, held: 2 }))
    assert.ok(!isSoon({ pieceMs: 300, held: 5 }))
    assert.ok(!isSoon(slow))
  })

  // In 8 s the fast one brings 27 pieces, the slow one one; two more of the fast one are 0.6 s.
  const rows: [pieces: number, isAsked: boolean][] = [
    [100, true],
    [26, true],
    [24, false],
    [1, false]
  ]
  for (const [pieces, isAsked] of rows) {
    it(`F22: with ${pieces} pieces to come a slow wire is ${isAsked ? '' : 'not '}asked`, () => {
      assert.deepEqual(inTime([slow], [fast], pieces), isAsked ? [slow] : [])
    })
  }

  it('of slow ones alone the fastest is in time, and those that are not much slower', () => {
    const slower: Line = { pieceMs: 15_000, held: 0 }
    const slowest: Line = { pieceMs: 60_000, held: 0 }
    assert.deepEqual(inTime([slow, slower, slowest], [], 1), [slow, slower])
  })
})
