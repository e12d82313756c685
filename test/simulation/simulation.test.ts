// Runs the simulations, each in a process of its own: they replace the timers and the `fetch` of their process, which
// other tests need as they are.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SIMULATIONS = {
  schedules: 'I1 to I6 over random schedules with up to 50 colluders',
  deaths: 'I6: deaths at every message and every write',
  foreign: 'G6: foreign bitmaps of the same count and XOR',
  late: 'I5: complaints that come late',
  planted: 'finds the bugs that were planted'
}

describe('simulation', function () {
  this.timeout(0)
  for (const [name, title] of Object.entries(SIMULATIONS)) {
    it(title, async () => {
      const args = ['node_modules/mocha/bin/mocha.js', `test/simulation/${name}.sim.ts`]
      const child = spawn(process.execPath, args, {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'inherit']
      })
      const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
      assert.equal(code, 0, said)
    })
  }
})
