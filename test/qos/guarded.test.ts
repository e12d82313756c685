// What no policy may do, whatever it computes: random policies behind random guards (W16).

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { guarded, sayRate, type Limits, type Past, type QosPolicy } from '@floodgate/qos'
import { MIDNIGHT, decisionOf, leechersOf, pastOf, sampleOf } from './samples.ts'

const EVERY_MS = 5_000
const DAY_MS = 86_400_000

/** Wants these rates, one after the other. */
const wanting = (rates: readonly number[]): QosPolicy => {
  let step = 0
  return { decide: () => decisionOf({ rate: rates[step++ % rates.length]!, seeders: 1 }) }
}

/** Runs a policy for as many steps, sending all that is allowed; answers the past, and the bytes of each day. */
function run(
  policy: QosPolicy,
  steps: number,
  everyMs = EVERY_MS
): { past: Past[]; days: number[] } {
  const past: Past[] = []
  const days: number[] = []
  let all = 0
  for (let i = 0; i < steps; i++) {
    const day = Math.floor((i * everyMs) / DAY_MS)
    days[day] ??= 0
    const provider = { all, today: days[day], http: 0 }
    const sample = sampleOf({ time: MIDNIGHT + i * everyMs, leechers: leechersOf(1), provider })
    const decision = policy.decide(sample, past.slice(-12), past.at(-1)?.decision)
    past.push({ sample, decision })
    const sent = (decision.rate * everyMs) / 1000
    all += sent
    days[day] += sent
  }
  return { past, days }
}

const rates = fc.array(fc.integer({ min: 0, max: 100_000_000 }), { minLength: 1, maxLength: 40 })
const rate = (max: number) => fc.integer({ min: 0, max })

describe('qos: guarded', () => {
  it('never goes below the floor, above the maximum, or further than a step', () => {
    fc.assert(
      fc.property(rates, rate(1e6), rate(1e7), rate(1e7), (wanted, low, up, down) => {
        const limits: Limits = { floor: `${low} B/s`, max: '50 MB/s' }
        const policy = guarded(wanting(wanted), {
          ...limits,
          stepUp: `${up} B/s`,
          stepDown: `${down} B/s`
        })
        const { past } = run(policy, 60)
        past.forEach(({ decision }, i) => {
          assert.ok(decision.rate >= low && decision.rate <= 50e6)
          const before = past[i - 1]?.decision.rate ?? 0
          assert.ok(decision.rate <= Math.max(low, before + up))
          assert.ok(decision.rate >= before - down)
        })
      })
    )
  })

  it('never spends more than the budget of a day, nor than the budget in all (W16)', () => {
    fc.assert(
      fc.property(rates, rate(1e10), rate(2e10), rate(1e6), (wanted, perDay, inAll, low) => {
        const budget = { perDay: `${perDay} kB`, inAll: `${inAll} kB` }
        const everyMs = 3_600_000
        const policy = guarded(wanting(wanted), { budget, floor: `${low} B/s`, everyMs })
        const { days } = run(policy, 24 * 3, everyMs)
        for (const day of days) assert.ok(day <= perDay * 1000)
        assert.ok(days.reduce((all, day) => all + day, 0) <= inAll * 1000)
      })
    )
  })

  it('keeps the floor until midnight, if the budget of a day covers it', () => {
    const everyMs = 3_600_000
    const limits: Limits = { floor: '1 MB/s', budget: { perDay: '100 GB' }, everyMs }
    const { past, days } = run(guarded(wanting([50e6]), limits), 48, everyMs)
    for (const { decision } of past) assert.ok(decision.rate >= 1e6, decision.reason)
    for (const day of days) assert.ok(day > 99e9 && day <= 100e9)
  })

  it('stays where it is for small changes, and after a rise', () => {
    const decide = (limits: Limits, wanted: number, before: number[]): number => {
      const sample = sampleOf({ leechers: leechersOf(1) })
      const past = pastOf(sample, before)
      return guarded(wanting([wanted]), limits).decide(sample, past, past.at(-1)!.decision).rate
    }
    const band: Limits = { deadband: 0.05 }
    assert.equal(decide(band, 1_040_000, [1e6]), 1e6)
    assert.equal(decide(band, 1_060_000, [1e6]), 1_060_000)
    assert.equal(decide(band, 0, [1]), 0)
    const dwell: Limits = { dwellMs: 10_000 }
    assert.equal(decide(dwell, 0, [1e6, 2e6]), 2e6) // rose 5 s ago
    assert.equal(decide(dwell, 0, [1e6, 2e6, 2e6]), 0) // rose 10 s ago
    assert.equal(decide(dwell, 3e6, [1e6, 2e6]), 3e6)
  })

  it('says every clamp with its number', () => {
    const say = (limits: Limits, wanted: number): string =>
      guarded(wanting([wanted]), limits).decide(
        sampleOf({ leechers: leechersOf(1) }),
        [],
        undefined
      ).reason
    assert.match(say({ max: '1 MB/s' }, 2e6), /Held at 1 MB\/s: the pool has 1 MB\/s/)
    assert.match(say({ floor: '10 kB/s' }, 0), /Held at 10 kB\/s: the floor is 10 kB\/s/)
    assert.match(say({ stepUp: '1 kB/s' }, 2e6), /Held at 1 kB\/s: a step up is 1 kB\/s/)
    assert.match(
      say({ budget: { perDay: '1 MB' } }, 2e6),
      /Held at 200 kB\/s: 1 MB are left of today's 1 MB/
    )
    assert.match(
      say({ budget: { inAll: '0 B' } }, 2e6),
      /Held at 0 B\/s: 0 B are left of 0 B in all/
    )
    assert.equal(say({ max: '2 MB/s' }, 2e6), 'A test.')
  })

  it('starts a seeder for a floor, and has none without a rate', () => {
    const idle: QosPolicy = { decide: () => decisionOf() }
    const { rate, seeders } = guarded(idle, { floor: '1 kB/s' }).decide(sampleOf(), [], undefined)
    assert.deepEqual([sayRate(rate), seeders], ['1 kB/s', 1])
    const spent = guarded(wanting([5]), { budget: { inAll: '0 B' } })
    assert.equal(spent.decide(sampleOf(), [], undefined).seeders, 0)
  })

  it('goes to nothing at once when nobody is downloading', () => {
    const policy = guarded(wanting([0]), { stepDown: '1 kB/s', dwellMs: 60_000, deadband: 0.5 })
    const past = pastOf(sampleOf(), [1e6, 2e6])
    assert.equal(policy.decide(sampleOf(), past, past[1]!.decision).rate, 0)
  })

  it('refuses a floor above the maximum', () => {
    assert.throws(() => guarded(wanting([0]), { floor: '2 MB/s', max: '1 MB/s' }), {
      code: 'bad-option'
    })
  })
})
