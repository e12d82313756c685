/** The last pieces: who is asked for them, and from whom they are taken. */
import assert from 'node:assert/strict'
import { BoundPiece } from '../../../plugins/floodgate-wire/src/engine/bound-piece.ts'
import type { Buyer } from '../../../plugins/floodgate-wire/src/engine/buyer.ts'
import { inTime, relieve } from '../../../plugins/floodgate-wire/src/engine/endgame.ts'

const KIB = 1024

interface Played {
  /** Bytes per second now, and milliseconds that its last piece took. */
  speed?: number
  pieceMs?: number
  pieces?: BoundPiece[]
  room?: number
  has?: number[]
}

/** A buyer as the end of a download sees it. */
function buyer(played: Played, given: number[] = []): Buyer {
  const { speed = 0, pieceMs = 0, pieces = [], room = 1, has = [0, 1, 2] } = played
  const wire = {
    downloadSpeed: () => speed,
    peerChoking: false,
    peerPieces: { get: (index: number) => has.includes(index) }
  }
  return {
    ...{ wire, pieceMs, pieces },
    room: () => room,
    rest: () => undefined,
    release: (late: readonly BoundPiece[]) => given.push(...late.map(({ index }) => index))
  } as unknown as Buyer
}

const bound = (index: number, at: number): BoundPiece => new BoundPiece(index, 32 * KIB, at)

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

  it('F22: takes what is late from a buyer when an idle one could have it, and nothing else', () => {
    const now = 10_000
    const taken = (idle: Played): number[] => {
      const given: number[] = []
      const late = { pieces: [bound(0, now - 9000), bound(1, now - 1000)] }
      relieve([buyer(late, given), buyer(idle, given)], now)
      return given
    }
    assert.deepEqual(taken({}), [0])
    assert.deepEqual(taken({ has: [1, 2] }), [])
    assert.deepEqual(taken({ room: 0 }), [])
    assert.deepEqual(taken({ pieces: [bound(2, now)] }), [])
  })
})
