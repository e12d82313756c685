// Puts a backup back, into a new file or an empty database.
import { copyFile } from 'node:fs/promises'
import { pagesOf, writeBackup } from './backup.ts'
import { LedgerError } from './errors.ts'
import {
  asLedgerError,
  beginWrite,
  connections,
  prepareDatabase,
  takeTurn,
  transaction
} from './postgres-database.ts'
import { insert } from './postgres-rows.ts'
import { openFile } from './sqlite-file.ts'
import { SqliteView } from './sqlite-view.ts'
import type { LedgerOptions } from './store.ts'

/**
 * Copies the backup (a ledger file that nobody has open) to `target`: a path, or the URL of a PostgreSQL database, of
 * either kind of store. All of it, or nothing. Rejects with `bad-ledger` or `wrong-currency` for the backup, with
 * `store-failed` also if there is a ledger at `target` already.
 */
export async function restoreLedger(
  backup: string,
  target: string,
  { currency }: LedgerOptions
): Promise<void> {
  const database = openFile(backup, currency)
  try {
    if (isUrl(target)) return await restorePostgres(new SqliteView(database, currency), target)
  } finally {
    // Closed, the file holds everything; nothing is left beside it.
    database.close()
  }
  await writeBackup(target, (beside) => copyFile(backup, beside))
}

const isUrl = (target: string): boolean => /^postgres(ql)?:\/\//.test(target)

async function restorePostgres(view: SqliteView, url: string): Promise<void> {
  const pool = await connections(url, 1)
  try {
    await prepareDatabase(pool, view.currency)
    await transaction(pool, beginWrite, async (query) => {
      if ((await takeTurn(query)) !== 0) throw new LedgerError('store-failed', 'not empty')
      for (const { table, rows } of pagesOf(view)) await Promise.all(insert(query, table, rows))
      return true
    })
  } catch (error) {
    throw asLedgerError(error)
  } finally {
    await pool.end()
  }
}
