// The ledger in a PostgreSQL database, which several provider processes may have open at once. Whoever writes first
// raises the revision in the head row and so holds its lock until the commit: one group of commands at a time, whatever
// the process. So rules see no row that another is changing, the journal has no gap, and its order is that of commits.
import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import { writePages, writeBackup } from './backup.ts'
import { checkCommand } from './check.ts'
import type { Command, Outcome, OutcomeOf } from './commands.ts'
import { LedgerError } from './errors.ts'
import {
  asLedgerError,
  beginWrite,
  connections,
  prepareDatabase,
  takeTurn,
  transaction
} from './postgres-database.ts'
import { isWholeRead, readCopy } from './postgres-copy.ts'
import { forecastOf, tablesOf } from './postgres-forecast.ts'
import { readPages } from './postgres-rows.ts'
import { PostgresView } from './postgres-view.ts'
import { type ReadArgs, type ReadName, type ReadResult, runRead } from './reads.ts'
import { execute } from './rules.ts'
import { type LedgerEngine, type LedgerOptions, type LedgerStore, storeOver } from './store.ts'

/** Bounds the time until the first of a group is answered, as with SQLite. */
const groupCommandsMax = 2000
/** Connections for reads, beside the one that writes; two are left for what takes long, audits and backups. */
const readersMax = 4
const readGroupsMax = 2
const groupReadsMax = 1000

const beginRead = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

interface Waiting<T> {
  resolve(value: T): void
  reject(error: unknown): void
}
type Job = Waiting<Outcome> & { command: Command }
type ReadJob = Waiting<unknown> & { name: ReadName; run: (view: PostgresView) => unknown }
type Result<T> = { value: T } | { refusal: LedgerError }

class PostgresEngine implements LedgerEngine {
  readonly #currency: string
  readonly #writer: pg.Pool
  readonly #readers: pg.Pool
  readonly #view: PostgresView
  /** The revision that the view's rows are of. */
  #revision = -1
  #queue: Job[] = []
  #work: Promise<void> | undefined
  #asked: ReadJob[] = []
  #readGroups = 0
  readonly #reads = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(writer: pg.Pool, readers: pg.Pool, currency: string) {
    this.#writer = writer
    this.#readers = readers
    this.#currency = currency
    this.#view = new PostgresView(currency)
  }

  async execute<C extends Command>(command: C): Promise<OutcomeOf<C>> {
    if (this.#closing) throw new LedgerError('ledger-closed')
    const clean = checkCommand(command)
    return new Promise<OutcomeOf<C>>((resolve, reject) => {
      this.#queue.push({ command: clean, resolve: (it) => resolve(it as OutcomeOf<C>), reject })
      this.#work ??= this.#runAll()
    })
  }

  /** Reads that wait are answered together out of one moment; while some are under way, more gather. */
  read<N extends ReadName>(name: N, args: ReadArgs<N>): Promise<ReadResult<N>> {
    if (isWholeRead(name)) {
      const copied = () => readCopy(name, this.#currency, (path) => this.#copy(path))
      return this.#whileOpen(copied as () => Promise<ReadResult<N>>)
    }
    const ask = (resolve: (found: ReadResult<N>) => void, reject: (error: unknown) => void) => {
      const run = (view: PostgresView) => runRead(view, name, args)
      const job = { name, run, resolve: (it: unknown) => resolve(it as ReadResult<N>), reject }
      if (tablesOf[name]) return void this.#readGroup([job])
      this.#asked.push(job)
      if (this.#readGroups < readGroupsMax) void this.#readAll()
    }
    return this.#whileOpen(() => new Promise<ReadResult<N>>(ask))
  }

  backup(path: string): Promise<void> {
    return this.#whileOpen(() =>
      writeBackup(path, async (beside) => void (await this.#copy(beside)))
    )
  }

  /** All of one moment as a ledger file; answers what was not as it was sealed. */
  async #copy(path: string): Promise<string[]> {
    const damage: string[] = []
    await transaction(this.#readers, beginRead, async (query) => {
      await writePages(path, this.#currency, readPages(query, damage))
      return true
    })
    return damage
  }

  async #whileOpen<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new LedgerError('ledger-closed')
    const reading = work()
    this.#reads.add(reading)
    try {
      return await reading
    } catch (error) {
      throw asLedgerError(error)
    } finally {
      this.#reads.delete(reading)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish()
    return this.#closing
  }

  async #finish(): Promise<void> {
    await this.#work
    await Promise.allSettled(this.#reads)
    await Promise.all([this.#writer.end(), this.#readers.end()])
  }

  async #readAll(): Promise<void> {
    this.#readGroups += 1
    await setImmediate()
    while (this.#asked.length > 0) await this.#readGroup(this.#asked.splice(0, groupReadsMax))
    this.#readGroups -= 1
  }

  async #readGroup(asked: ReadJob[]): Promise<void> {
    let results: Result<unknown>[] = []
    try {
      await transaction(this.#readers, beginRead, async (query) => {
        const view = new PostgresView(this.#currency)
        for (const table of asked.flatMap(({ name }) => tablesOf[name] ?? [])) view.wantTable(table)
        results = await view.run(query, () => asked.map(({ run }) => resultOf(() => run(view))))
        return true
      })
    } catch (error) {
      for (const { reject } of asked) reject(error)
    }
    for (const [i, result] of results.entries()) answer(asked[i]!, result)
  }

  async #runAll(): Promise<void> {
    // Commands of one turn of the event loop are committed together.
    await setImmediate()
    while (this.#queue.length > 0) await this.#runGroup(this.#queue.splice(0, groupCommandsMax))
    this.#work = undefined
  }

  async #runGroup(jobs: Job[]): Promise<void> {
    try {
      const results = await this.#commit(jobs.map(({ command }) => command))
      for (const [i, result] of results.entries()) answer(jobs[i]!, result)
    } catch (error) {
      for (const { reject } of jobs) reject(asLedgerError(error))
    }
  }

  async #commit(commands: Command[]): Promise<Result<Outcome>[]> {
    const view = this.#view
    let results: Result<Outcome>[] = []
    let isChanged = false
    try {
      await transaction(this.#writer, beginWrite, async (query) => {
        const before = await takeTurn(query)
        if (before !== this.#revision) view.forget()
        this.#revision = before
        for (const [table, key] of commands.flatMap(forecastOf)) view.want(table, key)
        results = await view.run(query, () =>
          commands.map((command) => resultOf(() => execute(view, command)))
        )
        isChanged = view.isStaged
        await Promise.all(view.write(query))
        return isChanged
      })
    } catch (error) {
      this.#revision = -1
      throw error
    }
    view.committed()
    if (isChanged) this.#revision += 1
    return results
  }
}

function resultOf<T>(work: () => T): Result<T> {
  try {
    return { value: work() }
  } catch (error) {
    return { refusal: asLedgerError(error) }
  }
}

function answer<T>({ resolve, reject }: Waiting<T>, result: Result<T>): void {
  if ('refusal' in result) reject(result.refusal)
  // A copy, as a caller might write into the bytes of a row that is kept.
  else resolve(structuredClone(result.value))
}

/**
 * Opens the ledger in the database at `url` (`postgres://…`), or begins one there. Any number of processes may have it
 * open. A process whose database fails rejects what it was given with `store-failed`, and goes on once it is back.
 * Rejects with `bad-ledger`, `wrong-currency` or `store-failed`.
 */
export async function postgresLedger(url: string, options: LedgerOptions): Promise<LedgerStore> {
  const { currency } = options
  let writer: pg.Pool | undefined
  try {
    writer = await connections(url, 1)
    await prepareDatabase(writer, currency)
    return storeOver(new PostgresEngine(writer, await connections(url, readersMax), currency))
  } catch (error) {
    await writer?.end()
    throw asLedgerError(error)
  }
}
