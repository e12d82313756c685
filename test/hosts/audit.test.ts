// `floodgate audit` as an operator runs it: nothing to say of a sound ledger, and of one with a byte changed the row and field,
// with an exit code that a script sees. How well it finds them, a thousand at a time: test/tracker/log/audit.test.ts.

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { providerKeysToJson } from '@floodgate/tracker'
import { Child } from '../../hosts/src/show/child.ts'
import { SEED, randomFrom } from '../support/random.ts'
import {
  cellsOf,
  change,
  currency,
  flipped,
  makeLedger,
  spoken,
  type Cell
} from '../tracker/log/altered.ts'

const CHANGES = 8
/** As `floodgate help exit-codes` says. */
const EXIT_FAULTS = 70
const EXIT_NO_LEDGER = 74

describe(`hosts: floodgate audit (FLOODGATE_SEED=${SEED})`, function () {
  this.timeout(60_000)
  const root = mkdtempSync(join(tmpdir(), 'floodgate-audit-'))
  const sound = join(root, 'sound')
  let keys: string
  before(async () => {
    keys = providerKeysToJson(await makeLedger(sound))
  })
  after(() => rmSync(root, { recursive: true }))

  let shops = 0
  /** Runs the command on a copy of the sound ledger that is altered before. */
  async function audit(
    alter: (path: string) => void
  ): Promise<{ exit: number; faults: unknown; child: Child }> {
    const shop = join(root, String(++shops))
    mkdirSync(shop)
    writeFileSync(join(shop, 'keys.json'), keys)
    writeFileSync(join(shop, 'provider.json'), JSON.stringify({ currency }))
    const ledger = join(shop, 'ledger.sqlite')
    copyFileSync(sound, ledger)
    alter(ledger)
    const child = new Child('audit', ['audit', '--data', shop])
    const exit = await child.ended
    return { exit, faults: child.seen('audit')[0]?.['faults'], child }
  }

  it('G13: of a sound ledger it says that all is well, and exits with 0', async () => {
    const { exit, faults, child } = await audit(() => undefined)
    assert.deepEqual([exit, faults], [0, []], child.log)
    assert.equal(child.seen('audit')[0]?.['ok'], true)
  })

  it(`G13: of each of ${CHANGES} changed bytes it names the row, and exits with another`, async () => {
    const random = randomFrom(SEED)
    const database = new DatabaseSync(sound, { readOnly: true })
    // A changed key is another row: what it was called nobody knows.
    const cells = cellsOf(database).filter(({ column }) => column !== 'key')
    database.close()
    const tables = [...new Set(cells.map(({ table }) => table))]
    const trial = async (): Promise<void> => {
      // Any table as often as another, as nearly all rows are lines of the journal.
      const table = random.pick(tables)
      const cell: Cell = random.pick(cells.filter((one) => one.table === table))
      const value = flipped(cell.value, random.below(1 << 16), 1 + random.below(255))
      const { exit, faults, child } = await audit((path) => {
        const altered = new DatabaseSync(path)
        change(altered, cell, value)
        altered.close()
      })
      const what = `${table} ${cell.key} ${cell.column}: ${child.log}`
      assert.equal(exit, EXIT_FAULTS, what)
      assert.equal(child.seen('error')[0]?.['code'], 'books-do-not-add-up', what)
      const row = `${spoken(table)} ${cell.key}: `
      assert.ok(
        (faults as string[]).some((fault) => fault.startsWith(row)),
        what
      )
    }
    await Promise.all(Array.from({ length: CHANGES }, trial))
  })

  it('G13: of a file that is no ledger it says so, and exits with another', async () => {
    const { exit, child } = await audit((path) => writeFileSync(path, 'no ledger'))
    assert.deepEqual([exit, child.seen('error')[0]?.['code']], [EXIT_NO_LEDGER, 'bad-ledger'])
  })
})
