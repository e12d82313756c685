// Rows as PostgreSQL takes and gives them: one array a column there, texts back.
import { LedgerError } from './errors.ts'
import { selectRange, upsertRows } from './postgres-schema.ts'
import { type Value, sealDamage, sealOf } from './seal.ts'
import { type TableName, type Tables, tableNames } from './rows.ts'
import { fieldsOf } from './schema.ts'
import { rowBytes } from './size.ts'

type Row = Tables[TableName]
/** Runs a statement; the rows are texts as PostgreSQL writes them. */
export type Query = (sql: string, values: unknown[]) => Promise<string[][]>

/** Bounds one statement, which takes its bytes as hexadecimal text. */
const statementBytesMax = 8 * 2 ** 20
/** Rows that are held in memory at once. */
const pageRowsMax = 500

export const bytesOf = (key: string): Uint8Array => Buffer.from(key)

/** Writes rows, those that are there over what is there. */
export function insert(
  query: Query,
  table: TableName,
  rows: [key: string, row: Row][]
): Promise<unknown>[] {
  return chunksOf(rows).map((chunk) => query(upsertRows(table), columnsOf(table, chunk)))
}

/** All rows of all tables; `damage` is told of what is not as it was sealed. */
export async function* readPages(query: Query, damage: string[] = []) {
  for (const table of tableNames) {
    let after: string | undefined = ''
    while (after !== undefined) {
      const found: string[][] = await query(selectRange(table), [bytesOf(after), pageRowsMax])
      const rows = found.map((texts) => decode(table, texts))
      for (const [i, [key, row]] of rows.entries()) {
        const seal = blobOf(found[i]!.at(-1)!)
        damage.push(...sealDamage(table, key, valuesOf(table, row), seal))
      }
      yield { table, rows }
      after = rows.length < pageRowsMax ? undefined : rows.at(-1)![0]
    }
  }
}

function chunksOf(entries: [string, Row][]): [string, Row][][] {
  const chunks: [string, Row][][] = []
  let bytes = Infinity
  for (const entry of entries) {
    bytes += rowBytes(entry[1])
    if (bytes > statementBytesMax) {
      chunks.push([])
      bytes = rowBytes(entry[1])
    }
    chunks.at(-1)!.push(entry)
  }
  return chunks
}

/** A row's type is an interface, which has no names to ask for; `fieldsOf` has all of them, and the compiler sees to that. */
function valuesOf(table: TableName, row: Row): Value[] {
  const values = row as unknown as Record<string, Value>
  return fieldsOf(table).map(([name]) => values[name]!)
}

/** The rows as one array a column, the keys first and the seals last. */
function columnsOf(table: TableName, entries: [string, Row][]): unknown[][] {
  const rows = entries.map(([, row]) => valuesOf(table, row))
  return [
    entries.map(([key]) => bytesOf(key)),
    ...fieldsOf(table).map((_, i) => rows.map((values) => values[i])),
    entries.map(([key], i) => sealOf(table, key, rows[i]!))
  ]
}

/** `\x` and hexadecimal digits. A copy, as Node's small buffers share their memory. */
function blobOf(text: string): Uint8Array {
  if (!text.startsWith('\\x')) throw new LedgerError('store-failed', 'bytea_output must be hex')
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
}

const decoders = { text: String, blob: blobOf, amount: BigInt, number: Number }

/** A row of a SELECT, with the fields of its table, and so of its type. */
export function decode(table: TableName, [key = '', ...texts]: string[]): [string, Row] {
  const row = Object.fromEntries(
    fieldsOf(table).map(([name, column], i) => [name, decoders[column](texts[i]!)])
  )
  return [Buffer.from(blobOf(key)).toString(), row as unknown as Row]
}
