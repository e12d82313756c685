// The ledger in PostgreSQL passes the compliance suite, like the others; several may have it open at once, and each sees
// what the others did. What kills leave is in postgres-kill.test.ts.
import assert from 'node:assert/strict'
import pg from 'pg'
import { type LedgerStore, postgresLedger } from '../../../tracker-extension/src/ledger/index.ts'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { schemaVersion } from '../../../tracker-extension/src/ledger/schema.ts'
import { ledgerCompliance } from './compliance.ts'
import { ledgerProperties } from './properties.ts'
import { commandOf, keyFor, openAccount, resultOf } from './script.ts'

const euro = { currency: 'EUR' }
let postgres: Postgres

describe('PostgreSQL', () => {
  before(async function () {
    this.timeout(60_000)
    postgres = await startPostgres()
  })
  after(async function () {
    this.timeout(60_000)
    await postgres.stop()
  })

  const open = async () => postgresLedger(await postgres.newUrl(), euro)
  ledgerCompliance('PostgreSQL', open)
  ledgerProperties('PostgreSQL', open, 4)

  describe('ledger in PostgreSQL', () => {
    let url: string
    /** Stores of a test; closed after it, also if it failed (closing twice is harmless). */
    const stores: LedgerStore[] = []
    const openOne = async (): Promise<LedgerStore> => {
      const store = await postgresLedger(url, euro)
      stores.push(store)
      return store
    }
    const sql = async (text: string): Promise<unknown[]> => {
      const client = new pg.Client(url)
      await client.connect()
      const { rows } = await client.query<Record<string, unknown>>(text)
      await client.end()
      return rows
    }
    const run = (store: LedgerStore, ...lines: string[]) =>
      Promise.all(lines.map((line) => resultOf(store, commandOf(line))))

    beforeEach(async () => {
      url = await postgres.newUrl()
    })
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close()
    })

    it('is begun once, whoever comes first, and all see what each did', async () => {
      const [first, second, third] = await Promise.all([openOne(), openOne(), openOne()])
      await Promise.all([openAccount(first!, 'alice'), openAccount(second!, 'bob')])
      await run(third!, 'publish film 4 10', 'deposit d1 alice 100')
      assert.deepEqual(await run(second!, 'purchase p1 alice film 10'), ['p1 -40'])
      assert.deepEqual(await run(first!, 'redeem c1 bob p1 1100'), ['+20 2/0/0'])
      assert.deepEqual(await run(second!, 'redeem c2 bob p1 1110'), ['+10 1/0/0'])
      assert.deepEqual(await run(third!, 'redeem c3 bob p1 1111'), ['+10 1/0/0'])
      for (const store of stores) assert.equal((await store.account('bob'))?.balanceMinor, 40n)
    })

    it('I1 G14: the same commands of several at once are done once, in one journal without gaps', async () => {
      const [first, ...others] = await Promise.all([openOne(), openOne(), openOne()])
      await openAccount(first!, 'alice')
      const lines = Array.from({ length: 250 }, (_, i) => `deposit d${i} alice 1`)
      const results = await Promise.all([first!, ...others].map((store) => run(store, ...lines)))
      for (const result of results.flat()) assert.equal(result, 'ok')
      const numbers = (await first!.journal()).map(({ seq }) => seq)
      assert.deepEqual(
        numbers,
        Array.from({ length: 250 }, (_, i) => i + 1)
      )
      assert.deepEqual((await first!.audit()).faults, [])
      assert.equal((await first!.account('alice'))?.balanceMinor, 250n)
    })

    it('a hot account is written once per group, not once per posting', async () => {
      const store = await openOne()
      await openAccount(store, 'alice')
      const revisions = async () => {
        const [row] = await sql('SELECT revision FROM floodgate_ledger')
        return Number((row as { revision: string }).revision)
      }
      const before = await revisions()
      await run(store, ...Array.from({ length: 1500 }, (_, i) => `deposit d${i} alice 1`))
      assert.equal(await revisions(), before + 1)
      await run(store, 'deposit d1 alice 1', 'deposit d2 alice 2')
      assert.equal(await revisions(), before + 1, 'what changes nothing writes nothing')
    })

    it('refuses another currency, and what a newer version wrote, also while it is open', async () => {
      const store = await openOne()
      await assert.rejects(postgresLedger(url, { currency: 'SEK' }), { code: 'wrong-currency' })
      await sql('UPDATE floodgate_ledger SET version = 99')
      await assert.rejects(openAccount(store, 'alice'), { code: 'bad-ledger' })
      await assert.rejects(postgresLedger(url, euro), { code: 'bad-ledger' })
    })

    it('brings up what an older version wrote, or began to write', async () => {
      const store = await openOne()
      await openAccount(store, 'alice')
      await run(store, 'deposit d1 alice 100', 'publish film 4 10', 'purchase p1 alice film 10')
      await sql(`UPDATE floodgate_ledger SET version = 1; DROP TABLE ledger_pardon; DROP TABLE ledger_correction;
        ALTER TABLE ledger_purse DROP COLUMN collateral_minor; ALTER TABLE ledger_journal DROP COLUMN seal`)
      await Promise.all([openOne(), openOne()])
      const again = await openOne()
      assert.equal((await again.purse('p1'))?.collateralMinor, 0n)
      assert.deepEqual(await sql('SELECT version FROM floodgate_ledger'), [
        { version: String(schemaVersion) }
      ])
      assert.deepEqual((await again.audit()).faults, [])
      await sql('DELETE FROM floodgate_ledger; DROP TABLE ledger_strike')
      assert.deepEqual((await (await openOne()).account('alice'))?.balanceMinor, 60n)
    })

    it('G13: what others changed in the database is named, to the row and field', async () => {
      const store = await openOne()
      await openAccount(store, 'alice')
      await run(store, 'deposit d1 alice 100', 'publish film 4 10', 'purchase p1 alice film 10')
      const faultsAfter = async (text: string) => {
        await sql(text)
        return (await store.audit()).faults
      }
      assert.deepEqual(await faultsAfter(`UPDATE ledger_content SET title = title || '!'`), [
        'content film: title is not what was written'
      ])
      const [first, ...others] = await faultsAfter(
        'UPDATE ledger_deposit SET amount_minor = amount_minor + 1'
      )
      assert.equal(first, 'content film: title is not what was written')
      assert.deepEqual(others, [
        'deposit d1: amountMinor is not what was written',
        'deposit d1: amountMinor says 101, the journal 100'
      ])
    })

    it('a value that the database cannot keep is refused before it spoils the group', async () => {
      const store = await openOne()
      const keys = { signKey: keyFor('z'), boxKey: keyFor('z') }
      const [zero, good] = await Promise.allSettled([
        store.execute({ kind: 'open', uid: 'zoe', ...keys, handle: 'a\0b' }),
        openAccount(store, 'alice')
      ])
      assert.equal(
        zero.status === 'rejected' && (zero.reason as { code: string }).code,
        'bad-command'
      )
      assert.equal(good.status, 'fulfilled')
      assert.equal(await store.account('a\0b'), undefined)
    })

    it('I6: says so when the database is gone, and goes on when it is back', async () => {
      const store = await openOne()
      await openAccount(store, 'alice')
      await run(store, 'deposit d1 alice 100')
      const given = run(store, 'deposit d2 alice 10')
      await postgres.killAndRestart()
      const [outcome] = await given
      assert.ok(outcome === 'ok' || outcome === 'store-failed', outcome)
      assert.deepEqual(await run(store, 'deposit d2 alice 10', 'deposit d1 alice 100'), [
        'ok',
        'ok'
      ])
      assert.equal((await store.account('alice'))?.balanceMinor, 110n)
      await assert.rejects(postgresLedger('postgres://127.0.0.1:1/none', euro), {
        code: 'store-failed'
      })
    }).timeout(120_000) // the database recovers first, with what all tests before have left

    it('answers what was given before close, and refuses what came after', async () => {
      const store = await openOne()
      await openAccount(store, 'alice')
      const given = run(store, ...Array.from({ length: 50 }, (_, i) => `deposit d${i} alice 1`))
      const read = store.account('alice')
      const closing = store.close()
      assert.deepEqual(await run(store, 'deposit late alice 1'), ['ledger-closed'])
      assert.ok((await given).every((result) => result === 'ok'))
      assert.equal((await read)?.uid, 'alice')
      await closing
      assert.equal((await (await openOne()).account('alice'))?.balanceMinor, 50n)
    })
  })
})
