// `floodgate audit` finds every byte that is not as it was written, and every forgery that no seal shows.
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { platformCrypto as crypto } from '@floodgate/protocol'
import { auditLog, type ProviderKeys } from '@floodgate/tracker'
import { audit } from '../../../tracker-extension/src/ledger/audit.ts'
import { runRead } from '../../../tracker-extension/src/ledger/reads.ts'
import { openFile } from '../../../tracker-extension/src/ledger/sqlite-file.ts'
import { SqliteView } from '../../../tracker-extension/src/ledger/sqlite-view.ts'
import { storeOver } from '../../../tracker-extension/src/ledger/store.ts'
import {
  START,
  cellsOf,
  change,
  currency,
  dumpOf,
  flipped,
  makeLedger,
  spoken,
  tablesOf
} from './altered.ts'

const SEED = Number(process.env['FLOODGATE_SEED'] ?? Date.now() % 2 ** 31)
/** A small generator, so that a seed repeats a run (mulberry32). */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

describe(`G13: floodgate audit (FLOODGATE_SEED=${SEED})`, function () {
  this.timeout(240_000)
  const folder = mkdtempSync(join(tmpdir(), 'floodgate-audit-'))
  const path = join(folder, 'good.ledger')
  const copy = join(folder, 'altered.ledger')
  let keys: ProviderKeys
  before(async () => {
    keys = await makeLedger(path)
  })
  after(() => rmSync(folder, { recursive: true }))

  /** All that the command looks at, in this process. */
  const auditView = async (view: SqliteView): Promise<string[]> => {
    const store = storeOver({
      execute: () => Promise.reject(new Error('an audit writes nothing')),
      read: async (name, args) => runRead(view, name, args),
      backup: () => Promise.reject(new Error('an audit copies nothing')),
      close: async () => undefined
    })
    const log = await auditLog({ store, keys, crypto, currency })
    return [...audit(view).faults, ...log.faults]
  }
  /** Changes the file, audits, and puts back what was there. */
  const trial = async (database: DatabaseSync, alter: () => void): Promise<string[]> => {
    database.exec('BEGIN')
    try {
      alter()
      return await auditView(new SqliteView(database, currency))
    } finally {
      database.exec('ROLLBACK')
    }
  }
  const withCopy = async (work: (database: DatabaseSync) => Promise<void>): Promise<void> => {
    copyFileSync(path, copy)
    const database = openFile(copy, currency)
    try {
      await work(database)
    } finally {
      database.close()
    }
  }

  it('has nothing to say about a ledger that is as it was written, with rows in every table', () =>
    withCopy(async (database) => {
      assert.deepEqual(await auditView(new SqliteView(database, currency)), [])
      const filled = new Set(cellsOf(database).map(({ table }) => table))
      assert.deepEqual([...filled].sort(), tablesOf(database).sort())
    }))

  it('seals a ledger of version 2 when it is opened, and finds changes from then on', async () => {
    copyFileSync(path, copy)
    const old = new DatabaseSync(copy)
    for (const table of ['head', 'block']) old.exec(`DROP TABLE ledger_${table}`)
    for (const table of tablesOf(old)) old.exec(`ALTER TABLE ${table} DROP COLUMN seal`)
    old.exec('PRAGMA user_version = 2')
    old.close()
    const database = openFile(copy, currency)
    assert.deepEqual(await auditView(new SqliteView(database, currency)), [])
    database.exec("UPDATE ledger_peer SET handle = 'other' WHERE key = 'bob'")
    const faults = await auditView(new SqliteView(database, currency))
    assert.deepEqual(faults, ['peer bob: handle is not what was written'])
    database.close()
  })

  const textOf = (value: bigint | Uint8Array) =>
    typeof value === 'bigint' ? String(value) : Buffer.from(value).toString()

  it('finds each of 1,000 random single-byte changes of stored values, and names row and field', () =>
    withCopy(async (database) => {
      const random = chance(SEED)
      const cells = cellsOf(database)
      const tables = tablesOf(database)
      const named: number[] = []
      for (let i = 0; i < 1000; i++) {
        // Tables take turns: nearly all rows are lines of the journal.
        const own = cells.filter(({ table }) => table === tables[i % tables.length])
        const cell = own[random(own.length)]!
        const value = flipped(cell.value, random(1 << 16), 1 + random(255))
        // No table takes a key twice; in the bytes of the file, below, that may come up.
        if (cell.column === 'key' && own.some(({ key }) => key === textOf(value))) continue
        const faults = await trial(database, () => change(database, cell, value))
        assert.notDeepEqual(faults, [], `${i}: ${cell.table} ${cell.key} ${cell.column}`)
        if (cell.column === 'key') continue
        const about = faults.filter((fault) => fault.includes(` ${cell.key}: `))
        assert.ok(about.length > 0, `${cell.table} ${cell.key}: ${faults.join('\n')}`)
        named.push(about.some((fault) => fault.includes(`: ${spoken(cell.column)} is not`)) ? 1 : 0)
      }
      // The name may be missing once in 256 times, the row never (seal.ts).
      const share = named.reduce((sum, one) => sum + one, 0) / named.length
      assert.ok(share > 0.95, `the field was named in ${share}`)
    }))

  it('finds random changes of bytes of the file, unless they change nothing that is stored', async () => {
    const random = chance(SEED)
    const good = readFileSync(path)
    const dump = dumpOf(path)
    let found = 0
    for (let i = 0; i < 150; i++) {
      const at = random(good.length)
      const bytes = Buffer.from(good)
      bytes[at]! ^= 1 + random(255)
      writeFileSync(copy, bytes)
      if ((await findingsIn(copy)).length > 0) found++
      else assert.equal(dumpOf(copy), dump, `byte ${at}`)
    }
    assert.ok(found > 0)
  })

  /** What opening and auditing a file says; that it cannot be opened is a finding. */
  async function findingsIn(file: string): Promise<string[]> {
    rmSync(`${file}-wal`, { force: true })
    rmSync(`${file}-shm`, { force: true })
    let database: DatabaseSync
    try {
      database = openFile(file, currency)
    } catch (error) {
      return [String(error)]
    }
    try {
      return await auditView(new SqliteView(database, currency))
    } catch (error) {
      return [String(error)]
    } finally {
      database.close()
    }
  }

  const line = (n: number): string => String(n).padStart(16, '0')
  const forgeries: [what: string, forge: (view: SqliteView) => void, fault: RegExp][] = [
    [
      'a reference of a line',
      (view) => view.put('journal', line(3), { ...view.get('journal', line(3))!, at: 99 }),
      /^lines 1 to 256 are not those that their block stands for$/
    ],
    [
      'two lines and their accounts, so that all sums fit',
      (view) => {
        const [a, b] = [view.get('journal', line(1))!, view.get('journal', line(2))!]
        view.put('journal', line(1), { ...b, at: a.at })
        view.put('journal', line(2), { ...a, at: b.at })
      },
      /^lines 1 to 256 are not those/
    ],
    [
      'a line behind the last full block',
      (view) => view.put('journal', line(270), { ...view.get('journal', line(270))!, at: 99 }),
      /^lines 1 to \d+ are not those that the last head was signed for$/
    ],
    [
      'a line and its block',
      (view) => {
        view.put('journal', line(3), { ...view.get('journal', line(3))!, at: 99 })
        view.remove('block', line(0))
      },
      /^lines 1 to 256 are not those/
    ],
    [
      'the last line away',
      (view) => dropLast(view),
      /^the journal ends at line \d+, the last head/
    ],
    ['the head away', (view) => view.remove('head', 'newest'), /^head newest: it is missing$/],
    [
      'the head',
      (view) => {
        const head = view.get('head', 'newest')!
        view.put('head', 'newest', { ...head, root: crypto.random(32), size: 5, at: START + 1 })
      },
      /^head newest: root is not the one that was signed$/
    ],
    [
      'a head of another signer',
      (view) => {
        const head = view.get('head', 'newest')!
        const frame = head.frame.with(-1, head.frame.at(-1)! ^ 1)
        view.put('head', 'newest', { ...head, frame })
      },
      /^head newest: frame is not a signed head \(bad-signature\)$/
    ],
    [
      'a deposit',
      (view) => view.put('deposit', 'd7', { ...view.get('deposit', 'd7')!, amountMinor: 9n }),
      /^deposit d7: amountMinor says 9, the journal 8$/
    ],
    [
      'whose deposit it was',
      (view) => view.put('deposit', 'd7', { ...view.get('deposit', 'd7')!, uid: 'bob' }),
      /^journal line 8: credit$/
    ],
    [
      'a balance',
      (view) => view.put('account', 'peer:bob', { debits: 0n, credits: 1n }),
      /^account peer:bob: credits 1, its lines \d+$/
    ],
    [
      'a refund',
      (view) => view.put('purse', 'p1', { ...view.get('purse', 'p1')!, refundMinor: 77n }),
      /^purse p1: refundMinor says 77, the journal \d+$/
    ],
    [
      'what a claim brought',
      (view) => {
        const claim = view.get('claim', 'bob c1 p1')!
        view.put('claim', 'bob c1 p1', { ...claim, creditedMinor: 50n })
      },
      /^claim bob c1 p1: creditedMinor says 50, the journal 20$/
    ]
  ]
  function dropLast(view: SqliteView): void {
    const { next } = view.get('counter', 'journal')!
    view.remove('journal', line(next - 1))
    view.put('counter', 'journal', { next: next - 1 })
  }

  for (const [what, forge, fault] of forgeries) {
    it(`finds out who changes ${what} and seals the rows again`, () =>
      withCopy(async (database) => {
        const view = new SqliteView(database, currency)
        const faults = await trial(database, () => {
          forge(view)
          view.flush()
        })
        assert.ok(!faults.some((text) => text.includes('is not what was written')), 'the seals fit')
        assert.ok(
          faults.some((text) => fault.test(text)),
          faults.join('\n')
        )
      }))
  }
})
