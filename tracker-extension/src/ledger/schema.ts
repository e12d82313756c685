// The tables of rows.ts as SQL: one table of columns, from which definitions and statements follow.
// The compiler holds the columns and the row types together.
import { moneyInSchema } from './money-in-schema.ts'
import { pushSchema } from './push-rows.ts'
import { promiseSchema } from './promise-schema.ts'
import type { TableName, Tables } from './rows.ts'

/** How a field is stored; `amount` is a bigint, `number` a safe integer, both 64-bit columns. */
export type Column = 'text' | 'blob' | 'amount' | 'number'
type ColumnOf<T> = T extends string
  ? 'text'
  : T extends bigint
    ? 'amount'
    : T extends number
      ? 'number'
      : 'blob'
type Columns<Row> = { [Field in keyof Row]: ColumnOf<Row[Field]> }

/** `wide` rows hold bitmaps or files: they stay out of the key's tree, so that looking up a key stays cheap. */
export interface Layout<Row> {
  wide: boolean
  columns: Columns<Row>
}

export const schemaVersion = 8

const schema: { [T in TableName]: Layout<Tables[T]> } = {
  account: { wide: false, columns: { debits: 'amount', credits: 'amount' } },
  peer: { wide: false, columns: { signKey: 'blob', boxKey: 'blob', handle: 'text' } },
  signKey: { wide: false, columns: { uid: 'text' } },
  content: {
    wide: true,
    columns: {
      pieces: 'number',
      priceMinor: 'amount',
      currency: 'text',
      mode: 'text',
      title: 'text',
      torrent: 'blob',
      free: 'number',
      forSaleSince: 'number',
      withdrawnAt: 'number'
    }
  },
  purse: {
    wide: true,
    columns: {
      uid: 'text',
      infoHash: 'text',
      pieces: 'number',
      priceMinor: 'amount',
      currency: 'text',
      openedAt: 'number',
      expiresAt: 'number',
      closedAt: 'number',
      refundMinor: 'amount',
      collateralMinor: 'amount',
      spent: 'blob',
      lastPayee: 'text',
      older: 'text',
      sealed: 'blob',
      certificate: 'blob',
      covered: 'blob',
      cancelledAt: 'number',
      earlyAt: 'number',
      kept: 'blob',
      released: 'blob'
    }
  },
  cancellation: { wide: true, columns: { frame: 'blob', at: 'number' } },
  open: { wide: false, columns: { purseId: 'text' } },
  expiry: { wide: false, columns: { purseId: 'text' } },
  sale: {
    wide: true,
    columns: {
      claimed: 'blob',
      owed: 'number',
      voucher: 'blob',
      voucherClaimed: 'blob',
      previousPayee: 'text',
      settled: 'blob',
      sharedMinor: 'amount'
    }
  },
  claim: {
    wide: false,
    columns: {
      body: 'blob',
      creditedMinor: 'amount',
      shareMinor: 'amount',
      fresh: 'number',
      conflicting: 'number',
      uncovered: 'number'
    }
  },
  deposit: { wide: false, columns: { uid: 'text', amountMinor: 'amount', reason: 'text' } },
  correction: { wide: false, columns: { uid: 'text', amountMinor: 'amount', reason: 'text' } },
  offence: {
    wide: true,
    columns: {
      purseId: 'text',
      buyer: 'text',
      first: 'text',
      second: 'text',
      tokens: 'blob',
      firstVoucher: 'blob',
      secondVoucher: 'blob',
      at: 'number'
    }
  },
  journal: {
    wide: false,
    columns: {
      at: 'number',
      kind: 'text',
      ref: 'text',
      purseId: 'text',
      debit: 'text',
      credit: 'text',
      amountMinor: 'amount'
    }
  },
  counter: { wide: false, columns: { next: 'number' } },
  head: {
    wide: false,
    columns: { size: 'number', root: 'blob', peaks: 'blob', frame: 'blob', at: 'number' }
  },
  block: { wide: false, columns: { root: 'blob' } },
  complaint: {
    wide: true,
    columns: {
      charge: 'text',
      accuser: 'text',
      accused: 'text',
      infoHash: 'text',
      purseId: 'text',
      index: 'number',
      count: 'number',
      outcome: 'text',
      guilty: 'text',
      code: 'text',
      nonce: 'blob',
      evidence: 'blob',
      acceptance: 'blob',
      creditedMinor: 'amount',
      at: 'number',
      told: 'number',
      due: 'number',
      away: 'number',
      answered: 'number',
      older: 'text',
      resends: 'number'
    }
  },
  filed: { wide: false, columns: { complaintId: 'text' } },
  proved: { wide: false, columns: { complaintId: 'text' } },
  summons: { wide: false, columns: { complaintId: 'text' } },
  strike: { wide: false, columns: { accuser: 'text', at: 'number' } },
  appeal: { wide: true, columns: { answer: 'blob', at: 'number' } },
  revocation: {
    wide: false,
    columns: {
      uid: 'text',
      reason: 'text',
      evidence: 'blob',
      until: 'number',
      head: 'blob',
      at: 'number'
    }
  },
  pardon: { wide: false, columns: { at: 'number' } },
  ...moneyInSchema,
  ...pushSchema,
  payout: {
    wide: false,
    columns: {
      uid: 'text',
      amountMinor: 'amount',
      rail: 'text',
      sink: 'text',
      destination: 'text',
      state: 'text',
      batch: 'text',
      reference: 'text',
      reason: 'text',
      at: 'number',
      changedAt: 'number'
    }
  },
  openPayout: { wide: false, columns: { uid: 'text' } },
  payoutOf: { wide: false, columns: { at: 'number' } },
  batch: { wide: false, columns: { payoutIds: 'text' } },
  destination: {
    wide: false,
    columns: { destination: 'text', from: 'number', previous: 'text' }
  },
  carry: { wide: false, columns: { millionths: 'number' } },
  ...promiseSchema
}

const sqlType: Record<Column, string> = {
  text: 'TEXT',
  blob: 'BLOB',
  amount: 'INTEGER',
  number: 'INTEGER'
}
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
/** Quoted, as some are words of SQL. */
export const columnOf = (name: string) => `"${snake(name)}"`
// A prefix keeps clear of the words of SQL.
export const tableOf = (table: TableName) => `ledger_${snake(table)}`

/** The fields of a table in the order of its statements. */
export const fieldsOf = (table: TableName) => Object.entries(schema[table].columns) as Field[]
export type Field = [name: string, column: Column]

export function createTable(table: TableName): string {
  const columns = fieldsOf(table).map(([name, column]) => `${columnOf(name)} ${sqlType[column]}`)
  const tail = schema[table].wide ? 'STRICT' : 'STRICT, WITHOUT ROWID'
  const key = 'key TEXT PRIMARY KEY NOT NULL'
  const all = [key, ...columns, 'seal BLOB NOT NULL']
  return `CREATE TABLE ${tableOf(table)} (${all.join(', ')}) ${tail}`
}

/** What rows that were there before a column get. */
const sqlDefault: Record<Column, string> = { text: "''", blob: "x''", amount: '0', number: '0' }

/**
 * What brings a ledger of an older version up to this one. Versions only add, tables and columns, so it is enough to add
 * what is missing; `columnsOf` reads which columns a table has, none if there is no such table.
 */
export function additions(table: TableName, columnsOf: (sqlTable: string) => string[]): string[] {
  const present = new Set(columnsOf(tableOf(table)))
  if (present.size === 0) return [createTable(table)]
  const missing = fieldsOf(table)
    .filter(([name]) => !present.has(snake(name)))
    .map(([name, column]) => `${columnOf(name)} ${sqlType[column]} DEFAULT ${sqlDefault[column]}`)
  if (!present.has('seal')) missing.push("seal BLOB NOT NULL DEFAULT x''")
  return missing.map((definition) => `ALTER TABLE ${tableOf(table)} ADD COLUMN ${definition}`)
}

const namesOf = (table: TableName) => [
  'key',
  ...fieldsOf(table).map(([name]) => columnOf(name)),
  'seal'
]

export const selectOne = (table: TableName): string =>
  `SELECT ${namesOf(table).join(', ')} FROM ${tableOf(table)} WHERE key = ?`

export const selectAfter = (table: TableName): string =>
  `SELECT ${namesOf(table).join(', ')} FROM ${tableOf(table)} WHERE key > ? ORDER BY key`

export function upsert(table: TableName): string {
  const names = namesOf(table)
  const set = names.slice(1).map((name) => `${name} = excluded.${name}`)
  const places = names.map(() => '?')
  return (
    `INSERT INTO ${tableOf(table)} (${names.join(', ')}) VALUES (${places.join(', ')}) ` +
    `ON CONFLICT (key) DO UPDATE SET ${set.join(', ')}`
  )
}

export const deleteOne = (table: TableName): string => `DELETE FROM ${tableOf(table)} WHERE key = ?`
