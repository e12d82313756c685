// Free pieces have a cap: who asks again and again gets no more than four times what is free.
import assert from 'node:assert/strict'
import { Samples } from '@floodgate/wire'

const PIECE = 100
const uid = (n: number): Uint8Array => new Uint8Array(16).fill(n)

describe('trade: free pieces', () => {
  const samplesOf = (free: number): Samples => new Samples({ free, pieceLength: () => PIECE })

  it('each uid gets four times their bytes, whatever piece it asks for', () => {
    const samples = samplesOf(3)
    let given = 0
    for (let i = 0; i < 100; i++) if (samples.take(uid(1), i % 3, PIECE / 2)) given += PIECE / 2
    assert.equal(given, 4 * 3 * PIECE)
    assert.ok(samples.take(uid(2), 0, PIECE), 'another one has its own')
  })

  it('what was asked for and not sent does not count', () => {
    const samples = samplesOf(1)
    for (let i = 0; i < 100; i++) {
      assert.ok(samples.take(uid(1), 0, PIECE))
      samples.giveBack(uid(1), 0, PIECE)
    }
    samples.giveBack(uid(1), 0, 100 * PIECE)
    samples.giveBack(uid(2), 0, 100 * PIECE)
    let given = 0
    while (samples.take(uid(1), 0, PIECE)) given++
    assert.equal(given, 4)
  })

  it('gives nothing that is sold', () => {
    assert.ok(!samplesOf(3).take(uid(1), 3, 1))
    assert.ok(!samplesOf(0).take(uid(1), 0, 1))
  })
})
