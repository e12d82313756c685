// A backup is a ledger file, whatever store it comes from: it can be opened, audited, and copied into another store.
import { LedgerError } from './errors.ts'
import type { ScanView, TableName, Tables } from './rows.ts'
import { tableNames } from './rows.ts'
import { openFile } from './sqlite-file.ts'
import { SqliteView } from './sqlite-view.ts'
import { writeWhole } from './whole-file.ts'

/** Some rows of one table, in any order. */
export interface Page<T extends TableName = TableName> {
  table: T
  rows: [key: string, row: Tables[T]][]
}

/** Rows that are held in memory at once. */
const pageRowsMax = 500

/** As `writeWhole`. Throws `store-failed`, or what `write` throws of the ledger's own. */
export async function writeBackup(
  path: string,
  write: (beside: string) => Promise<void>
): Promise<void> {
  try {
    await writeWhole(path, write)
  } catch (error) {
    if (error instanceof LedgerError) throw error
    throw new LedgerError('store-failed', (error as Error).message, { cause: error })
  }
}

/** Makes a ledger file of these rows. */
export async function writePages(
  path: string,
  currency: string,
  pages: Iterable<Page> | AsyncIterable<Page>
): Promise<void> {
  const database = openFile(path, currency)
  try {
    const view = new SqliteView(database, currency)
    for await (const { table, rows } of pages) {
      for (const [key, row] of rows) view.put(table, key, row)
      database.exec('BEGIN')
      view.flush()
      database.exec('COMMIT')
      view.trim()
    }
  } finally {
    database.close()
  }
}

/** All rows of a view. */
export function* pagesOf(view: ScanView): Generator<Page> {
  for (const table of tableNames) {
    let rows: Page['rows'] = []
    for (const entry of view.rows(table)) {
      rows.push(entry)
      if (rows.length < pageRowsMax) continue
      yield { table, rows }
      rows = []
    }
    yield { table, rows }
  }
}
