// What each policy decides, and that it says why with numbers. What it costs over hours, the simulation tells.

import assert from 'node:assert/strict'
import {
  all,
  floor,
  targetRate,
  webFirst,
  type Past,
  type QosPolicy,
  type SwarmSample
} from '@floodgate/qos'
import { MIDNIGHT, decisionOf, leechersOf, pastOf, sampleOf } from './samples.ts'

const decide = (policy: QosPolicy, sample: SwarmSample, history: Past[] = []) =>
  policy.decide(sample, history, undefined)
const without = { margin: 0 }

describe('qos: floor (F76)', () => {
  const rows: [seeders: number, copies: number, wanted: number][] = [
    // peers that seed, copies of the rarest piece → seeders of ours, for at least 2 and 3
    [0, 0, 2],
    [1, 3, 1],
    [1, 2, 1],
    [2, 2, 1],
    [2, 3, 0],
    [5, 9, 0]
  ]
  for (const [seeders, copies, wanted] of rows) {
    it(`${seeders} seed, the rarest piece has ${copies} copies: ${wanted} of ours`, () => {
      const policy = floor({ seeders: 2, copies: 3, perSeeder: '1 MB/s' })
      const decision = decide(policy, sampleOf({ leechers: leechersOf(1), seeders, copies }))
      assert.equal(decision.seeders, wanted)
      assert.equal(decision.rate, wanted * 1e6)
      assert.match(decision.reason, new RegExp(`${copies} of 3 copies`))
    })
  }

  it('seeds nothing when nobody wants it', () => {
    assert.equal(decide(floor(), sampleOf({ copies: 0 })).seeders, 0)
  })
})

describe('qos: targetRate (F78, F79)', () => {
  it('gives leechers × target, less what peers give each other', () => {
    const leechers = leechersOf(10, { uplink: 200_000 })
    const sample = sampleOf({ leechers, seeders: 1, seedersUplink: 1_000_000 })
    const { rate, seeders, reason } = decide(targetRate('500 kB/s', without), sample)
    assert.equal(rate, 10 * 500_000 - 10 * 200_000 - 1_000_000)
    assert.equal(seeders, 1)
    assert.match(reason, /10 leechers × 500 kB\/s, peers give each other 3 MB\/s.*: 2 MB\/s\.$/)
  })

  it('asks of peers four fifths of what they gave lately, also while the provider gives it in their place', () => {
    const policy = targetRate('500 kB/s', without)
    const gave = sampleOf({ leechers: leechersOf(10, { uplink: 400_000 }) })
    const now = sampleOf({ leechers: leechersOf(10) })
    const recent = pastOf(now, [0]).map((past) => ({
      ...past,
      sample: { ...gave, time: past.sample.time }
    }))
    const asked = decide(policy, now, recent)
    assert.equal(asked.rate, 10 * 500_000 - 0.8 * 10 * 400_000)
    assert.match(asked.reason, /peers can give each other 3\.2 MB\/s/)
    const old = recent.map(({ sample, decision }) => ({
      ...{ decision, sample: { ...sample, time: sample.time - 60_000 } }
    }))
    assert.equal(decide(policy, now, old).rate, 10 * 500_000, 'what was a minute ago is over')
  })

  it('gives nothing when peers give enough, and to nobody', () => {
    const policy = targetRate('500 kB/s', without)
    const rich = sampleOf({ leechers: leechersOf(10, { uplink: 600_000 }) })
    assert.equal(decide(policy, rich).rate, 0)
    assert.equal(decide(policy, sampleOf({ seeders: 9 })).rate, 0)
  })

  it('gives the target at the least while a piece is nowhere else', () => {
    const sample = sampleOf({ leechers: leechersOf(10, { uplink: 600_000 }), copies: 0 })
    assert.equal(decide(targetRate('500 kB/s', without), sample).rate, 500_000)
  })

  it('takes newcomers to give as others do, and expects as many again', () => {
    const old = leechersOf(8, { uplink: 100_000 })
    const young = leechersOf(2, { rate: 0, uplink: 0, since: sampleOf().time - 1000 })
    const { rate } = decide(
      targetRate('500 kB/s', without),
      sampleOf({ leechers: [...old, ...young] })
    )
    assert.equal(rate, 12 * 500_000 - 10 * 100_000)
  })

  it('takes the rhythm of decisions and reports as it is: who came before the last decision is expected no second time', () => {
    const old = leechersOf(8, { uplink: 100_000 })
    const young = leechersOf(2, { rate: 0, uplink: 0, since: sampleOf().time - 7000 })
    const sample = sampleOf({ leechers: [...old, ...young] })
    const at = (rhythm: object): number =>
      decide(targetRate('500 kB/s', { ...without, ...rhythm }), sample).rate
    assert.equal(at({}), 10 * 500_000 - 10 * 100_000)
    assert.equal(at({ everyMs: 10_000 }), 12 * 500_000 - 10 * 100_000)
    // Reports every 3 s: after 7 s they would have said it if they gave anything.
    assert.equal(at({ everyMs: 1000, reportMs: 3000 }), 10 * 500_000 - 8 * 100_000)
    assert.throws(() => targetRate('5 kB/s', { reportMs: 0 }), { code: 'bad-option' })
  })

  it('gives more as long as the slowest twentieth gets less, but not for one alone', () => {
    const policy = targetRate('500 kB/s', without)
    const at = (rates: number[]): number => {
      const leechers = rates.map((rate, i) => ({ ...leechersOf(1, { rate })[0]!, id: `p${i}` }))
      const sample = sampleOf({ leechers })
      const past = pastOf(sample, [40 * 500_000])
      return policy.decide(sample, past, past[0]!.decision).rate
    }
    const many = (count: number, rate: number): number[] =>
      Array.from({ length: count }, () => rate)
    const fair = at(many(40, 500_000))
    assert.equal(fair, 40 * 500_000)
    assert.ok(at([...many(4, 450_000), ...many(36, 500_000)]) > fair)
    assert.equal(at([...many(1, 450_000), ...many(39, 500_000)]), fair)
  })

  it('does not chase who is held by his own line', () => {
    const policy = targetRate('500 kB/s', without)
    const slow = leechersOf(6, { rate: 100_000 }).map((one) => ({ ...one, id: `slow ${one.id}` }))
    const sample = sampleOf({ leechers: [...leechersOf(34), ...slow] })
    const past = pastOf(sample, [40 * 500_000])
    assert.equal(policy.decide(sample, past, past[0]!.decision).rate, 40 * 500_000)
  })

  it('refuses a target that is no rate and a share that is none', () => {
    assert.throws(() => targetRate('500'), { code: 'bad-option' })
    assert.throws(() => targetRate('5 kB/s', { slowest: 0.9 }), { code: 'bad-option' })
  })
})

describe('qos: webFirst (F75, D1, D2, D3, D4)', () => {
  const policy = webFirst({ target: '500 kB/s', uplink: '10 MB/s', copies: 2 })
  const leechers = leechersOf(10, { uplink: 100_000 })
  const open = decisionOf({ rate: 10e6, webSeed: 'open' })
  const http = (bytes: number) => ({ all: bytes, today: bytes, http: bytes })

  it('begins with HTTP, open to all', () => {
    const decision = decide(policy, sampleOf({ leechers, copies: 0 }))
    assert.deepEqual([decision.webSeed, decision.rate], ['open', 10e6])
  })

  it('leaves it when enough peers have it whole: HTTP gives what is missing, the rest get 503', () => {
    const decision = policy.decide(sampleOf({ leechers, seeders: 2 }), [], open)
    assert.equal(decision.webSeed, 'throttled')
    assert.ok(decision.rate > 3.9e6 && decision.rate < 4.5e6, decision.reason)
    assert.match(decision.reason, /2 peers have it whole/)
  })

  it('leaves it when the threshold of bytes is used, but not while a piece is nowhere else', () => {
    const used = { leechers, provider: http(2e9) }
    assert.equal(policy.decide(sampleOf(used), [], open).webSeed, 'throttled')
    assert.equal(policy.decide(sampleOf({ ...used, copies: 0 }), [], open).webSeed, 'open')
  })

  it('leaves it when it is overloaded', () => {
    const before = sampleOf({ leechers, time: MIDNIGHT })
    const at = (bytes: number) =>
      policy.decide(
        sampleOf({ leechers, time: MIDNIGHT + 5000, provider: http(bytes) }),
        [{ sample: before, decision: open }],
        open
      ).webSeed
    assert.equal(at(5 * 9e6), 'open')
    assert.equal(at(5 * 10e6), 'throttled')
  })

  it('closes it when peers give enough, and comes back when someone is slow', () => {
    const rich = sampleOf({ leechers: leechersOf(10, { uplink: 700_000 }), seeders: 2 })
    const closed = policy.decide(rich, [], decisionOf({ rate: 1e6, webSeed: 'throttled' }))
    assert.deepEqual([closed.webSeed, closed.rate], ['closed', 0])
    const poor = sampleOf({ leechers: leechersOf(10, { rate: 200_000, uplink: 200_000 }) })
    assert.equal(policy.decide(poor, [], closed).webSeed, 'throttled')
  })
})

describe('qos: all', () => {
  it('keeps every promise, and says both reasons', () => {
    const sample = sampleOf({ leechers: leechersOf(4), copies: 0 })
    const both = all(floor({ seeders: 3, perSeeder: '100 kB/s' }), targetRate('500 kB/s', without))
    const decision = decide(both, sample)
    assert.deepEqual([decision.rate, decision.seeders], [2e6, 3])
    assert.match(decision.reason, /Floor: .* Target 500 kB\/s: /)
  })

  it('is a pure function: the same samples bring the same decision', () => {
    const policy = all(
      floor(),
      targetRate('500 kB/s'),
      webFirst({ target: '1 MB/s', uplink: '9 MB/s' })
    )
    const sample = sampleOf({ leechers: leechersOf(7, { uplink: 3 }) })
    const past = pastOf(sample, [1, 2, 3])
    const frozen = structuredClone(sample)
    const first = policy.decide(sample, past, past[2]!.decision)
    assert.deepEqual(policy.decide(frozen, structuredClone(past), past[2]!.decision), first)
    assert.deepEqual(sample, frozen)
  })
})
