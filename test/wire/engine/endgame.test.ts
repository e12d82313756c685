/** The last pieces: who is asked for them, and in which order. */
import assert from 'node:assert/strict'
import type { Buyer } from '../../../plugins/floodgate-wire/src/engine/buyer.ts'
import { inTime } from '../../../plugins/floodgate-wire/src/engine/endgame.ts'

const KIB = 1024

/** As the end of a download sees it: bytes per second now, and milliseconds that its last piece took. */
function buyer({ speed = 0, pieceMs = 0 }): Buyer {
  const wire = { downloadSpeed: () => speed, peerChoking: false }
  return { wire, pieceMs } as unknown as Buyer
}

describe('engine: the last pieces', () => {
  const fast = buyer({ speed: 100 * KIB, pieceMs: 300 })
  const slow = buyer({ speed: 4 * KIB, pieceMs: 8000 })
  const fresh = buyer({})
  const all = [slow, fresh, fast]

  const rows: [left: number, asked: Buyer[]][] = [
    // KiB that are left, at 104 KiB/s together → who is asked: 8 s are enough for 832 and two pieces of the fastest
    [2000, [fast, slow, fresh]],
    [800, [fast, slow, fresh]],
    [700, [fast, fresh]],
    [32, [fast, fresh]]
  ]
  for (const [left, asked] of rows) {
    it(`F22: with ${left} KiB left asks ${asked.length} of three`, () => {
      assert.deepEqual(inTime(all, all, left * KIB), asked)
    })
  }

  it('who is alone is never too slow', () => {
    assert.deepEqual(inTime([slow], [slow], 32 * KIB), [slow])
    const stopped = buyer({ speed: 0, pieceMs: 8000 })
    assert.deepEqual(inTime([stopped], [stopped, fresh], 32 * KIB), [stopped])
  })
})
