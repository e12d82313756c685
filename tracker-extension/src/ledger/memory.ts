// A ledger in memory, for tests and trials: the same rules, nothing durable.
import { pagesOf, writePages, writeBackup } from './backup.ts'
import { LedgerError } from './errors.ts'
import { runRead } from './reads.ts'
import { type ScanView, type TableName, type Tables, tableNames } from './rows.ts'
import { execute } from './rules.ts'
import { type LedgerOptions, type LedgerStore, storeOver } from './store.ts'

/** Rows in maps. Scans sort by key. */
export class MemoryView implements ScanView {
  readonly currency: string
  readonly #tables = new Map<TableName, Map<string, Tables[TableName]>>(
    tableNames.map((table) => [table, new Map()])
  )

  constructor({ currency }: LedgerOptions) {
    this.currency = currency
  }

  get<T extends TableName>(table: T, key: string): Tables[T] | undefined {
    return this.#tables.get(table)!.get(key) as Tables[T] | undefined
  }

  put<T extends TableName>(table: T, key: string, row: Tables[T]): void {
    this.#tables.get(table)!.set(key, row)
  }

  remove(table: TableName, key: string): void {
    this.#tables.get(table)!.delete(key)
  }

  damage(): string[] {
    return []
  }

  *rows<T extends TableName>(table: T, after = ''): Iterable<[string, Tables[T]]> {
    const rows = this.#tables.get(table) as Map<string, Tables[T]>
    for (const key of [...rows.keys()].sort()) if (key > after) yield [key, rows.get(key)!]
  }
}

/** Opens an empty ledger in memory, or one over a view that is there. */
export function memoryLedger(options: LedgerOptions, view = new MemoryView(options)): LedgerStore {
  let closed = false
  const run = async <T>(work: () => T): Promise<T> => {
    if (closed) throw new LedgerError('ledger-closed')
    // A copy, as a caller might write into the bytes it was given.
    return structuredClone(work())
  }
  return storeOver({
    execute: (command) => run(() => execute(view, command)),
    read: (name, args) => run(() => runRead(view, name, args)),
    backup: async (path) => {
      const pages = await run(() => [...pagesOf(view)])
      await writeBackup(path, (beside) => writePages(beside, view.currency, pages))
    },
    close: async () => {
      closed = true
    }
  })
}
