// I6, exhaustively: a purchase and a trade, once for every message and every write of every party, which dies there, before
// it or after it.

import assert from 'node:assert/strict'
import { play, type Variation } from './schedule.ts'

const SEED = 3
const CALM: Variation = { rogues: 0, buyers: 1, pieces: 3, isFair: true }
const PARTIES = ['provider', 'seeder', 'anna'] as const

const nobody = { provider: [], seeder: [], anna: [] }

describe('simulation: deaths', () => {
  for (const party of PARTIES) {
    it(`I6: the ${party} dies at each of its messages and writes`, async function () {
      this.timeout(0)
      const { steps, faults } = await play(SEED, { ...CALM, deaths: nobody })
      assert.deepEqual(faults, [])
      assert.ok(steps[party]! > 10, `${steps[party]} steps`)
      for (let at = 0; at < steps[party]!; at++) {
        for (const after of [false, true]) {
          const deaths = { ...nobody, [party]: [{ at, after }] }
          const result = await play(SEED, { ...CALM, deaths })
          assert.deepEqual(result.faults, [], `dies ${after ? 'after' : 'before'} step ${at}`)
        }
      }
    })
  }
})
