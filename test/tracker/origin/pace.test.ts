// A shared rate: order, changes that count at once, and those who leave. Time is the test's.
import assert from 'node:assert/strict'
import { Pace } from '../../../tracker-extension/src/origin/pace.ts'

const KEEP = new AbortController().signal
/** So slow that nothing behind the first chunk goes by itself in a test. */
const SLOW = 0.001

describe('origin: pace', () => {
  it('lets everything go where there is no limit', async () => {
    const pace = new Pace()
    await Promise.all(Array.from({ length: 100 }, () => pace.take(1e9, KEEP)))
  })

  it('is exact over time: no more than rate and burst', async () => {
    let now = 0
    const pace = new Pace(1000, () => now)
    const gone: number[] = []
    const all = Array.from({ length: 40 }, (_, i) => pace.take(100, KEEP).then(() => gone.push(i)))
    const poke = async (): Promise<void> => {
      pace.bytesPerSecond = 1000
      for (let i = 0; i < 5; i++) await Promise.resolve()
    }
    await poke()
    // 250 bytes of burst: the third chunk overdraws it.
    assert.deepEqual(gone, [0, 1, 2])
    for (now = 100; now <= 2000; now += 100) await poke()
    assert.equal(gone.length, 3 + 20)
    assert.deepEqual(
      gone,
      [...gone].sort((a, b) => a - b)
    )
    pace.bytesPerSecond = Infinity
    await Promise.all(all)
  })

  it('follows a new rate at once', async () => {
    const pace = new Pace(SLOW)
    await pace.take(1000, KEEP)
    let went = false
    const waiting = pace.take(1, KEEP).then(() => (went = true))
    await Promise.resolve()
    assert.equal(went, false)
    pace.bytesPerSecond = Infinity
    await waiting
  })

  it('forgets who leaves, and lets the next one go', async () => {
    const pace = new Pace(SLOW)
    await pace.take(1, KEEP)
    const leaving = new AbortController()
    const left = pace.take(1e12, leaving.signal)
    const next = pace.take(1, KEEP)
    leaving.abort()
    await assert.rejects(left, { name: 'AbortError' })
    pace.bytesPerSecond = 1e6
    await next
    await assert.rejects(pace.take(1, leaving.signal), { name: 'AbortError' })
  })
})
