/** What a slow wire may hold, and which of the last pieces it is asked for. */
import assert from 'node:assert/strict'
import {
  enoughMs,
  holdOf,
  isInTime,
  type Line
} from '../../../plugins/floodgate-wire/src/engine/slow-lines.ts'

describe('engine: slow lines', () => {
  const fast: Line = { pieceMs: 300, held: 1 }
  const slow: Line = { pieceMs: 8000, held: 0 }
  const fresh: Line = { pieceMs: 0, held: 2 }
  const all = [slow, fresh, fast]

  it('a wire holds what it brings in four seconds, and one piece at least', () => {
    assert.equal(holdOf(0), 2, 'and two before it is known')
    assert.equal(holdOf(40), 100)
    assert.equal(holdOf(1500), 2)
    assert.equal(holdOf(8000), 1)
  })

  // 8 s are enough for 27 pieces of the fast one and one of the slow one; two more of the fast one are 0.6 s.
  const rows: [pieces: number, asked: Line[]][] = [
    [100, all],
    [26, all],
    [24, [fresh, fast]],
    [1, [fresh, fast]]
  ]
  for (const [pieces, asked] of rows) {
    it(`F22: with ${pieces} pieces to come asks ${asked.length} of three`, () => {
      const enough = enoughMs(all, pieces)
      assert.deepEqual(
        all.filter((line) => isInTime(line, enough)),
        asked
      )
    })
  }

  it('while lines are fast, or nothing is known of them, all are asked', () => {
    const lan = [5, 40, 700].map((pieceMs): Line => ({ pieceMs, held: 1 }))
    assert.ok(lan.every((line) => isInTime(line, enoughMs(lan, 1))))
    assert.ok(isInTime(slow, enoughMs([fresh], 1)))
    assert.ok(isInTime(slow, enoughMs([slow], 1)), 'and the fastest, however slow')
  })
})
