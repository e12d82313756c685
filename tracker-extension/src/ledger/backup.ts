// A backup is a ledger file, whatever store it comes from: it can be opened, audited, and copied into another store.
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LedgerError } from './errors.ts'
import type { ScanView, TableName, Tables } from './rows.ts'
import { tableNames } from './rows.ts'
import { openFile } from './sqlite-file.ts'
import { SqliteView } from './sqlite-view.ts'

/** Some rows of one table, in any order. */
export interface Page<T extends TableName = TableName> {
  table: T
  rows: [key: string, row: Tables[T]][]
}

/** Rows that are held in memory at once. */
const pageRowsMax = 500

/** Lets `write` make a file beside `path`, which gets its name once it is on the disk, whole. */
export async function writeWhole(
  path: string,
  write: (beside: string) => Promise<void>
): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`
  try {
    if (await isThere(path)) throw new LedgerError('store-failed', `${path} is there already`)
    await rm(beside, { force: true })
    await write(beside)
    await sync(beside)
    await rename(beside, path)
    // Windows cannot open directories, and journals renames itself.
    if (process.platform !== 'win32') await sync(dirname(path))
  } catch (error) {
    await rm(beside, { force: true })
    if (error instanceof LedgerError) throw error
    throw new LedgerError('store-failed', (error as Error).message, { cause: error })
  }
}

/** What cannot be looked at for another reason than that it is not there is no place to write to. */
async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
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
