// Who may hold a response of the web origin, and how long: nobody all of them, and nobody for ever.
import assert from 'node:assert/strict'
import { Patience } from '../../../tracker-extension/src/origin/patience.ts'
import { ResponsePlaces } from '../../../tracker-extension/src/origin/places.ts'

describe('origin: places', () => {
  it('keeps a quarter of all places for what was paid', () => {
    const places = new ResponsePlaces({ all: 8, perHost: 9 })
    for (let i = 0; i < 6; i++) assert.ok(places.take('free', false))
    assert.equal(places.take('other', false), false)
    assert.ok(places.take('payer', true))
    assert.ok(places.take('payer', true))
    assert.equal(places.take('payer', true), false)
    places.giveBack('free', false)
    assert.ok(places.take('payer', true))
    assert.equal(places.take('other', false), false, 'it is lent, not given')
  })
})

describe('origin: a reader', () => {
  const CHUNK = 64 * 1024
  /** Chunks until a reader that takes one every `everyMs` is let go; at most 10,000. */
  function chunksOf(everyMs: number, ourPaceMs = 0): number {
    const patience = new Patience(30_000)
    let now = 0
    for (let chunks = 1; chunks < 10_000; chunks++) {
      patience.took(now)
      now += ourPaceMs
      const mayTake = patience.gave(CHUNK, now)
      if (everyMs > mayTake) return chunks
      now += everyMs
    }
    return Infinity
  }

  it('that takes 20 kB a second is served to the end, a slower one for a while', () => {
    assert.equal(chunksOf(CHUNK / 20), Infinity)
    assert.equal(chunksOf(4000), 42)
    assert.equal(chunksOf(29_000), 2)
    assert.equal(chunksOf(30_001), 1)
  })

  it('does not pay for our own rate', () => {
    assert.equal(chunksOf(1, 60_000), Infinity)
  })
})
