// The memories that strangers can fill: sessions and strikes.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { Freshness } from '../../../tracker-extension/src/mint/freshness.ts'
import { Strikes } from '../../../tracker-extension/src/mint/strikes.ts'

const FRESH_MS = 1000
const replayed = (error: unknown) => fg.codeOf(error) === 'replayed'

describe('mint: what is remembered of strangers is bounded', () => {
  it('F28: a counter must rise within its session while its message could pass for fresh', () => {
    const seen = new Freshness(FRESH_MS)
    type Step = [session: string, counter: number, time: number, now: number, fresh: boolean]
    const steps: Step[] = [
      ['a', 5, 0, 0, true],
      ['a', 5, 0, 0, false],
      ['a', 4, 500, 500, false],
      ['b', 4, 500, 500, true],
      ['a', 6, 500, 500, true],
      ['a', 5, 0, 1000, false],
      ['a', 6, 500, 1500, false],
      // By now the clock check refuses whatever was heard before.
      ['a', 1, 1501, 1501, true]
    ]
    for (const [i, [session, counter, time, now, fresh]] of steps.entries()) {
      const take = () => seen.take(session, { counter, time }, now)
      if (fresh) assert.doesNotThrow(take, `step ${i}`)
      else assert.throws(take, replayed, `step ${i}`)
    }
  })

  it('sessions are forgotten when they are stale, and beyond the limit the oldest', () => {
    const seen = new Freshness(FRESH_MS, 3)
    for (let i = 0; i < 10; i++) seen.take(`s${i}`, { counter: 1, time: i }, i)
    assert.equal(seen.size, 3)
    assert.throws(() => seen.take('s9', { counter: 1, time: 9 }, 9), replayed)
    seen.take('late', { counter: 1, time: 5000 }, 5000)
    assert.equal(seen.size, 1)
  })

  it('F62: five strikes within the window, counted by account', () => {
    const strikes = new Strikes()
    for (let i = 0; i < 5; i++) strikes.add('a', i)
    assert.throws(
      () => strikes.expectFew('a', 5),
      (error) => fg.codeOf(error) === 'too-many-requests'
    )
    strikes.expectFew('b', 5)
    strikes.expectFew('a', 10 * 60e3)
  })
})
