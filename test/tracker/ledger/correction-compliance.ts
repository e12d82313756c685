// What every ledger store must do when a deposit was a mistake: what was booked goes out again, once, and at most what is
// there. A part of the compliance suite; suites.ts calls it.
import assert from 'node:assert/strict'
import { balancesOf, closeAudited, openWith } from './books.ts'
import type { OpenLedger } from './compliance.ts'
import { commandOf, resultOf } from './script.ts'

export function correctionCompliance(open: OpenLedger): void {
  it('I1: what was booked by mistake is taken back once, and at most what is there', async () => {
    const store = await openWith(open, 'alice', 'bob')
    const rows: [line: string, result: string, alice: bigint][] = [
      ['deposit d1 alice 100', 'ok', 100n],
      ['correct d1 alice 30', 'ok', 70n],
      ['correct d1 alice 30 at=150', 'ok', 70n],
      ['correct d1 alice 31', 'conflict', 70n],
      ['correct k2 alice 71', 'insufficient-funds', 70n],
      ['correct k2 zoe 1', 'unknown-account', 70n],
      ['correct k2 bob 1', 'insufficient-funds', 70n],
      ['correct k2 alice 0', 'bad-command', 70n],
      ['publish film 4 10', 'ok', 70n],
      ['purchase p1 alice film 10', 'p1 -40', 30n],
      ['correct k2 alice 31', 'insufficient-funds', 30n],
      ['correct k2 alice 30', 'ok', 0n],
      ['close p1 at=200', 'refund 40', 40n]
    ]
    for (const [line, result, alice] of rows) {
      assert.equal(await resultOf(store, commandOf(line)), result, line)
      assert.deepEqual(await balancesOf(store, 'alice', 'bob'), [alice, 0n], line)
    }
    assert.equal((await store.audit()).depositsMinor, 40n)
    await closeAudited(store)
  })
}
