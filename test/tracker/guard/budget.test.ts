// Token buckets: as a table of what is taken when, and what they remember.
import assert from 'node:assert/strict'
import { Budget } from '../../../tracker-extension/src/guard/budget.ts'

describe('guard: budgets', () => {
  let clock = 0
  const now = (): number => clock
  beforeEach(() => (clock = 1_000_000))

  /** How many of `tries` at one moment are granted. */
  const granted = (budget: Budget, key: string, tries: number): number =>
    Array.from({ length: tries }, () => budget.take(key)).filter((was) => was).length

  it('F65: a burst, then as many as time brings, and never more than the burst', () => {
    const budget = new Budget({ perSecond: 4, burst: 10 }, now)
    // prettier-ignore
    const SCRIPT: [waitMs: number, tries: number, granted: number][] = [
      [0,      15, 10],
      [0,       3,  0],
      [249,     1,  0],
      [1,       2,  1],
      [1000,    9,  4],
      [60_000, 99, 10]
    ]
    for (const [waitMs, tries, expected] of SCRIPT) {
      clock += waitMs
      assert.equal(granted(budget, 'a', tries), expected, `after ${waitMs} ms`)
    }
  })

  it('one key does not spend another’s', () => {
    const budget = new Budget({ perSecond: 1, burst: 2 }, now)
    assert.equal(granted(budget, 'a', 5), 2)
    assert.equal(granted(budget, 'b', 5), 2)
  })

  it('what is given back can be taken again', () => {
    const budget = new Budget({ perSecond: 1, burst: 1 }, now)
    for (let i = 0; i < 5; i++) {
      assert.ok(budget.take('a'))
      assert.ok(!budget.take('a'))
      budget.giveBack('a')
    }
  })

  it('Infinity is no limit', () => {
    const budget = new Budget({ perSecond: Infinity, burst: 1 }, now)
    assert.equal(granted(budget, 'a', 1000), 1000)
  })

  it('F65: remembers only who spent lately, and never more than so many', () => {
    const budget = new Budget({ perSecond: 1, burst: 1 }, now, 100)
    for (let i = 0; i < 1000; i++) budget.take(`host ${i}`)
    assert.equal(budget.size, 100)
    assert.ok(!budget.take('host 999'))
    clock += 2000
    budget.take('one')
    assert.equal(budget.size, 1)
  })
})
