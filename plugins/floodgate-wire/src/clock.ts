// The clock that trade and court run by outside of tests.

import type { Clock } from './trade/terms.ts'

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs)
    return () => clearTimeout(timer)
  }
}
