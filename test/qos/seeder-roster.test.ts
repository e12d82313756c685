// What seeders elsewhere are told: together never more than is decided or was before, whoever comes, goes and is silent; and
// in the end what is decided.

import assert from 'node:assert/strict'
import { seederRoster } from '@floodgate/qos'
import fc from 'fast-check'

const VALID_MS = 15_000

describe('qos: seederRoster', () => {
  it('F76: sends seeders where they are missing, and shares the rate out', () => {
    const roster = seederRoster(VALID_MS)
    const ask = (id: string) => {
      const { content, rate } = roster.report({ id, time: 0 })
      return [content, rate]
    }
    assert.deepEqual(ask('a'), [undefined, 0])
    roster.decide('film', { seeders: 2, rate: 900 })
    roster.decide('game', { seeders: 1, rate: 100 })
    assert.deepEqual(ask('a'), ['film', 900])
    assert.deepEqual(ask('b'), ['film', 0], 'until a gave up its half')
    assert.deepEqual(ask('c'), ['game', 100])
    assert.deepEqual(ask('d'), [undefined, 0])
    assert.deepEqual([ask('a'), ask('b')].flat(), ['film', 450, 'film', 450])
    roster.decide('film', { seeders: 0, rate: 0 })
    roster.decide('game', { seeders: 2, rate: 100 })
    assert.deepEqual([ask('a'), ask('c'), ask('a')].flat(), ['game', 0, 'game', 50, 'game', 50])
    assert.deepEqual(ask('b'), [undefined, 0])
    assert.equal(roster.count('game', 0), 2)
  })

  it('a seeder without a choice stays with its content, and gives what is decided of it', () => {
    const roster = seederRoster(VALID_MS)
    roster.decide('game', { seeders: 3, rate: 100 })
    const order = () => roster.report({ id: 'a', only: 'film', time: 0 })
    assert.deepEqual(order(), { content: 'film', rate: 0, validMs: VALID_MS })
    roster.decide('film', { seeders: 1, rate: 200 })
    assert.equal(order().rate, 200)
  })

  it('who leaves, or is silent too long, leaves its share', () => {
    const roster = seederRoster(VALID_MS)
    roster.decide('film', { seeders: 3, rate: 300 })
    const rate = (id: string, time: number) => roster.report({ id, time }).rate
    assert.deepEqual([rate('a', 0), rate('b', 0), rate('a', 1), rate('b', 1)], [300, 0, 150, 150])
    roster.report({ id: 'a', isLeaving: true, time: 2 })
    assert.equal(rate('b', 3), 300)
    assert.equal(rate('c', 3 + VALID_MS - 1), 0)
    assert.equal(rate('c', 3 + VALID_MS), 300)
    assert.equal(roster.count('film', 3 + VALID_MS), 1)
  })

  it('F76, W16: never more together than is decided or was given before', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      only: fc.constantFrom(undefined, 'film', 'game'),
      isLeaving: fc.boolean(),
      passMs: fc.integer({ min: 0, max: VALID_MS }),
      decide: fc.option(fc.record({ seeders: fc.nat(4), rate: fc.nat(1_000_000) }))
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const roster = seederRoster(VALID_MS)
        const given = new Map<
          string,
          { rate: number; content: string | undefined; until: number }
        >()
        let [decided, time] = [0, 0]
        const together = (): number =>
          [...given.values()]
            .filter(({ content, until }) => content === 'film' && until > time)
            .reduce((sum, { rate }) => sum + rate, 0)
        for (const { id, only, isLeaving, passMs, decide } of steps) {
          time += passMs
          const before = together()
          if (decide !== null) {
            roster.decide('film', decide)
            decided = decide.seeders === 0 ? 0 : decide.rate
          }
          const { rate, content } = roster.report({ id, only, isLeaving, time })
          given.set(id, { rate, content, until: time + VALID_MS })
          assert.ok(together() <= Math.max(before, decided), `${together()} of ${decided}`)
        }
        // Everybody reports on: what is decided is given, but for the remainder of a division.
        for (let round = 0; round < 2; round++) {
          for (const id of ['a', 'b', 'c']) {
            time += 1
            given.set(id, { ...roster.report({ id, only: 'film', time }), until: Infinity })
          }
          if (round === 0) time += VALID_MS - 3
        }
        for (const id of ['a', 'b', 'c']) {
          given.set(id, { ...roster.report({ id, only: 'film', time }), until: Infinity })
        }
        const sum = ['a', 'b', 'c'].reduce((all, id) => all + given.get(id)!.rate, 0)
        assert.ok(sum <= decided && sum > decided - 3, `${sum} of ${decided}`)
      })
    )
  })
})
