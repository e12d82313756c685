// The tables of schema.ts in the words of PostgreSQL, kept to what CockroachDB and YugabyteDB take as well. Keys are
// BYTEA: the order of bytes is the same everywhere, that of a text depends on how the database was created.
import { type Column, columnOf, fieldsOf, tableOf } from './schema.ts'
import { type TableName, tableNames } from './rows.ts'

const sqlType: Record<Column, string> = {
  text: 'TEXT',
  blob: 'BYTEA',
  amount: 'BIGINT',
  number: 'BIGINT'
}
const sqlDefault: Record<Column, string> = { text: "''", blob: "''", amount: '0', number: '0' }

/** One row: which schema, which currency, and how often the ledger was written. Whoever writes holds its lock. */
export const head = 'floodgate_ledger'

/** Each row's seal (seal.ts) stands in its last column. */
const columnsOf = (table: TableName): [name: string, column: Column][] => [
  ...fieldsOf(table).map(([name, column]): [string, Column] => [columnOf(name), column]),
  ['seal', 'blob']
]
const definitionsOf = (table: TableName) =>
  columnsOf(table).map(
    ([name, column]) => `${name} ${sqlType[column]} NOT NULL DEFAULT ${sqlDefault[column]}`
  )

/** Makes what an empty database lacks. Each does nothing if it is there: what stopped half-way is finished by the next. */
export function creations(): string[] {
  const createHead =
    `CREATE TABLE IF NOT EXISTS ${head} (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, ` +
    `currency TEXT NOT NULL, revision BIGINT NOT NULL)`
  const createTable = (table: TableName) =>
    `CREATE TABLE IF NOT EXISTS ${tableOf(table)} ` +
    `(key BYTEA PRIMARY KEY, ${definitionsOf(table).join(', ')})`
  return [createHead, ...tableNames.map(createTable)]
}

/** What brings a ledger of an older version up to this one. Versions only add, tables and columns. */
export function additions(): string[] {
  const addColumns = (table: TableName) => {
    const columns = definitionsOf(table).map((column) => `ADD COLUMN IF NOT EXISTS ${column}`)
    return `ALTER TABLE ${tableOf(table)} ${columns.join(', ')}`
  }
  return [...creations(), ...tableNames.map(addColumns)]
}

const namesOf = (table: TableName) => ['key', ...columnsOf(table).map(([name]) => name)]
const select = (table: TableName) => `SELECT ${namesOf(table).join(', ')} FROM ${tableOf(table)}`

/** $1: keys. */
export const selectKeys = (table: TableName): string =>
  `${select(table)} WHERE key = ANY($1::bytea[])`

/** $1: key behind which to begin; $2: rows at most. */
export const selectRange = (table: TableName): string =>
  `${select(table)} WHERE key > $1 ORDER BY key LIMIT $2`

/** One array a column, so that a statement takes any number of rows. */
export function upsertRows(table: TableName): string {
  const names = namesOf(table)
  const types = ['BYTEA', ...columnsOf(table).map(([, column]) => sqlType[column])]
  const arrays = types.map((type, i) => `$${i + 1}::${type}[]`)
  const set = names.slice(1).map((name) => `${name} = excluded.${name}`)
  return (
    `INSERT INTO ${tableOf(table)} (${names.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')}) ` +
    `ON CONFLICT (key) DO UPDATE SET ${set.join(', ')}`
  )
}

/** $1: keys. */
export const deleteKeys = (table: TableName): string =>
  `DELETE FROM ${tableOf(table)} WHERE key = ANY($1::bytea[])`
