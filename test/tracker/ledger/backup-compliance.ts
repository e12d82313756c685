// What every ledger store must do about backups. A part of the compliance suite; compliance.ts calls it.
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import {
  type LedgerStore,
  restoreLedger,
  sqliteLedger
} from '../../../tracker-extension/src/ledger/index.ts'
import type { OpenLedger } from './compliance.ts'
import { commandOf, openAccount, resultOf } from './script.ts'

const euro = { currency: 'EUR' }

/** Opens a ledger at a place, for a moment. */
export async function during<T>(
  opening: Promise<LedgerStore>,
  work: (store: LedgerStore) => Promise<T>
): Promise<T> {
  const store = await opening
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** All that a ledger shows of itself. */
export const contentOf = async (store: LedgerStore) => ({
  sizes: (await store.bytes()).tables,
  journal: await store.journal(),
  purse: await store.purse('p1'),
  audit: await store.audit()
})

export async function trade(store: LedgerStore): Promise<void> {
  for (const uid of ['alice', 'bob']) await openAccount(store, uid)
  const lines = ['deposit d1 alice 9007199254740993', 'publish film 4 10']
  const rest = ['purchase p1 alice film 10', 'redeem c1 bob p1 1100', 'complain k1 bob alice p1 2']
  for (const line of [...lines, ...rest]) await store.execute(commandOf(line))
}

export function backupCompliance(open: OpenLedger): void {
  describe('backups', () => {
    let folder: string
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'floodgate-backup-'))
    })
    afterEach(() => rm(folder, { recursive: true }))

    it('I1 I6: a backup holds one moment, while commands go on, and all that was said before', async () => {
      await during(open(), async (store) => {
        await trade(store)
        let isOver = false
        let deposits = 0
        const go = async () => {
          while (!isOver || deposits < 50) {
            await store.execute(commandOf(`deposit x${++deposits} bob 1`))
            await setImmediate()
          }
        }
        const going = [go(), go()]
        const path = join(folder, 'one.ledger')
        await store.backup(path)
        isOver = true
        await Promise.all(going)
        const { journal, audit } = await during(sqliteLedger(path, euro), contentOf)
        assert.deepEqual(audit.faults, [])
        const later = await store.journal()
        assert.deepEqual(journal, later.slice(0, journal.length))
        assert.ok(journal.length >= 3, 'what was said before')
      })
    })

    it('a backup put back is the same ledger; nothing is written over', async () => {
      await during(open(), async (store) => {
        await trade(store)
        const path = join(folder, 'one.ledger')
        await store.backup(path)
        await assert.rejects(store.backup(path), { code: 'store-failed' })
        await assert.rejects(store.backup(join(folder, 'none', 'a')), { code: 'store-failed' })
        const copy = join(folder, 'copy.ledger')
        await restoreLedger(path, copy, euro)
        await assert.rejects(restoreLedger(path, copy, euro), { code: 'store-failed' })
        await assert.rejects(restoreLedger(path, copy, { currency: 'SEK' }), {
          code: 'wrong-currency'
        })
        assert.deepEqual((await readdir(folder)).sort(), ['copy.ledger', 'one.ledger'])
        const before = await contentOf(store)
        await during(sqliteLedger(copy, euro), async (restored) => {
          assert.deepEqual(await contentOf(restored), before)
          assert.equal(await resultOf(restored, commandOf('redeem c1 bob p1 1100')), '+20 2/0/0')
          assert.equal((await restored.journal()).length, before.journal.length)
        })
      })
    })

    it('close waits for a backup, and then there are no more', async () => {
      const store = await open()
      await trade(store)
      const path = join(folder, 'one.ledger')
      const backup = store.backup(path).then(
        () => 'made',
        (error: { code: string }) => error.code
      )
      await store.close()
      assert.ok(['made', 'ledger-closed'].includes(await backup))
      await assert.rejects(store.backup(join(folder, 'two')), { code: 'ledger-closed' })
    })
  })
}
