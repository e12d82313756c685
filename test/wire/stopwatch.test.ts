// The stopwatch of a purchase: what the buyer did not want does not count, and what was measured before does.

import assert from 'node:assert/strict'
import { Stopwatch } from '../../plugins/floodgate-wire/src/stopwatch.ts'

describe('wire: stopwatch', () => {
  it('F78: counts from the purchase to the first piece, and while pieces are wanted', () => {
    const watch = new Stopwatch()
    watch.wants(true, 1000)
    assert.deepEqual(watch.read(1400.4), { startMs: 400, wantedMs: 400, bytes: 0 })
    watch.arrived(10, 1500)
    watch.arrived(10, 1700)
    assert.deepEqual(watch.read(1800), { startMs: 500, wantedMs: 800, bytes: 20 })
  })

  it('pauses of the buyer’s own do not count, in the start neither', () => {
    const watch = new Stopwatch()
    watch.wants(true, 0)
    watch.wants(false, 100)
    watch.wants(false, 5000)
    watch.wants(true, 9000)
    watch.wants(true, 9050)
    watch.arrived(7, 9100)
    watch.wants(false, 9200)
    assert.deepEqual(watch.read(99_000), { startMs: 200, wantedMs: 300, bytes: 7 })
  })

  it('goes on from what was measured before, with or without a piece', () => {
    const later = new Stopwatch({ startMs: 30, wantedMs: 100, bytes: 5 })
    later.wants(true, 0)
    later.arrived(5, 50)
    assert.deepEqual(later.read(60), { startMs: 30, wantedMs: 160, bytes: 10 })
    const empty = new Stopwatch({ startMs: 100, wantedMs: 100, bytes: 0 })
    empty.wants(true, 0)
    empty.arrived(5, 50)
    assert.deepEqual(empty.read(60), { startMs: 150, wantedMs: 160, bytes: 5 })
  })
})
