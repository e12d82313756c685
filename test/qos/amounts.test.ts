// Rates and amounts in words: exact, or refused with the option's name.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseBytes, parseRate, sayBytes, sayRate } from '@floodgate/qos'

const RATES: [text: string, bytesPerSecond: number][] = [
  ['500 kB/s', 500_000],
  ['4 Mbit/s', 500_000],
  ['1.5 MiB/s', 1_572_864],
  ['0 B/s', 0],
  ['0.001 kB/s', 1],
  ['8 bit/s', 1],
  ['1 Gbit/s', 125_000_000]
]

const REFUSED: [text: string, why: RegExp][] = [
  ['500', /does not end in \/s/],
  ['500 kB', /does not end in \/s/],
  ['500kB/s', /not a number, a space and a unit/],
  ['-1 kB/s', /not a number/],
  ['1e3 kB/s', /not a number/],
  ['1,5 MB/s', /not a number/],
  [' 1 MB/s', /not a number/],
  ['.5 MB/s', /not a number/],
  ['500 KB/s', /none of the units B, kB/],
  ['500 mb/s', /none of the units/],
  ['1 toString/s', /none of the units/],
  ['4 bit/s', /no whole number of bytes/],
  ['0.1 B/s', /no whole number of bytes/],
  ['999999999999 TB/s', /too much/]
]

describe('qos: rates and amounts', () => {
  for (const [text, rate] of RATES) {
    it(`reads ${text}`, () => assert.equal(parseRate(text, 'target'), rate))
  }

  for (const [text, why] of REFUSED) {
    it(`refuses ${JSON.stringify(text)}, naming the option`, () => {
      assert.throws(
        () => parseRate(text, 'target'),
        (error: { code: string; detail: string }) => {
          assert.equal(error.code, 'bad-option')
          assert.match(error.detail, /^target: /)
          assert.match(error.detail, why)
          return true
        }
      )
    })
  }

  it('reads decimals exactly where floats would not', () => {
    assert.equal(parseBytes('4.35 kB', 'perDay'), 4350) // 4.35 * 1000 is 4350.000000000001
    assert.equal(parseBytes('1.1 MB', 'perDay'), 1_100_000)
  })

  it('reads what it says, for whole thousands', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 0, max: 4 }),
        (digits, power) => {
          const bytes = digits * 1000 ** power
          assert.equal(parseBytes(sayBytes(bytes), 'x'), bytes)
        }
      )
    )
    assert.equal(sayRate(500_000), '500 kB/s')
    assert.equal(sayRate(1_254_321), '1.25 MB/s')
  })
})
