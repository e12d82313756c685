// When what was not answered is said again.

import assert from 'node:assert/strict'
import { Reminder } from '../../../plugins/floodgate-wire/src/trade/reminder.ts'
import { DEFAULT_TERMS } from '../../../plugins/floodgate-wire/src/trade/terms.ts'
import { clockAt } from './clock-at.ts'

describe('what was not answered', () => {
  it('is said again less and less often, and never given up', () => {
    const clock = clockAt(5000)
    const reminder = new Reminder({ clock, terms: { ...DEFAULT_TERMS, retryMs: 1000 } })
    const waits: number[] = []
    for (let waited = 0; waits.length < 7; waited++) {
      if (reminder.isDue()) {
        waits.push(waited)
        assert.equal(reminder.isDue(), false, 'it was said just now')
        waited = 0
      }
      clock.go(999.4) // timers may fire a fraction of a millisecond early
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 16, 16])
  })

  it('is not said again at a tick that comes soon after it was said', () => {
    const clock = clockAt(0)
    const reminder = new Reminder({ clock, terms: { ...DEFAULT_TERMS, retryMs: 1000 } })
    clock.go(400)
    assert.equal(reminder.isDue(), false)
    clock.go(200)
    assert.equal(reminder.isDue(), true)
  })
})
