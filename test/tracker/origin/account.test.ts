// The origin's account in the ledger: what opens it is said once, not with every sale.

import assert from 'node:assert/strict'
import { memoryLedger, type LedgerStore } from '@floodgate/tracker'
import { accountOpener } from '../../../tracker-extension/src/origin/account.ts'
import type { Mint } from '../../../tracker-extension/src/mint/mint.ts'
import { ORIGIN_UID } from '../../../tracker-extension/src/origin/paid.ts'

describe('origin: account', () => {
  it('F79: it is opened, and named as the provider’s own, once; what failed is tried again', async () => {
    const ledger = memoryLedger({ currency: 'EUR' })
    const kinds: string[] = []
    let isBroken = true
    const execute: LedgerStore['execute'] = (command) => {
      kinds.push(command.kind)
      return isBroken ? Promise.reject(new Error('disk')) : ledger.execute(command)
    }
    const issuer = { rootKey: new Uint8Array(32) } as Mint['issuer']
    const open = accountOpener({ issuer, store: { ...ledger, execute }, now: () => 1 })
    await assert.rejects(open(), /disk/)
    isBroken = false
    await Promise.all([open(), open()])
    await open()
    assert.deepEqual(kinds, ['open', 'open', 'ownAccount'])
    const again = await ledger.execute({ kind: 'ownAccount', uid: ORIGIN_UID, now: 2 })
    assert.equal(again.repeated, true)
    await ledger.close()
  })
})
