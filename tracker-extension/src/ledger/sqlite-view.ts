// The view of the rules on a SQLite file: prepared statements under a cache of rows. Writes stay in the cache until
// `flush`, so a row that many commands of one group touch (escrow, a hot purse) is written once.
import { type Value, sealDamage, sealOf } from './seal.ts'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { ScanView, TableName, Tables } from './rows.ts'
import { tableNames } from './rows.ts'
import { type Field, deleteOne, fieldsOf, selectAfter, selectOne, upsert } from './schema.ts'
import { rowBytes } from './size.ts'

/** Rows kept in memory between groups; reached, the cache starts anew. */
const cacheBytesMax = 64 * 2 ** 20
/** A guess at what a key and an entry cost beside the fields. */
const entryBytes = 200
/** Rows sealed anew at a time; a content's torrent may be large. */
const pageRows = 100

type Row = Tables[TableName]
type SqlRow = Record<string, SQLOutputValue>

interface Table {
  fields: Field[]
  select: StatementSync
  scan: StatementSync
  upsert: StatementSync
  delete: StatementSync
  /** `undefined` says: known to be absent. */
  cache: Map<string, Row | undefined>
  dirty: Set<string>
}

export class SqliteView implements ScanView {
  readonly currency: string
  readonly #database: DatabaseSync
  readonly #tables = new Map<TableName, Table>()
  #cacheBytes = 0
  /** Rows wait for `flush`. */
  #isDirty = false

  constructor(database: DatabaseSync, currency: string) {
    this.currency = currency
    this.#database = database
    const prepare = (sql: string) => {
      const statement = database.prepare(sql)
      // Amounts go beyond 2^53.
      statement.setReadBigInts(true)
      return statement
    }
    for (const table of tableNames) {
      this.#tables.set(table, {
        fields: fieldsOf(table),
        select: prepare(selectOne(table)),
        scan: prepare(selectAfter(table)),
        upsert: prepare(upsert(table)),
        delete: prepare(deleteOne(table)),
        cache: new Map(),
        dirty: new Set()
      })
    }
  }

  get<T extends TableName>(table: T, key: string): Tables[T] | undefined {
    const { cache, select, fields } = this.#tables.get(table)!
    let row = cache.get(key)
    if (row || cache.has(key)) return row as Tables[T] | undefined
    const found = select.get(key) as SqlRow | undefined
    row = found && decode(fields, found)
    // An audit asks for every row there is, and puts none.
    if (!this.#isDirty) this.trim()
    this.#remember(cache, key, row)
    return row as Tables[T] | undefined
  }

  put<T extends TableName>(table: T, key: string, row: Tables[T]): void {
    this.#write(table, key, row)
  }

  remove(table: TableName, key: string): void {
    this.#write(table, key, undefined)
  }

  *rows<T extends TableName>(table: T, after = ''): Iterable<[string, Tables[T]]> {
    this.flush()
    const { scan, fields } = this.#tables.get(table)!
    for (const row of scan.iterate(after) as Iterable<SqlRow>) {
      yield [String(row.key), decode(fields, row) as Tables[T]]
    }
  }

  /** SQLite's own check of the file, then the seal of every row. */
  *damage(): Iterable<string> {
    this.flush()
    for (const { integrity_check: found } of this.#database
      .prepare('PRAGMA integrity_check')
      .all()) {
      if (found !== 'ok') yield `file: ${String(found)}`
    }
    for (const [name, { fields, scan }] of this.#tables) {
      for (const row of scan.iterate('') as Iterable<SqlRow>) {
        const key = String(row.key)
        const values = encode(fields, decode(fields, row))
        yield* sealDamage(name, key, values, row.seal as Uint8Array)
      }
    }
  }

  /** Seals every row anew, for a file of a version without seals. The caller has a SQL transaction open. */
  sealAll(): void {
    for (const [name, { upsert: write, fields }] of this.#tables) {
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = this.#page(name, after)
        for (const [key, row] of page) write.run(key, ...sealed(name, key, fields, row))
        after = page.at(-1)?.[0]
      }
    }
  }

  /** Rows are not written while they are iterated over. */
  #page(table: TableName, after: string): [string, Row][] {
    const page: [string, Row][] = []
    for (const row of this.rows(table, after)) {
      page.push(row)
      if (page.length === pageRows) break
    }
    return page
  }

  /** Writes what the rules put. The caller has a SQL transaction open. */
  flush(): void {
    for (const [name, table] of this.#tables) {
      for (const key of table.dirty) {
        const row = table.cache.get(key)
        if (row) table.upsert.run(key, ...sealed(name, key, table.fields, row))
        else table.delete.run(key)
      }
      table.dirty.clear()
    }
    this.#isDirty = false
  }

  /** Keeps the cache within bounds; to be called when nothing waits for `flush`. */
  trim(): void {
    if (this.#cacheBytes < cacheBytesMax) return
    for (const { cache } of this.#tables.values()) cache.clear()
    this.#cacheBytes = 0
  }

  #write(name: TableName, key: string, row: Row | undefined): void {
    const table = this.#tables.get(name)!
    this.#remember(table.cache, key, row)
    table.dirty.add(key)
    this.#isDirty = true
  }

  #remember(cache: Map<string, Row | undefined>, key: string, row: Row | undefined): void {
    cache.set(key, row)
    this.#cacheBytes += entryBytes + (row ? rowBytes(row) : 0)
  }
}

/**
 * Node 22 binds an empty array that was cloned or read back as NULL (Node 24 does not). No column may be NULL, so that is
 * what it means wherever it stands.
 */
const none = new Uint8Array()

/** The columns of a table are typed against its rows where they are listed (schema.ts). */
function decode(fields: Field[], row: SqlRow): Row {
  const decoded: Record<string, SQLOutputValue> = {}
  const values = Object.values(row)
  fields.forEach(([name, column], i) => {
    const value = values[i + 1]!
    decoded[name] = column === 'number' ? Number(value) : (value ?? none)
  })
  return decoded as unknown as Row
}

function encode(fields: Field[], row: Row): Value[] {
  const values = row as unknown as Record<string, Value>
  return fields.map(([name]) => values[name]!)
}

function sealed(table: TableName, key: string, fields: Field[], row: Row): Value[] {
  const values = encode(fields, row)
  return [...values, sealOf(table, key, values)]
}
