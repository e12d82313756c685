// How far ahead is asked: as many pieces as came lately, and from a far seller as fill the way twice.

import assert from 'node:assert/strict'
import { Arrivals } from '../../../plugins/floodgate-wire/src/trade/arrivals.ts'
import { clockAt } from './clock-at.ts'

describe('pieces that came lately', () => {
  it('are those of a write of the wallet, of a near seller', () => {
    const clock = clockAt(1000)
    const arrivals = new Arrivals(clock)
    for (let piece = 0; piece < 20; piece++) {
      clock.go(10)
      arrivals.note(clock.now() - 5)
    }
    assert.equal(arrivals.recent(), 7, 'pieces of the last 60 ms')
    clock.go(61)
    assert.equal(arrivals.recent(), 0)
  })

  it('are those of two round trips, of a far one, however long pieces wait behind others', () => {
    const clock = clockAt(1000)
    const arrivals = new Arrivals(clock)
    for (let piece = 0; piece < 100; piece++) {
      clock.go(10)
      arrivals.note(clock.now() - (piece === 3 ? 200 : 900))
    }
    assert.equal(arrivals.recent(), 41, 'pieces of the last 400 ms')
  })

  it('count also where nobody knows when they were asked for', () => {
    const clock = clockAt(1000)
    const arrivals = new Arrivals(clock)
    arrivals.note(undefined)
    assert.equal(arrivals.recent(), 1)
  })
})
