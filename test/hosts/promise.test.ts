// What is promised, in words; and when our own seeders had rate to spare.

import assert from 'node:assert/strict'
import { Spare } from '../../hosts/src/qos/spare.ts'
import { parsePromise, sayPromise } from '../../hosts/src/service-promise.ts'

describe('hosts: --promise', () => {
  it('F78: reads what it says, and says what it read', () => {
    const words = 'start 2 s, rate 500 kB/s for 95 %, credit 20 %'
    const promise = { startMs: 2000, rate: 500_000, share: 95, credit: 20 }
    assert.deepEqual(parsePromise(words), promise)
    assert.equal(sayPromise(promise), words)
    const odd = 'start 1500 ms, rate 4 Mbit/s for 100 %, credit 1 %'
    assert.equal(sayPromise(parsePromise(odd)), odd.replace('4 Mbit/s', '500 kB/s'))
    assert.equal(parsePromise('start 0.25 s, rate 1 B/s for 1 %, credit 100 %').startMs, 250)
  })

  const WRONG = [
    ...['', 'start 2 s', 'rate 500 kB/s for 95 %', 'start 2 s, rate 500 kB/s, credit 20 %'],
    ...[
      'start 0 s, rate 500 kB/s for 95 %, credit 20 %',
      'start 2 m, rate 1 B/s for 9 %, credit 2 %'
    ],
    ...[
      'start 2 s, rate 500 kB for 95 %, credit 20 %',
      'start 2 s, rate 1 B/s for 101 %, credit 2 %'
    ],
    ...[
      'start 2 s, rate 1 B/s for 95 %, credit 0 %',
      'start 0.5 ms, rate 1 B/s for 95 %, credit 1 %'
    ]
  ]
  for (const text of WRONG) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePromise(text), { code: 'bad-option' })
    })
  }
})

describe('hosts qos: rate to spare', () => {
  function stage(limit: number | undefined, ...contents: string[]) {
    const clock = { now: 0 }
    const spare = new Spare(() => clock.now)
    spare.add({ limit: () => limit, contents: () => contents })
    const second = (...sent: [content: string, bytes: number][]): void => {
      for (const [content, bytes] of sent) spare.sent(content, bytes)
      clock.now += 1000
      spare.look()
    }
    return { spare, second, clock }
  }

  it('is what a seeder with a limit could have sent, and did not', () => {
    const { spare, second } = stage(100_000, 'film', 'book')
    second(['film', 100_000])
    second(['film', 80_000])
    second(['film', 10_000], ['book', 70_000])
    second(['film', 30_000])
    second()
    assert.equal(spare.spareMs('film', 0, 5000), 2000)
    assert.equal(spare.spareMs('film', 0, 3500), 500)
    assert.equal(spare.spareMs('book', 0, 5000), 2000)
    assert.equal(spare.spareMs('other', 0, 5000), 0)
  })

  it('speaks for nobody without a limit, when switched off, or when it may be out of reach', () => {
    for (const limit of [undefined, 0]) {
      const { spare, second } = stage(limit, 'film')
      second(['film', 10])
      assert.equal(spare.spareMs('film', 0, 1000), 0)
    }
    const { spare, second } = stage(100_000, 'film')
    second()
    second()
    assert.equal(spare.spareMs('film', 0, 2000), 0, 'it sent nothing to anybody')
    second(['film', 10])
    assert.equal(spare.spareMs('film', 0, 2000), 0)
    assert.equal(spare.spareMs('film', 0, 3000), 3000)
  })

  it('follows the rate of a content’s own seeders', () => {
    const clock = { now: 0 }
    const spare = new Spare(() => clock.now)
    spare.limit('film', 50_000)
    spare.sent('film', 50_000)
    clock.now = 1000
    spare.look()
    spare.limit('film', 200_000)
    spare.sent('film', 50_000)
    clock.now = 2000
    assert.equal(spare.spareMs('film', 0, 2000), 1000)
  })
})
