// A clock for parts that only look at it.

import assert from 'node:assert/strict'
import type { Clock } from '../../../plugins/floodgate-wire/src/trade/terms.ts'

/** A clock that stands where it is put. */
export function clockAt(start: number): Clock & { go(ms: number): void } {
  let at = start
  return {
    now: () => at,
    after: () => assert.fail('nothing waits here'),
    go: (ms) => void (at += ms)
  }
}
