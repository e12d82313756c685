// A sheet of paper over a view: a rule writes on the sheet, and the sheet is copied down only if the rule succeeds.
// So a command that fails half-way leaves nothing behind, whatever the store.
import type { LedgerView, TableName, Tables } from './rows.ts'

interface Mark {
  table: TableName
  key: string
  row: Tables[TableName] | undefined
}

class Overlay implements LedgerView {
  readonly currency: string
  readonly #below: LedgerView
  readonly #marks = new Map<string, Mark>()

  constructor(below: LedgerView) {
    this.#below = below
    this.currency = below.currency
  }

  get<T extends TableName>(table: T, key: string): Tables[T] | undefined {
    const mark = this.#marks.get(`${table} ${key}`)
    return mark ? (mark.row as Tables[T] | undefined) : this.#below.get(table, key)
  }

  put<T extends TableName>(table: T, key: string, row: Tables[T]): void {
    this.#marks.set(`${table} ${key}`, { table, key, row })
  }

  remove(table: TableName, key: string): void {
    this.#marks.set(`${table} ${key}`, { table, key, row: undefined })
  }

  copyDown(): void {
    for (const { table, key, row } of this.#marks.values()) {
      if (row) this.#below.put(table, key, row)
      else this.#below.remove(table, key)
    }
  }
}

/** What `rule` would come to: it writes on a sheet that is thrown away. */
export const onTrial = <T>(view: LedgerView, rule: (view: LedgerView) => T): T =>
  rule(new Overlay(view))

/** Runs `rule` on a sheet over `view`: all it wrote arrives, or (if it throws) none of it. */
export function allOrNothing<T>(view: LedgerView, rule: (view: LedgerView) => T): T {
  const overlay = new Overlay(view)
  const result = rule(overlay)
  overlay.copyDown()
  return result
}
