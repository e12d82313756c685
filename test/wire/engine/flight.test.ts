// How much a seller has on the way: what is sent and nobody has said to have (F78).

import assert from 'node:assert/strict'
import { Flight } from '../../../plugins/floodgate-wire/src/engine/flight.ts'

const KIB = 1024

describe('what is sent and nobody has said to have', () => {
  it('is two pieces at first, whatever the line', () => {
    const flight = new Flight<string>()
    flight.sent('a', 0, 16 * KIB, 0)
    flight.sent('a', 0, 16 * KIB, 0)
    assert.equal(flight.hasRoom(0), true, 'one piece, in two blocks')
    flight.sent('b', 0, 16 * KIB, 0)
    assert.equal(flight.hasRoom(0), false)
    flight.came('a', 0, 100)
    assert.equal(flight.hasRoom(100), true)
  })

  it('grows with what comes, and shrinks with a line that carries less', () => {
    const flight = new Flight<string>()
    let now = 0
    for (let index = 0; index < 100; index++) {
      flight.sent('a', index, 256 * KIB, now)
      flight.came('a', index, (now += 10))
    }
    for (let index = 100; index < 110; index++) flight.sent('a', index, 256 * KIB, now)
    assert.equal(flight.hasRoom(now), true, '25 MiB a second carry ten pieces')
    assert.equal(flight.hasRoom(now + 5000), false, 'not when nothing came for long')
  })

  it('does not wait for who is gone, nor for who does not say what he has, until he does', () => {
    const flight = new Flight<string>()
    for (const to of ['gone', 'mute']) flight.sent(to, 0, KIB, 0)
    assert.equal(flight.hasRoom(0), false)
    flight.left('gone')
    flight.expire(4999)
    flight.sent('c', 0, KIB, 4999)
    assert.equal(flight.hasRoom(4999), false, 'the mute one and a new one')
    flight.expire(5000)
    for (let index = 1; index < 9; index++) flight.sent('mute', index, KIB, 5000)
    assert.equal(flight.hasRoom(5000), true)
    flight.came('mute', 0, 5001)
    flight.sent('mute', 9, KIB, 5001)
    assert.equal(flight.hasRoom(5001), false, 'he is counted again')
  })

  it('counts who makes it wait again and again no more', () => {
    const flight = new Flight<string>()
    for (let time = 0, index = 0; time < 3; time++, index++) {
      flight.sent('mute', index, KIB, time * 100_000)
      flight.expire(time * 100_000 + 30_000)
      flight.came('mute', index, time * 100_000 + 60_000)
    }
    for (let index = 3; index < 9; index++) flight.sent('mute', index, KIB, 300_000)
    assert.equal(flight.hasRoom(300_000), true)
  })

  it('learns from who says it late how long it takes', () => {
    const flight = new Flight<string>()
    flight.sent('slow', 0, KIB, 0)
    flight.expire(5000)
    flight.came('slow', 0, 8000)
    for (const index of [1, 2]) flight.sent('slow', index, KIB, 8000)
    flight.expire(20_000)
    assert.equal(flight.hasRoomFor('slow', 20_000), false, 'both are still waited for')
    flight.came('slow', 1, 20_000)
    assert.equal(flight.hasRoomFor('slow', 20_000), true)
  })

  it('gives a far line with large pieces as much as it carries (Little’s law)', () => {
    // 4 MB/s, and what is sent is said to be there two seconds later.
    const [lineMs, pieceMs, bytes] = [2000, 250, 1_000_000]
    const flight = new Flight<string>()
    const due: [index: number, at: number][] = []
    let [now, index, freeAt] = [0, 0, 0]
    for (; now < 60_000; now += 10) {
      while (due[0] !== undefined && due[0][1] <= now) flight.came('far', due.shift()![0], now)
      while (flight.hasRoom(now)) {
        flight.sent('far', index, bytes, now)
        freeAt = Math.max(freeAt, now) + pieceMs
        due.push([index++, freeAt + lineMs])
      }
    }
    const full = (60_000 - lineMs) / pieceMs
    assert.ok(index > 0.8 * full, `${index} of ${full} pieces`)
    // What waits at its head is no more than a second or so.
    assert.ok(freeAt - now < 1500, `${freeAt - now} ms wait`)
  })
})
