// Ranges as RFC 9110 has them, odd ones among them.
import assert from 'node:assert/strict'
import { rangeOf } from '../../../tracker-extension/src/origin/range.ts'

describe('origin: ranges', () => {
  const rows: [header: string | undefined, length: number, expected: string][] = [
    [undefined, 100, 'all'],
    ['', 100, 'all'],
    ['bytes=0-0', 100, '0-0'],
    ['bytes=0-99', 100, '0-99'],
    ['bytes=5-', 100, '5-99'],
    ['bytes=99-', 100, '99-99'],
    ['bytes=100-', 100, 'unsatisfiable'],
    ['bytes=0-1000000000000', 100, '0-99'],
    ['bytes=-1', 100, '99-99'],
    ['bytes=-100', 100, '0-99'],
    ['bytes=-101', 100, '0-99'],
    ['bytes=-0', 100, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-5', 0, 'unsatisfiable'],
    ['BYTES= 1-2 ', 100, '1-2'],
    ['bytes=2-1', 100, 'all'],
    ['bytes=-', 100, 'all'],
    ['bytes=', 100, 'all'],
    ['bytes=--5', 100, 'all'],
    ['bytes=-5-9', 100, 'all'],
    ['bytes=1-2,4-5', 100, 'all'],
    ['bytes=0x1-2', 100, 'all'],
    ['bytes=1.5-2', 100, 'all'],
    ['bytes=1e1-20', 100, 'all'],
    ['bytes=0-99999999999999999999', 100, 'all'],
    ['bytes=99999999999999999999-', 100, 'all'],
    ['items=0-5', 100, 'all'],
    ['bytes=١-٢', 100, 'all']
  ]
  for (const [header, length, expected] of rows) {
    it(`${header ?? 'none'} of ${length} is ${expected}`, () => {
      const range = rangeOf(header, length)
      const text = typeof range === 'string' ? range : `${range.start}-${range.end}`
      assert.equal(text, expected)
    })
  }
})
