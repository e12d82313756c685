// The judge of promises, as tables: what is missed, whose fault it is, and which figures cannot be.

import assert from 'node:assert/strict'
import { codeOf, type FloodgateError, type ServicePromise } from '@floodgate/protocol'
import {
  judgePromise,
  type Delivered,
  type PromiseView
} from '../../../tracker-extension/src/mint/promise-judge.ts'

const promise: ServicePromise = { startMs: 2000, rate: 500_000, share: 95, credit: 20 }
const BOUGHT = 1_800_000_000_000

/** What it answers: `kept`, `<missed> <percent>` with the excuse, or the code and field of the refusal. */
function verdict(
  [startMs, wantedMs, bytes]: [number, number, number],
  view: Partial<PromiseView> = {}
): string {
  const known = { boughtAt: BOUGHT, now: BOUGHT + 60_000, delivered: [], spareMs: () => 0 }
  try {
    const measured = { startMs, wantedMs, bytes }
    const { missed, excuse, percent } = judgePromise(promise, measured, { ...known, ...view })
    return missed === '' ? `kept${percent}` : `${missed} ${excuse}${percent}`
  } catch (error) {
    return `${codeOf(error)} ${(error as FloodgateError).detail}`
  }
}
const by = (seconds: number, bytes: number, isAll = false): Delivered => ({
  ...{ time: BOUGHT + seconds * 1000, bytes, isAll }
})
/** A seeder of ours had rate to spare in these seconds. */
const spareIn =
  (a: number, b: number): PromiseView['spareMs'] =>
  (from, until) =>
    Math.max(0, Math.min(until, BOUGHT + b * 1000) - Math.max(from, BOUGHT + a * 1000))

describe('mint: judge of promises', () => {
  it('F78, F79: who is above the promise gets nothing, who is below gets the credit', () => {
    assert.equal(verdict([1900, 21_900, 9_950_000]), 'kept0')
    assert.equal(verdict([1900, 21_901, 9_950_000]), 'rate 20')
    assert.equal(verdict([2001, 3000, 9_000_000]), 'start 20')
    assert.equal(verdict([40_000, 40_000, 0]), 'start 20')
  })

  it('feigned slowness is worth nothing: who was slow while we had rate to spare was it by his own line', () => {
    const slow: [number, number, number] = [100, 40_000, 1_000_000]
    assert.equal(verdict(slow, { spareMs: spareIn(0, 60) }), 'rate own-line0')
    assert.equal(verdict(slow, { spareMs: spareIn(19.9, 60) }), 'rate own-line0')
    assert.equal(verdict(slow, { spareMs: spareIn(20, 60) }), 'rate 20')
    const late: [number, number, number] = [10_000, 40_000, 1_000_000]
    assert.equal(verdict(late, { spareMs: spareIn(0, 5.1) }), 'start own-line0')
    assert.equal(verdict(late, { spareMs: spareIn(5.1, 60) }), 'start 20')
  })

  it('F78: what contradicts our own clock, announces or claims is refused, and the field named', () => {
    const table: [measured: [number, number, number], known: Delivered[], said: string][] = [
      [[100, 60_400, 1_000_000], [], 'rate 20'],
      [[100, 60_501, 1_000_000], [], 'contradicted wantedMs'],
      [[301, 300, 0], [], 'contradicted startMs'],
      // Something had come after 3 s.
      [[3500, 40_000, 1_000_000], [by(3, 1)], 'start 20'],
      [[3501, 40_000, 1_000_000], [by(3, 1)], 'contradicted startMs'],
      [[3501, 40_000, 1_000_000], [by(3, 0)], 'start 20'],
      // More had come than it says.
      [[100, 40_000, 1_000_000], [by(9, 1_000_000)], 'contradicted wantedMs'],
      [[100, 40_000, 1_000_000], [by(9, 1_000_001)], 'contradicted bytes'],
      [[100, 40_000, 1_000_000], [by(9, 999_999)], 'rate 20'],
      [[100, 9500, 1_000_000], [by(9, 1_000_000)], 'rate 20'],
      // All was here: counting more than came does not help.
      [[100, 40_000, 2_000_000], [by(9, 1_000_000, true)], 'contradicted wantedMs'],
      [[100, 9500, 2_000_000], [by(9, 1_000_000, true)], 'rate 20'],
      [[100, 9501, 1_000_000], [by(9, 0, true)], 'contradicted wantedMs'],
      // Any of what is known is enough.
      [[100, 40_000, 1_000_000], [by(1, 5), by(9, 2_000_000), by(10, 5)], 'contradicted bytes']
    ]
    for (const [measured, delivered, said] of table) {
      assert.equal(verdict(measured, { delivered }), said, `${measured.join(' ')} ${said}`)
    }
  })
})
