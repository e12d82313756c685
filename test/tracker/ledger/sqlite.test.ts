// The ledger in a SQLite file passes the compliance suite, keeps what it said across opening and closing, and lets
// only one process in. What a kill leaves is in kill.test.ts.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'
import { type LedgerStore, sqliteLedger } from '../../../tracker-extension/src/ledger/index.ts'
import { courtTableNames } from '../../../tracker-extension/src/ledger/court-rows.ts'
import { openFile } from '../../../tracker-extension/src/ledger/sqlite-file.ts'
import { SqliteView } from '../../../tracker-extension/src/ledger/sqlite-view.ts'
import { ledgerCompliance } from './compliance.ts'
import { ledgerProperties } from './properties.ts'
import { asRepeated, commandOf, openAccount, resultOf, runTable } from './script.ts'

const folder = mkdtempSync(join(tmpdir(), 'floodgate-ledger-'))
let files = 0
const newPath = () => join(folder, `${++files}.ledger`)
const euro = { currency: 'EUR' }
const open = () => sqliteLedger(newPath(), euro)

/** Stores of a test; closed after it, also if it failed (closing twice is harmless). */
const stores: LedgerStore[] = []
async function openAt(path: string, sqlite = sqliteLedger): Promise<LedgerStore> {
  const store = await sqlite(path, euro)
  stores.push(store)
  return store
}
const source = fileURLToPath(new URL('../../../tracker-extension/src/ledger/', import.meta.url))

after(() => rmSync(folder, { recursive: true }))

ledgerCompliance('SQLite', open)
ledgerProperties('SQLite', open, 12)

describe('ledger in a SQLite file', () => {
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
  })

  it('an audit, which reads all there is, keeps no more of it than the cache may hold, and no row is lost', () => {
    const database = openFile(newPath(), 'EUR')
    const view = new SqliteView(database, 'EUR')
    const money = { priceMinor: 1n, currency: 'EUR', pieces: 1, free: 0 }
    const sale = { forSaleSince: 0, withdrawnAt: 0 }
    const film = {
      ...money,
      ...sale,
      mode: 'open' as const,
      title: '',
      torrent: new Uint8Array(2 ** 20)
    }
    // Beyond the 64 MiB that are kept.
    const keys = Array.from({ length: 80 }, (_, i) => `film${i}`)
    const readAll = () => keys.map((key) => view.get('content', key))
    for (const key of keys) view.put('content', key, film)
    assert.ok(
      readAll().every((row) => row === film),
      'what waits to be written is all kept'
    )
    view.flush()
    view.trim()
    const [first] = readAll()
    const again = view.get('content', 'film0')
    assert.ok(again !== first, 'all of it was kept')
    assert.deepEqual(again, film)
    database.close()
  })

  it('reads an empty array that a Node 22 has written as NULL', async () => {
    const path = newPath()
    const first = await openAt(path)
    await openAccount(first, 'alice')
    for (const line of ['deposit d1 alice 40', 'publish film 4 10', 'purchase p1 alice film 10'])
      await first.execute(commandOf(line))
    const before = await first.purse('p1')
    await first.close()
    sql(path, 'UPDATE ledger_purse SET certificate = NULL')
    const second = await openAt(path)
    assert.deepEqual({ ...(await second.purse('p1')), certificate: before!.certificate }, before)
    assert.deepEqual((await second.purse('p1'))!.certificate, new Uint8Array())
    assert.deepEqual((await second.audit()).faults, [])
    await second.close()
  })

  it('keeps everything from one opening to the next', async () => {
    const path = newPath()
    const first = await openAt(path)
    for (const uid of ['alice', 'bob']) await openAccount(first, uid)
    const lines = ['deposit d1 alice 9007199254740993', 'publish film 4 10']
    for (const line of lines) await first.execute(commandOf(line))
    const commands = ['purchase p1 alice film 10', 'redeem c1 bob p1 1110'].map(commandOf)
    const outcomes = []
    for (const command of commands) outcomes.push(await first.execute(command))
    const before = [await first.purse('p1'), await first.sale('p1', 'bob'), await first.journal()]
    await first.close()

    const second = await openAt(path)
    const again = [await second.purse('p1'), await second.sale('p1', 'bob')]
    assert.deepEqual([...again, await second.journal()], before)
    assert.equal((await second.account('alice'))?.balanceMinor, 9007199254740953n)
    for (const [i, command] of commands.entries()) {
      assert.deepEqual(await second.execute(command), asRepeated(outcomes[i]!))
    }
    assert.equal((await second.journal()).length, 3)
    assert.deepEqual((await second.audit()).faults, [])
    await second.close()
  })

  it('answers what was given before close, and refuses what came after', async () => {
    const path = newPath()
    const store = await openAt(path)
    await openAccount(store, 'alice')
    const given = Array.from({ length: 500 }, (_, i) =>
      store.execute(commandOf(`deposit d${i} alice 1`))
    )
    const closing = store.close()
    assert.equal(await resultOf(store, commandOf('deposit late alice 1')), 'ledger-closed')
    await Promise.all(given)
    await closing
    const again = await openAt(path)
    assert.equal((await again.account('alice'))?.balanceMinor, 500n)
    await again.close()
  })

  it('is refused as ledger-in-use to a second opening, here or in another process', async () => {
    const path = newPath()
    const store = await openAt(path)
    await assert.rejects(sqliteLedger(path, euro), { code: 'ledger-in-use' })
    const script = `
      import { sqliteLedger } from ${JSON.stringify(pathToFileURL(join(source, 'index.ts')))}
      await sqliteLedger(${JSON.stringify(path)}, { currency: 'EUR' }).catch((e) => console.log(e.code))`
    const other = spawnSync(process.execPath, ['--input-type=module', '-e', script])
    assert.equal(other.stdout.toString().trim(), 'ledger-in-use', other.stderr.toString())
    await openAccount(store, 'alice')
    await store.close()
    await (await openAt(path)).close()
  })

  const spoiled: [what: string, code: string, spoil: (path: string) => void][] = [
    ['no database', 'bad-ledger', (path) => writeFileSync(path, 'a diary '.repeat(1000))],
    ['another database', 'bad-ledger', (path) => sql(path, 'CREATE TABLE songs (title TEXT)')],
    ['a folder', 'store-failed', (path) => mkdirSync(path)]
  ]
  for (const [what, code, spoil] of spoiled) {
    it(`refuses ${what} as ${code} and changes nothing`, async () => {
      const path = newPath()
      spoil(path)
      const content = () => (statSync(path).isFile() ? readFileSync(path) : readdirSync(path))
      const before = content()
      await assert.rejects(sqliteLedger(path, euro), { code })
      await assert.rejects(sqliteLedger(path, euro), { code }, 'the lock was not let go')
      assert.deepEqual(content(), before)
    })
  }

  const changed: [what: string, code: string, currency: string, change: string][] = [
    ['of another version', 'bad-ledger', 'EUR', 'PRAGMA user_version = 99'],
    ['in another currency', 'wrong-currency', 'SEK', 'PRAGMA optimize']
  ]
  for (const [what, code, currency, change] of changed) {
    it(`refuses a ledger ${what} as ${code}`, async () => {
      const path = newPath()
      await (await openAt(path)).close()
      sql(path, change)
      await assert.rejects(sqliteLedger(path, { currency }), { code })
    })
  }

  it('brings a ledger of version 1 forward with all that it holds', async () => {
    const path = newPath()
    const old = await openAt(path)
    for (const uid of ['alice', 'bob']) await openAccount(old, uid)
    const lines = ['deposit d1 alice 40', 'publish film 4 10', 'purchase p1 alice film 10']
    for (const line of [...lines, 'redeem c1 bob p1 1000']) await old.execute(commandOf(line))
    await old.close()
    const added = courtTableNames.map((name) => `DROP TABLE ledger_${name}`)
    sql(path, [...added, 'ALTER TABLE ledger_sale DROP COLUMN settled'].join(';'))
    sql(path, 'PRAGMA user_version = 1')

    for (const settled of [[], [0x20]]) {
      const store = await openAt(path)
      assert.deepEqual((await store.audit()).faults, [])
      assert.deepEqual((await store.sale('p1', 'bob'))?.settled, Uint8Array.from(settled))
      for (const line of ['complain k1 bob alice p1 2', 'prove k1', 'settle k1']) {
        await store.execute(commandOf(line))
      }
      assert.equal((await store.account('bob'))?.balanceMinor, 20n)
      await store.close()
    }
  })

  it('brings a ledger of the version before forward: a table that is new is made', async () => {
    const path = newPath()
    const old = await openAt(path)
    await openAccount(old, 'alice')
    await old.execute(commandOf('deposit d1 alice 40'))
    await old.close()
    sql(path, 'DROP TABLE ledger_correction')
    sql(path, 'PRAGMA user_version = 7')
    const store = await openAt(path)
    await store.execute(commandOf('correct x1 alice 15'))
    assert.equal((await store.account('alice'))?.balanceMinor, 25n)
    assert.deepEqual((await store.audit()).faults, [])
    await store.close()
  })

  it('I6: every opening syncs at every commit and locks the file', async () => {
    const path = newPath()
    for (const opening of ['created', 'opened again']) {
      const database = openFile(path, 'EUR')
      const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0]
      const found = ['journal_mode', 'synchronous', 'locking_mode'].map(pragma)
      database.close()
      // 2 is FULL. NORMAL would survive a kill too, but not a power cut.
      assert.deepEqual(found, ['wal', 2, 'exclusive'], opening)
    }
  })

  it('G13: audit notices a balance that was changed in the file', async () => {
    const path = newPath()
    const store = await openAt(path)
    await openAccount(store, 'alice')
    await store.execute(commandOf('deposit d1 alice 5'))
    await store.close()
    sql(path, "UPDATE ledger_account SET credits = 6 WHERE key = 'peer:alice'")
    const again = await openAt(path)
    const { faults } = await again.audit()
    assert.ok(faults.includes('debits 5, credits 6'), faults.join('\n'))
    await again.close()
  })

  it('runs as built JavaScript too', async () => {
    const dist = join(folder, 'dist')
    const compilerOptions: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true
    }
    mkdirSync(dist)
    writeFileSync(join(dist, 'package.json'), '{ "type": "module" }')
    for (const name of readdirSync(source)) {
      const text = readFileSync(join(source, name), 'utf8')
      const { outputText } = ts.transpileModule(text, { compilerOptions, fileName: name })
      writeFileSync(join(dist, name.replace(/ts$/, 'js')), outputText)
    }
    const built: { sqliteLedger: typeof sqliteLedger } = await import(
      pathToFileURL(join(dist, 'index.js')).href
    )
    const store = await openAt(newPath(), built.sqliteLedger)
    await runTable(
      store,
      `command             → outcome | alice escrow
       deposit d1 alice 5  → ok      |     5      0`
    )
    await store.close()
  })
})

function sql(path: string, statement: string): void {
  const database = new DatabaseSync(path)
  database.exec(statement)
  database.close()
}
