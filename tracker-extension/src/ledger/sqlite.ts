// The ledger in a SQLite file. This side only passes jobs to the thread that owns the file, so that neither rules
// nor disk hold up the event loop.
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { writeBackup } from './backup.ts'
import { checkCommand } from './check.ts'
import type { Command, OutcomeOf } from './commands.ts'
import { LedgerError } from './errors.ts'
import type { ReadArgs, ReadName, ReadResult } from './reads.ts'
import type { Answer, FromWorker, Job, Refusal, WorkerOptions } from './sqlite-messages.ts'
import { type LedgerEngine, type LedgerOptions, type LedgerStore, storeOver } from './store.ts'

// A build turns .ts into .js and rewrites imports, but not this name.
const workerUrl = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url)

interface Waiting {
  resolve(value: unknown): void
  reject(error: LedgerError): void
}
type Task = Job extends infer J ? (J extends Job ? Omit<J, 'id'> : never) : never

const notCopied = (error: unknown): Refusal => ({ code: 'bad-command', detail: String(error) })
const errorOf = ({ code, detail }: Refusal) => new LedgerError(code, detail)

class SqliteEngine implements LedgerEngine {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  /** Jobs of this turn of the event loop: they travel as one message. */
  #outbox: Job[] = []
  #lastId = 0
  #end: LedgerError | undefined
  #closing: Promise<void> | undefined
  /** The file must stay open for them. */
  readonly #backups = new Set<Promise<void>>()

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (message: FromWorker) => this.#receive(message))
    worker.on('error', (error) => this.#fail(new LedgerError('store-failed', error.message)))
    worker.on('exit', () => this.#fail(new LedgerError('store-failed', 'the store stopped')))
  }

  async execute<C extends Command>(command: C): Promise<OutcomeOf<C>> {
    return this.#ask<OutcomeOf<C>>({ command: checkCommand(command) })
  }

  read<N extends ReadName>(read: N, args: ReadArgs<N>): Promise<ReadResult<N>> {
    return this.#ask<ReadResult<N>>({ read, args })
  }

  async backup(path: string): Promise<void> {
    const running = writeBackup(path, (beside) => this.#ask<void>({ backup: beside }))
    this.#backups.add(running)
    try {
      await running
    } finally {
      this.#backups.delete(running)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish()
    return this.#closing
  }

  async #finish(): Promise<void> {
    if (this.#end) return
    this.#end = new LedgerError('ledger-closed')
    const stopped = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()))
    await Promise.allSettled(this.#backups)
    await Promise.race([this.#post({ close: true }), stopped])
    await stopped
  }

  async #ask<T>(task: Task): Promise<T> {
    if (this.#end) throw this.#end
    return this.#post<T>(task)
  }

  #post<T>(task: Task): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const id = ++this.#lastId
      this.#waiting.set(id, { resolve: (value) => resolve(value as T), reject })
      if (this.#outbox.length === 0) queueMicrotask(() => this.#send())
      this.#outbox.push({ id, ...task } as Job)
    })
  }

  #send(): void {
    const jobs = this.#outbox
    this.#outbox = []
    try {
      this.#worker.postMessage(jobs)
    } catch (error) {
      // Commands were checked, so it is a key of a read that cannot be copied to another thread.
      for (const { id } of jobs) this.#settle({ id, refusal: notCopied(error) })
    }
  }

  #receive(message: FromWorker): void {
    if (!('answers' in message)) return
    for (const answer of message.answers) this.#settle(answer)
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('refusal' in answer) waiting?.reject(errorOf(answer.refusal))
    else waiting?.resolve(answer.value)
  }

  #fail(error: LedgerError): void {
    this.#end ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

function opened(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: FromWorker) => {
      if ('failed' in message) worker.once('exit', () => reject(errorOf(message.failed)))
      else resolve()
    })
    worker.once('error', (error) => reject(new LedgerError('store-failed', error.message)))
  })
}

/**
 * Opens the ledger at `path`, or begins one. Only one process at a time may have it open.
 * Rejects with `ledger-in-use`, `bad-ledger`, `wrong-currency` or `store-failed`.
 */
export async function sqliteLedger(path: string, options: LedgerOptions): Promise<LedgerStore> {
  const workerData: WorkerOptions = { path, currency: options.currency }
  // No flags of the host's: it may have been started with some (-e, --input-type) that a thread cannot take.
  const worker = new Worker(workerUrl, { workerData, name: 'ledger', execArgv: [] })
  await opened(worker)
  return storeOver(new SqliteEngine(worker))
}
