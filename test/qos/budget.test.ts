// One uplink for many swarms: the next slice goes where it gains most.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { budget, shareUplink, type Claimant, type Wish } from '@floodgate/qos'
import { decisionOf, leechersOf, sampleOf } from './samples.ts'

const SLICE = 10

interface Swarm {
  minimum: number
  wanted: number
  /** What each slice gains, falling. */
  gains: number[]
}

const swarms = fc.array(
  fc.record({
    minimum: fc.integer({ min: 0, max: 60 }),
    wanted: fc.integer({ min: 0, max: 20 }).map((slices) => slices * SLICE),
    gains: fc
      .array(fc.integer({ min: 1, max: 100 }), { minLength: 20, maxLength: 20 })
      .map((gains) => gains.sort((a, b) => b - a))
  }),
  { minLength: 1, maxLength: 6 }
)

const claimantOf = ({ minimum, wanted, gains }: Swarm): Claimant => ({
  ...{ minimum, wanted },
  gain: (rate) => gains[rate / SLICE]!
})

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)

describe('qos: one uplink for many swarms', () => {
  it('gives no more than there is or is wanted, and leaves nothing that is wanted', () => {
    fc.assert(
      fc.property(swarms, fc.integer({ min: 0, max: 1000 }), (all, uplink) => {
        const rates = shareUplink(uplink, SLICE, all.map(claimantOf))
        rates.forEach((rate, i) => assert.ok(rate <= all[i]!.wanted))
        const whole = Math.floor(uplink / SLICE) * SLICE
        assert.equal(sum(rates), Math.min(whole, sum(all.map(({ wanted }) => wanted))))
      })
    )
  })

  it('no slice gains more elsewhere: taking one from a swarm above its minimum loses at least as much', () => {
    fc.assert(
      fc.property(swarms, fc.integer({ min: 0, max: 600 }), (all, uplink) => {
        const rates = shareUplink(uplink, SLICE, all.map(claimantOf))
        const gainOf = (i: number, rate: number): number => all[i]!.gains[rate / SLICE]!
        rates.forEach((from, i) => {
          if (from - SLICE < Math.min(all[i]!.minimum, all[i]!.wanted)) return
          rates.forEach((to, j) => {
            if (j === i || to >= all[j]!.wanted) return
            assert.ok(gainOf(i, from - SLICE) >= gainOf(j, to))
          })
        })
      })
    )
  })

  it('serves every minimum first; short of that, in turns', () => {
    fc.assert(
      fc.property(swarms, fc.integer({ min: 0, max: 600 }), (all, uplink) => {
        const rates = shareUplink(uplink, SLICE, all.map(claimantOf))
        const least = all.map(({ minimum, wanted }) =>
          Math.min(Math.ceil(minimum / SLICE) * SLICE, wanted)
        )
        if (sum(least) <= Math.floor(uplink / SLICE) * SLICE) {
          rates.forEach((rate, i) => assert.ok(rate >= least[i]!))
          return
        }
        const short = rates.flatMap((rate, i) => (rate < least[i]! ? [rate] : []))
        const most = Math.max(...rates)
        for (const rate of short) assert.ok(most - rate <= SLICE)
      })
    )
  })
})

describe('qos: budget', () => {
  const frame = { rateMax: 100e6, everyMs: 5000 }
  const wish = (content: string, leechers: number, rate: number, sent = 0): Wish => ({
    sample: sampleOf({
      ...{ content, leechers: leechersOf(leechers) },
      provider: { all: sent, today: sent, http: 0 }
    }),
    decision: decisionOf({ rate, seeders: 1 })
  })
  const ratesOf = (wishes: Wish[], options: Parameters<typeof budget>[0]): number[] =>
    budget(options)
      .divide(wishes, frame)
      .map(({ rate }) => rate)

  it('leaves wishes alone that it can meet', () => {
    const wishes = [wish('a', 10, 4e6), wish('b', 1, 6e6)]
    const decisions = budget({ uplink: '10 MB/s' }).divide(wishes, frame)
    assert.deepEqual(
      decisions,
      wishes.map(({ decision }) => decision)
    )
  })

  it('brings most leechers to their promise, after the minimum of each', () => {
    const wishes = [wish('few', 2, 8e6), wish('many', 40, 8e6)]
    assert.deepEqual(ratesOf(wishes, { uplink: '10 MB/s' }), [2e6, 8e6])
    assert.deepEqual(ratesOf(wishes, { uplink: '10 MB/s', minimum: '3 MB/s' }), [3e6, 7e6])
  })

  it('never takes more than the pool has, and says so', () => {
    const [decision] = budget().divide([wish('a', 9, 250e6)], frame)
    assert.equal(decision!.rate, 100e6)
    assert.match(decision!.reason, /the pool has 100 MB\/s for 250 MB\/s wanted by all contents/)
  })

  it('counts the bytes of all contents together (W16)', () => {
    const wishes = [wish('a', 1, 50e6, 600e6), wish('b', 1, 50e6, 300e6)]
    assert.equal(sum(ratesOf(wishes, { perDay: '1 GB' })), 100e6 / 5)
    assert.equal(sum(ratesOf(wishes, { inAll: '900 MB' })), 0)
  })

  it('divides nothing among nobody', () => {
    assert.deepEqual(budget({ perDay: '1 GB' }).divide([], frame), [])
  })
})
