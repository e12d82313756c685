// The ledger in a PostgreSQL database, which several provider processes may have open at once. Whoever writes first
// raises the revision in the head row and so holds its lock until the commit: one group of commands at a time, whatever
// the process. So rules see no row that another is changing, the journal has no gap, and its order is that of commits.
import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import { writePages, writeWhole } from './backup.ts'
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
import { forecastOf, tablesOf } from './postgres-forecast.ts'
import { readPages } from './postgres-rows.ts'
import { PostgresView } from './postgres-view.ts'
import { type ReadArgs, type ReadName, type ReadResult, runRead } from './reads.ts'
import { execute } from './rules.ts'
import { type LedgerEngine, type LedgerOptions, type LedgerStore, storeOver } from './store.ts'

/** Bounds the time until the first of a group is answered, as with SQLite. */
const groupCommandsMax = 2000
/** Connections for reads, beside the one that writes. */
const readersMax = 4

const beginRead = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

interface Job {
  command: Command
  resolve(outcome: Outcome): void
  reject(error: LedgerError): void
}
type Result = { outcome: Outcome } | { refusal: LedgerError }

class PostgresEngine implements LedgerEngine {
  readonly #currency: string
  readonly #writer: pg.Pool
  readonly #readers: pg.Pool
  readonly #view: PostgresView
  /** The revision that the view's rows are of. */
  #revision = -1
  #queue: Job[] = []
  #work: Promise<void> | undefined
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

  read<N extends ReadName>(name: N, args: ReadArgs<N>): Promise<ReadResult<N>> {
    return this.#whileOpen(() => this.#read(name, args))
  }

  backup(path: string): Promise<void> {
    const write = (beside: string) =>
      transaction(this.#readers, beginRead, async (query) => {
        await writePages(beside, this.#currency, readPages(query))
        return true
      })
    return this.#whileOpen(() => writeWhole(path, write))
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

  /** What one read sees was all committed at one moment. */
  async #read<N extends ReadName>(name: N, args: ReadArgs<N>): Promise<ReadResult<N>> {
    const found: ReadResult<N>[] = []
    await transaction(this.#readers, beginRead, async (query) => {
      const view = new PostgresView(this.#currency)
      for (const table of tablesOf[name] ?? []) view.wantTable(table)
      found[0] = await view.run(query, () => runRead(view, name, args))
      return true
    })
    return found[0] as ReadResult<N>
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
      for (const [i, result] of results.entries()) {
        if ('refusal' in result) jobs[i]!.reject(result.refusal)
        // A copy, as a caller might write into the bytes of a row that is kept.
        else jobs[i]!.resolve(structuredClone(result.outcome))
      }
    } catch (error) {
      for (const { reject } of jobs) reject(asLedgerError(error))
    }
  }

  async #commit(commands: Command[]): Promise<Result[]> {
    const view = this.#view
    let results: Result[] = []
    let isChanged = false
    try {
      await transaction(this.#writer, beginWrite, async (query) => {
        const before = await takeTurn(query)
        if (before !== this.#revision) view.forget()
        this.#revision = before
        for (const [table, key] of commands.flatMap(forecastOf)) view.want(table, key)
        results = await view.run(query, () => commands.map((command) => resultOf(view, command)))
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

function resultOf(view: PostgresView, command: Command): Result {
  try {
    return { outcome: execute(view, command) }
  } catch (error) {
    if (error instanceof LedgerError) return { refusal: error }
    throw error
  }
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
