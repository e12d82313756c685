// What every ledger store must say of its totals. A part of the compliance suite; compliance.ts calls it.
import assert from 'node:assert/strict'
import type { OpenLedger } from './compliance.ts'
import { openAccount } from './script.ts'
import { during } from './backup-compliance.ts'

export function sumsCompliance(open: OpenLedger): void {
  it('I1: sums of all kinds of accounts, which balance', () =>
    during(open(), async (store) => {
      assert.deepEqual(await store.sums(), [])
      for (const [uid, amountMinor] of [
        ['ann', 70n],
        ['bob', 5n]
      ] as const) {
        await openAccount(store, uid)
        await store.execute({
          ...{ kind: 'deposit', uid, amountMinor, reason: 'card', id: uid, now: 1 }
        })
      }
      const sums = (await store.sums()).sort((a, b) => (a.kind < b.kind ? -1 : 1))
      assert.deepEqual(sums, [
        { kind: 'cash', accounts: 1, debitsMinor: 75n, creditsMinor: 0n },
        { kind: 'peer', accounts: 2, debitsMinor: 0n, creditsMinor: 75n }
      ])
    }))
}
