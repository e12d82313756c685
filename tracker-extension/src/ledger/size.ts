// How much the ledger keeps (I7): rows and bytes of content per table, counted alike whatever the store.
import { type ScanView, type TableName, tableNames } from './rows.ts'

export interface TableSize {
  rows: number
  bytes: number
}
export interface LedgerSize {
  bytes: number
  tables: Record<TableName, TableSize>
}

/** Bytes of the fields of a row: text as UTF-16 counts, numbers and amounts as 8. */
export function rowBytes(row: object): number {
  let bytes = 0
  for (const field of Object.values(row)) {
    bytes += typeof field === 'string' || field instanceof Uint8Array ? field.length : 8
  }
  return bytes
}

export function size(view: ScanView): LedgerSize {
  const tables = {} as Record<TableName, TableSize>
  let total = 0
  for (const table of tableNames) {
    const entry = { rows: 0, bytes: 0 }
    for (const [key, row] of view.rows(table)) {
      entry.rows += 1
      entry.bytes += key.length + rowBytes(row)
    }
    tables[table] = entry
    total += entry.bytes
  }
  return { bytes: total, tables }
}
