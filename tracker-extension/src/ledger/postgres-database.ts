// Connections to the database of a ledger, its opening, and what its errors mean.
import type pg from 'pg'
import { LedgerError } from './errors.ts'
import { additions, creations, head } from './postgres-schema.ts'
import { type Query, insert, readPages } from './postgres-rows.ts'
import { schemaVersion } from './schema.ts'

/** Longer than any statement of ours takes; an answer that does not come by then will not come. */
const queryTimeoutMs = 60_000
const connectTimeoutMs = 10_000
/** Tries of a transaction that the database broke off because of another. */
const triesMax = 50

/** serialization_failure and deadlock_detected: the database says that nothing was done, and to try again. */
const brokenOff = new Set(['40001', '40P01'])
/** Two that create the same table at once: unique_violation, duplicate_table, "concurrently updated". */
const alsoOpening = new Set([...brokenOff, '23505', '42P07', 'XX000'])

/**
 * A process that stops dead in a transaction would keep the lock; so the database ends it. And what is acknowledged must
 * be on a disk, also if the database was set to acknowledge earlier.
 */
export const beginWrite =
  `BEGIN ISOLATION LEVEL READ COMMITTED; ` +
  `SET LOCAL idle_in_transaction_session_timeout = '10s'; ` +
  `SELECT set_config('synchronous_commit', 'on', true) ` +
  `WHERE current_setting('synchronous_commit') = 'off'`
const raiseRevision =
  `UPDATE ${head} SET revision = revision + 1 WHERE id = 1 ` + `RETURNING revision, version`

/** Waits until nobody else writes, to the end of this transaction; answers the revision that they left. */
export async function takeTurn(query: Query): Promise<number> {
  const [[revision, version] = []] = await query(raiseRevision, [])
  // A newer process has brought the database up in the meantime: this one does not know its rules.
  if (Number(version) !== schemaVersion) throw new LedgerError('bad-ledger', `version ${version}`)
  return Number(revision) - 1
}

const codeOf = (error: unknown) => (error as { code?: string }).code ?? ''

export function asLedgerError(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error
  return new LedgerError('store-failed', (error as Error).message, { cause: error })
}

/**
 * At most `max` connections, made when needed and replaced when they break. The package `pg` is loaded here, as only who
 * keeps a ledger in PostgreSQL must have it.
 */
export async function connections(url: string, max: number): Promise<pg.Pool> {
  const { Pool } = (await import('pg')).default
  const pool = new Pool({
    ...{ connectionString: url, max, keepAlive: true, pipeline: true },
    ...{ connectionTimeoutMillis: connectTimeoutMs, query_timeout: queryTimeoutMs },
    // Every value as its text: the schema knows the types.
    types: { getTypeParser: () => (text: unknown) => text }
  })
  // A connection that breaks while nobody uses it concerns nobody; who uses it is told by the statement that fails.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

const queryOn =
  (client: pg.PoolClient): Query =>
  async (text, values) =>
    (await client.query<string[]>({ text, values, rowMode: 'array' })).rows

/**
 * Runs `work` in a transaction, again if the database breaks it off. It is committed if `work` answers true, else rolled
 * back. After any error the connection is given up, for who knows where it stands.
 */
export async function transaction(
  pool: pg.Pool,
  begin: string,
  work: (query: Query) => Promise<boolean>
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await tryTransaction(pool, begin, work)
    } catch (error) {
      if (!brokenOff.has(codeOf(error)) || tries === triesMax) throw error
    }
  }
}

async function tryTransaction(
  pool: pg.Pool,
  begin: string,
  work: (query: Query) => Promise<boolean>
): Promise<void> {
  const client = await pool.connect()
  let isSound = false
  try {
    const begun = client.query(begin)
    const [isToCommit] = await Promise.all([work(queryOn(client)), begun])
    const end = isToCommit ? 'COMMIT' : 'ROLLBACK'
    // A transaction with a failed statement answers COMMIT with ROLLBACK, and no error.
    const { command } = await client.query(end)
    if (command !== end) throw new LedgerError('store-failed', `${end} was answered ${command}`)
    isSound = true
  } finally {
    client.release(!isSound)
  }
}

/**
 * Creates what is missing and checks what is there. Throws `bad-ledger` if a newer version wrote it, `wrong-currency`,
 * `store-failed`. Several processes may do so at once.
 */
export async function prepareDatabase(pool: pg.Pool, currency: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const found = await readHead(pool)
      if (found && found.version >= schemaVersion) return checkHead(found, currency)
      if (found) checkHead({ ...found, version: schemaVersion }, currency)
      await bringUp(pool, !!found, currency)
    } catch (error) {
      if (!alsoOpening.has(codeOf(error)) || tries === triesMax) throw error
    }
  }
}

interface Head {
  version: number
  currency: string
}

function checkHead({ version, currency }: Head, wanted: string): void {
  if (version !== schemaVersion) throw new LedgerError('bad-ledger', `version ${version}`)
  if (currency !== wanted) throw new LedgerError('wrong-currency', currency)
}

async function readHead(pool: pg.Pool): Promise<Head | undefined> {
  const known = await pool.query({
    text: 'SELECT to_regclass($1)',
    values: [head],
    rowMode: 'array'
  })
  if ((known.rows[0] as unknown[])[0] === null) return undefined
  const { rows } = await pool.query<Record<string, string>>(`SELECT version, currency FROM ${head}`)
  const [row] = rows
  return row && { version: Number(row.version), currency: `${row.currency}` }
}

/** One transaction where the database allows it; else the last statement is the one that counts. */
async function bringUp(pool: pg.Pool, isBegun: boolean, currency: string): Promise<void> {
  const values = [schemaVersion, currency]
  const mark =
    `INSERT INTO ${head} (id, version, currency, revision) VALUES (1, $1, $2, 0) ` +
    `ON CONFLICT (id) DO UPDATE SET version = excluded.version`
  await transaction(pool, 'BEGIN', async (query) => {
    if (isBegun) await query(raiseRevision, [])
    for (const statement of isBegun ? additions() : creations()) await query(statement, [])
    // New columns mean new seals.
    for await (const { table, rows } of readPages(query)) {
      await Promise.all(insert(query, table, rows))
    }
    await query(mark, values)
    return true
  })
}
