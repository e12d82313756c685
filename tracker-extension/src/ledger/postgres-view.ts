// The view of the rules on a database that answers later. What is not here is noted and refused with `RowMissing`; the
// caller then fetches all that was noted in one go and runs the same work again, until nothing is missing. As rules are
// pure and their writes are staged, a run that is thrown away leaves nothing behind.
import { LedgerError } from './errors.ts'
import { type Query, bytesOf, decode, insert } from './postgres-rows.ts'
import { deleteKeys, selectKeys, selectRange } from './postgres-schema.ts'
import { type ScanView, type TableName, type Tables, tableNames } from './rows.ts'
import { rowBytes } from './size.ts'

type Row = Tables[TableName]

/** A `LedgerError`, so that a batch of claims goes on to the next one and notes what that one misses as well. */
class RowMissing extends LedgerError {
  constructor() {
    super('store-failed', 'a row was not read yet')
  }
}

/** Rows of a table behind a key, as far as they were read. */
interface Range {
  table: TableName
  after: string
  rows: [key: string, row: Row][]
  isWhole: boolean
}

/** Rows of the first fetch of a range; each later one takes four times as many as are there. */
const rangeRowsFirst = 100
const cacheBytesMax = 64 * 2 ** 20
/** A guess at what a key and an entry cost beside the fields. */
const entryBytes = 200

const newTables = <T>(make: () => T) => new Map(tableNames.map((table) => [table, make()]))

export class PostgresView implements ScanView {
  readonly currency: string
  /** `undefined` says: known to be absent. */
  #cache = newTables(() => new Map<string, Row | undefined>())
  #cacheBytes = 0
  #staged = newTables(() => new Map<string, Row | undefined>())
  #missed = newTables(() => new Set<string>())
  readonly #ranges = new Map<string, Range>()
  readonly #short = new Set<Range>()

  constructor(currency: string) {
    this.currency = currency
  }

  get<T extends TableName>(table: T, key: string): Tables[T] | undefined {
    const staged = this.#staged.get(table)!
    if (staged.has(key)) return staged.get(key) as Tables[T] | undefined
    const cache = this.#cache.get(table)!
    const row = cache.get(key)
    if (row || cache.has(key)) return row as Tables[T] | undefined
    if (this.#ranges.get(`${table} `)?.isWhole) return undefined
    this.want(table, key)
    throw new RowMissing()
  }

  put<T extends TableName>(table: T, key: string, row: Tables[T]): void {
    this.#staged.get(table)!.set(key, row)
  }

  remove(table: TableName, key: string): void {
    this.#staged.get(table)!.set(key, undefined)
  }

  /** For reads only: it does not see what is staged. */
  *rows<T extends TableName>(table: T, after = ''): Iterable<[string, Tables[T]]> {
    const range = this.#rangeOf(table, after)
    yield* range.rows as [string, Tables[T]][]
    if (range.isWhole) return
    this.#short.add(range)
    throw new RowMissing()
  }

  /** Whoever reads all there is does so in a copy (postgres.ts), and is told there. */
  damage(): string[] {
    return []
  }

  /** Notes a row to be fetched, unless it is here. */
  want(table: TableName, key: string): void {
    if (!this.#cache.get(table)!.has(key)) this.#missed.get(table)!.add(key)
  }

  /** Notes a whole table to be fetched. */
  wantTable(table: TableName): void {
    this.#short.add(this.#rangeOf(table, ''))
  }

  /** Runs `work` until it misses nothing. What it put is staged then. */
  async run<T>(query: Query, work: () => T): Promise<T> {
    for (;;) {
      await this.#fetch(query)
      this.#staged = newTables(() => new Map())
      const result = attempt(work)
      if (this.#isMissing()) continue
      if ('error' in result) throw result.error
      return result.value
    }
  }

  get isStaged(): boolean {
    return [...this.#staged.values()].some((rows) => rows.size > 0)
  }

  /** Sends all that is staged to the database; a row that many commands put is written once. */
  write(query: Query): Promise<unknown>[] {
    return [...this.#staged].flatMap(([table, rows]) => {
      const removed = [...rows].filter(([, row]) => !row).map(([key]) => bytesOf(key))
      const puts = [...rows].filter((entry): entry is [string, Row] => !!entry[1])
      const written = insert(query, table, puts)
      return removed.length > 0 ? [query(deleteKeys(table), [removed]), ...written] : written
    })
  }

  /** What is staged stands in the database now. */
  committed(): void {
    for (const [table, rows] of this.#staged) {
      for (const [key, row] of rows) this.#remember(table, key, row)
    }
    this.#staged = newTables(() => new Map())
    if (this.#cacheBytes > cacheBytesMax) this.forget()
  }

  /** Others have written, or it is unknown what was: everything must be read anew. */
  forget(): void {
    this.#cache = newTables(() => new Map())
    this.#staged = newTables(() => new Map())
    this.#cacheBytes = 0
  }

  #isMissing(): boolean {
    return this.#short.size > 0 || [...this.#missed.values()].some((keys) => keys.size > 0)
  }

  async #fetch(query: Query): Promise<void> {
    const missed = [...this.#missed].filter(([, keys]) => keys.size > 0)
    const short = [...this.#short]
    this.#missed = newTables(() => new Set())
    this.#short.clear()
    await Promise.all([
      ...missed.map(([table, keys]) => this.#fetchKeys(query, table, [...keys])),
      ...short.map((range) => this.#fetchMore(query, range))
    ])
  }

  async #fetchKeys(query: Query, table: TableName, keys: string[]): Promise<void> {
    const found = await query(selectKeys(table), [keys.map(bytesOf)])
    for (const key of keys) this.#remember(table, key, undefined)
    for (const texts of found) this.#remember(table, ...decode(table, texts))
  }

  async #fetchMore(query: Query, range: Range): Promise<void> {
    const { table, after, rows } = range
    const limit = Math.max(rangeRowsFirst, 4 * rows.length)
    const from = rows.at(-1)?.[0] ?? after
    const found = await query(selectRange(table), [bytesOf(from), limit])
    for (const texts of found) {
      const [key, row] = decode(table, texts)
      rows.push([key, row])
      this.#remember(table, key, row)
      // What is listed by its case is about to be asked for.
      if ('complaintId' in row && key.startsWith(after)) this.want('complaint', row.complaintId)
    }
    range.isWhole = found.length < limit
  }

  #rangeOf(table: TableName, after: string): Range {
    const name = `${table} ${after}`
    const range = this.#ranges.get(name) ?? { table, after, rows: [], isWhole: false }
    this.#ranges.set(name, range)
    return range
  }

  #remember(table: TableName, key: string, row: Row | undefined): void {
    this.#cache.get(table)!.set(key, row)
    this.#cacheBytes += entryBytes + (row ? rowBytes(row) : 0)
  }
}

function attempt<T>(work: () => T): { value: T } | { error: unknown } {
  try {
    return { value: work() }
  } catch (error) {
    return { error }
  }
}
