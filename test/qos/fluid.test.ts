// The simulation: that its bound is one, that it makes no bytes out of nothing, and that the dial meets its targets in it. These
// are figures of a model with synthetic people and traces; what they are worth, bench/fluid says.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { floor, guarded, targetRate, webFirst, type QosPolicy } from '@floodgate/qos'
import { TARGETS } from '../../bench/fluid.ts'
import { traceText } from '../../bench/fluid/make-traces.ts'
import { optimum, type Promised } from '../../bench/fluid/optimum.ts'
import { populate, type Person } from '../../bench/fluid/population.ts'
import { FILM, simulate, type Setting } from '../../bench/fluid/simulate.ts'
import { Swarm } from '../../bench/fluid/swarm.ts'
import { TRACES, arrivalsOf, readTrace, type TraceName } from '../../bench/fluid/traces.ts'
import { randomFrom } from '../support/random.ts'

/** 100 s at the promise. */
const SMALL: Promised = { length: 1e8, rate: 1e6, allowanceS: 0 }
const FAST = 1e8

const settingOf = (trace: TraceName, changes: Partial<Setting>): Setting => ({
  ...{ trace: readTrace(trace), leechers: 1000, split: 'slowest-first', seed: 1, promised: FILM },
  ...changes
})

const person = (arrival: number, uplink: number, staysS = 0, downlink = FAST): Person => ({
  ...{ arrival, uplink, staysS, downlink }
})

describe('qos: the clairvoyant optimum', () => {
  const copies = (count: number) => count * SMALL.length
  const rows: [what: string, people: Person[], bytes: number][] = [
    ['one leecher needs one copy', [person(0, 1e6)], copies(1)],
    ['five that give nothing need five', Array.from({ length: 5 }, () => person(0, 0)), copies(5)],
    ['two that give half of what they get need one', [person(0, 5e5), person(0, 5e5)], copies(1)],
    [
      'two that give a quarter need one and a half',
      [person(0, 2.5e5), person(0, 2.5e5)],
      copies(1.5)
    ],
    ['however much they give, it begins with one', [person(0, 9e6), person(0, 9e6)], copies(1)],
    ['one after the other need one each', [person(0, 1e6), person(200, 1e6)], copies(2)],
    ['unless the first stays that long', [person(0, 1e6, 200), person(105, 0)], copies(1)],
    ['who has a slow line is promised what it carries', [person(0, 0, 0, 5e5)], copies(1)]
  ]
  for (const [what, people, bytes] of rows) {
    it(what, () => assert.equal(optimum(people, SMALL), bytes))
  }

  it('is less with an allowance: peers are there for longer', () => {
    const people = [person(0, 2.5e5), person(0, 2.5e5)]
    assert.equal(optimum(people, { ...SMALL, allowanceS: 20 }), copies(1.5) - 20 * 5e5)
  })

  it('is undercut by no policy that keeps the promise', () => {
    const policies: Record<string, QosPolicy> = {
      plenty: floor({ seeders: 99, copies: 99, perSeeder: '1 MB/s' }),
      dial: targetRate('500 kB/s', { margin: 0.2 }),
      web: webFirst({ target: '700 kB/s', uplink: '4 Gbit/s' })
    }
    let kept = 0
    for (const trace of TRACES) {
      for (const [name, policy] of Object.entries(policies)) {
        const setting = settingOf(trace, { leechers: 60, split: 'even', seed: 5 })
        const { egress, optimum, missed, completed } = simulate(policy, setting)
        assert.equal(completed, 60)
        if (missed > 0.02) continue
        kept++
        assert.ok(egress >= optimum, `${name} on ${trace}: ${egress} of ${optimum}`)
      }
    }
    assert.ok(kept >= 6, `only ${kept} kept it`)
  })
})

describe('qos: the simulated swarm', () => {
  it('makes no bytes out of nothing, and keeps to every line', () => {
    const random = randomFrom(3)
    const people = populate(
      Array.from({ length: 40 }, (_, i) => i * 5),
      random
    )
    const swarm = new Swarm(2e8, 'slowest-first', random)
    let [fromPeers, moved] = [0, 0]
    for (let second = 0; second < 900; second++) {
      for (const person of people) if (person.arrival === second) swarm.arrive(person)
      const rate = second % 100 < 50 ? 4e6 : 1e6
      const before = swarm.providerBytes
      swarm.flow(second, { rate, webSeed: 'closed' })
      let [gave, got, sent] = [0, 0, 0]
      for (const peer of swarm.peers) {
        assert.ok(peer.gave <= peer.person.uplink + 1)
        assert.ok(peer.fromPeers + peer.fromProvider <= peer.person.downlink + 1)
        gave += peer.gave
        got += peer.fromPeers
        sent += peer.fromProvider
      }
      assert.ok(Math.abs(gave - got) < 1 && sent <= rate + 1)
      assert.ok(Math.abs(swarm.providerBytes - before - sent) < 1)
      fromPeers += got
      moved += got + sent
      swarm.depart(second)
    }
    assert.ok(fromPeers > 0.2 * moved)
  })

  it('cannot spread what the provider has not sent', () => {
    const random = randomFrom(4)
    const swarm = new Swarm(1e9, 'slowest-first', random)
    for (let i = 0; i < 10; i++) swarm.arrive(person(0, 1e6))
    for (let second = 0; second < 60; second++) swarm.flow(second, { rate: 5e5, webSeed: 'closed' })
    for (const peer of swarm.peers) assert.ok(peer.got <= swarm.providerBytes + 1)
    assert.equal(swarm.sample(60).copies, 0)
  })

  it('repeats itself with the same seed', () => {
    const setting = settingOf('poisson', { leechers: 50, seed: 9 })
    const first = simulate(targetRate('500 kB/s'), setting)
    assert.deepEqual(simulate(targetRate('500 kB/s'), setting), first)
    assert.notDeepEqual(simulate(targetRate('500 kB/s'), { ...setting, seed: 8 }), first)
  })
})

describe('qos: arrival traces', () => {
  for (const name of TRACES) {
    it(`${name} is synthetic, says so, and is what its script makes`, () => {
      const file = new URL(`../../bench/fluid/traces/${name}.csv`, import.meta.url)
      const text = readFileSync(file, 'utf8')
      assert.match(text, /^# SYNTHETIC/)
      assert.equal(text, traceText(name))
      const arrivals = arrivalsOf(readTrace(name), 2500, randomFrom(1))
      assert.equal(arrivals.length, 2500)
      assert.deepEqual(
        arrivals,
        arrivals.toSorted((a, b) => a - b)
      )
    })
  }
})

describe('qos: the dial with 1,000 leechers, simulated (F78, F79)', function () {
  this.timeout(120_000)
  for (const trace of TRACES) {
    it(`${trace}: at most ${TARGETS.egressRatio} of the optimum, 1 % missed, retired in a minute`, () => {
      const policy = guarded(targetRate('500 kB/s'), { max: '1 GB/s', stepUp: '100 MB/s' })
      const { egress, optimum, missed, retiredS, completed } = simulate(
        policy,
        settingOf(trace, {})
      )
      assert.equal(completed, 1000)
      assert.ok(egress <= TARGETS.egressRatio * optimum, `egress is ${egress / optimum}`)
      assert.ok(missed <= TARGETS.missedShare, `${missed} missed`)
      assert.ok(retiredS <= TARGETS.retiredSeconds, `retired in ${retiredS} s`)
    })
  }

  it('where peers could give three quarters, it is a twelfth of all bytes above the optimum at the most', () => {
    const promised = { ...FILM, rate: 350_000 }
    for (const trace of ['flash-crowd', 'diurnal'] as const) {
      const setting = settingOf(trace, { promised })
      const { egress, optimum, missed } = simulate(targetRate('350 kB/s'), setting)
      assert.ok(egress - optimum < (1000 * promised.length) / 12, `${egress} of ${optimum}`)
      assert.ok(missed < 0.02, `${missed} missed`)
    }
  })
})
