// Opens a ledger file so that what was committed survives a kill and a power cut, and nobody else can open it.
import { DatabaseSync } from 'node:sqlite'
import { LedgerError } from './errors.ts'
import { tableNames } from './rows.ts'
import { additions, createTable, schemaVersion } from './schema.ts'
import { SqliteView } from './sqlite-view.ts'

/** "FGLG": marks the file as a ledger, see SQLite's application_id. */
const applicationId = 0x46474c47
/** A process that was killed may need a moment to let go of its locks. */
const busyTimeoutMs = 500
const sqliteBusy = 5
const sqliteNotADatabase = 26

/**
 * Opens or creates. Throws `ledger-in-use`, `bad-ledger` (not ours, or of another version), `wrong-currency`,
 * `store-failed` (path, rights, disk).
 *
 * The lock is SQLite's own exclusive lock, held until the file is closed: the kernel lets go of it when the process
 * dies, however it dies, so there are no stale locks to recover from.
 */
export function openFile(path: string, currency: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: busyTimeoutMs })
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    // FULL on every open: it is not stored in the file, and NORMAL loses acknowledged claims in a power cut.
    database.exec('PRAGMA synchronous = FULL')
    database.exec('PRAGMA cache_size = -65536')
    database.exec('BEGIN IMMEDIATE')
    prepareFile(database, currency)
    database.exec('COMMIT')
    // Stored in the file, so only now that it is known to be ours.
    database.exec('PRAGMA journal_mode = WAL')
    return database
  } catch (error) {
    database?.close()
    throw asLedgerError(error)
  }
}

function prepareFile(database: DatabaseSync, currency: string): void {
  const read = (name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name]
  const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n
  if (tables === 0) {
    for (const table of tableNames) database.exec(createTable(table))
    database.exec('CREATE TABLE ledger (currency TEXT NOT NULL) STRICT')
    database.prepare('INSERT INTO ledger (currency) VALUES (?)').run(currency)
    database.exec(`PRAGMA application_id = ${applicationId}`)
    database.exec(`PRAGMA user_version = ${schemaVersion}`)
    return
  }
  if (read('application_id') !== applicationId) throw new LedgerError('bad-ledger')
  const version = Number(read('user_version'))
  if (version < 1 || version > schemaVersion) {
    throw new LedgerError('bad-ledger', `version ${version}`)
  }
  const kept = database.prepare('SELECT currency FROM ledger').get()?.currency
  if (kept !== currency) throw new LedgerError('wrong-currency', `${kept}`)
  if (version < schemaVersion) bringUp(database, currency)
}

/** Within the transaction of the opening: the old file or the new one, nothing between. */
function bringUp(database: DatabaseSync, currency: string): void {
  const columnsOf = (table: string) =>
    database
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => `${name}`)
  for (const table of tableNames) {
    for (const statement of additions(table, columnsOf)) database.exec(statement)
  }
  // New columns mean new seals.
  new SqliteView(database, currency).sealAll()
  database.exec(`PRAGMA user_version = ${schemaVersion}`)
}

function asLedgerError(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error
  const { errcode, message } = error as { errcode?: number; message?: string }
  // The low byte is the primary result code.
  const primary = (errcode ?? 0) & 0xff
  if (primary === sqliteBusy) return new LedgerError('ledger-in-use', '', { cause: error })
  if (primary === sqliteNotADatabase) return new LedgerError('bad-ledger', '', { cause: error })
  return new LedgerError('store-failed', message, { cause: error })
}
