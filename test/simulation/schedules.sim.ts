// Invariants I1 to I6 over random schedules: honest peers and up to 50 colluders, a bad network, wrong clocks, and deaths at
// any message and any write. FLOODGATE_SCHEDULES says how many; a failure prints the command that plays it again.

import assert from 'node:assert/strict'
import { play } from './schedule.ts'

const SCHEDULES = Number(process.env['FLOODGATE_SCHEDULES'] ?? 1200)
const FIRST = Number(process.env['FLOODGATE_SEED'] ?? 1)
const TRACED = process.env['FLOODGATE_TRACE'] === '1'
const SHOWN_MAX = 5

const again = (seed: number): string =>
  `FLOODGATE_SEED=${seed} FLOODGATE_SCHEDULES=1 FLOODGATE_TRACE=1 npx mocha test/simulation/schedules.sim.ts`

describe('simulation', () => {
  it(`I1, I2, I3, I4, I5, I6, G14: ${SCHEDULES} schedules`, async function () {
    this.timeout(0)
    const trace = TRACED ? (line: string) => process.stdout.write(`${line}\n`) : undefined
    const failed: string[] = []
    const counts: Record<string, number> = {}
    for (let seed = FIRST; seed < FIRST + SCHEDULES && failed.length < SHOWN_MAX; seed++) {
      const { faults, counts: happened } = await play(seed, { trace })
      if (faults.length > 0) failed.push(`${again(seed)}\n    ${faults.join('\n    ')}`)
      for (const [what, often] of Object.entries(happened)) {
        counts[what] = (counts[what] ?? 0) + often
      }
    }
    assert.equal(failed.length, 0, `\n  ${failed.join('\n  ')}\n`)
    // Schedules in which nothing happens prove nothing.
    if (SCHEDULES < 200) return
    for (const what of [
      'earned',
      'receipted',
      'refused',
      'blacklisted',
      'complained',
      'verdict',
      'notice'
    ]) {
      assert.ok((counts[what] ?? 0) > SCHEDULES / 50, `${what}: ${counts[what]}`)
    }
  })
})
