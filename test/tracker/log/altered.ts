// A ledger with rows in every table and a signed head, and single bytes of it that are changed: in the values that SQL sees,
// and in the file as it lies on the disk.
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { platformCrypto as crypto } from '@floodgate/protocol'
import {
  createProviderKeys,
  sqliteLedger,
  type Command,
  type ProviderKeys
} from '@floodgate/tracker'
import { Issuer } from '../../../tracker-extension/src/mint/issuer.ts'
import { PostingsLog } from '../../../tracker-extension/src/log/postings-log.ts'
import { adviceOf } from '../ledger/money-in-compliance.ts'
import { payoutCommandOf } from '../ledger/payout-script.ts'
import { commandOf, keyFor, openAccount } from '../ledger/script.ts'

export const START = 1_800_000_000_000
export const currency = 'EUR'

/** Blocks of the log are full, and lines stand behind the last one. */
const DEPOSITS = 270
/** A double spend, cases that wait, one that was paid and one that counts, a purse that was cancelled, and one that was
 * closed, a claim that the provider shares, and payouts on their way. */
const TRADE = `
  publish film 4 10
  publish odd 2 11
  purchase p1 alice film 10
  purchase p2 alice film 10 again
  purchase p3 alice film 10 again part=1-3
  cancel p3 alice 0100
  redeem c1 bob p1 1100
  redeem c2 carol p1 0110
  complain k1 bob alice p1 3
  prove k1
  complain k2 bob alice p2 1
  prove k2
  settle k2
  complain k3 carol alice p2 2
  complain k4 carol alice p2 2 guilty proof
  complain k5 carol alice p2 3
  prove k5
  told alice k5 at=130
  told alice k5 at=139
  told alice k5 at=140
  revoke 1 carol 500
  close p1 at=200
  purchase p4 alice odd 11 at=210 until=300
  redeem c3 bob p4 10 share=800000
  want bob payto://iban/1 hold=0
  request o1 bob 5
  prepare b1 o1
  request o2 bob 5`

/** A row in each table of money that comes in: a payment that was booked, one that waits, a purchase with a coupon. */
const at = { uid: 'alice', now: 100 }
const MONEY_IN: Command[] = [
  { kind: 'order', orderId: 'o1', amountMinor: 5n, currency, ...at },
  { kind: 'refer', reference: 'RF18ABC', uid: 'alice' },
  {
    ...{ kind: 'advise', statements: [{ statementId: 's1', body: keyFor('s1') }], now: 100 },
    advices: [adviceOf('e1', { orderId: 'o1', amountMinor: 5n }), adviceOf('e2')]
  },
  {
    ...{ kind: 'issueGifts', batchId: 'b1', hashes: ['a'.repeat(64)], amountMinor: 5n },
    ...{ expiresAt: 900, reason: 'fair', now: 100 }
  },
  { kind: 'redeemGift', hash: 'a'.repeat(64), ...at },
  { kind: 'fund', id: 'f1', amountMinor: 50n, reason: 'fair', now: 100 },
  {
    ...{ kind: 'issueCoupon', couponId: 'C1', infoHash: 'film', share: 1000, amountMinor: 0n },
    ...{ usesMax: 5, usesPerAccountMax: 2, until: 900, now: 100 }
  },
  { kind: 'takeCoupon', couponId: 'C1', ...at },
  commandOf('purchase p9 alice film 10 again'),
  { kind: 'correct', id: 'k1', uid: 'alice', amountMinor: 1n, reason: 'twice', now: 210 },
  { kind: 'ownAccount', uid: 'bob', now: 210 },
  // A promise that was missed and paid for, and one whose claims are waited for.
  {
    ...{ kind: 'measure', purseId: 'p4', uid: 'alice', body: keyFor('m4'), missed: 'rate' },
    ...{ excuse: '', percent: 10, paid: 1, now: 220 }
  },
  {
    ...{ kind: 'measure', purseId: 'p9', uid: 'alice', body: keyFor('m9'), missed: 'start' },
    ...{ excuse: '', percent: 10, paid: 1, now: 220 }
  },
  { kind: 'takeCoupon', couponId: 'C1', ...at }
]

/** A push that was paid, and a key that was sold. */
const PUSH: Command[] = [
  { kind: 'budgetPush', infoHash: 'odd', amountMinor: 90n, now: 100 },
  { ...(commandOf('purchase p7 carol odd 11') as Command & { kind: 'purchase' }), pushed: true },
  { kind: 'buyKey', uid: 'alice', infoHash: 'odd', priceMinor: 7n, group: 3, now: 100 },
  { kind: 'withdraw', infoHash: 'odd', now: 300 }
]

export async function makeLedger(path: string): Promise<ProviderKeys> {
  const store = await sqliteLedger(path, { currency })
  for (const uid of ['alice', 'bob', 'carol']) await openAccount(store, uid)
  const deposits = Array.from({ length: DEPOSITS }, (_, i) => `deposit d${i} alice ${i + 1}`)
  const trade = TRADE.trim().split('\n')
  for (const line of [...deposits, ...trade]) await store.execute(payoutCommandOf(line.trim()))
  const answer = new Uint8Array([1, 2, 3])
  await store.execute({ kind: 'appeal', uid: 'carol', complaintId: 'k1', answer, now: 300 })
  for (const command of [...MONEY_IN, ...PUSH]) await store.execute(command)
  const keys = await createProviderKeys(crypto, START)
  const issuer = new Issuer(crypto, keys)
  await new PostingsLog({ store, issuer, crypto, currency, now: () => START }).head()
  await store.close()
  return keys
}

/** One value of one row. */
export interface Cell {
  table: string
  key: string
  column: string
  value: SQLOutputValue
}

const queryable = (database: DatabaseSync, sql: string) => {
  const statement = database.prepare(sql)
  statement.setReadBigInts(true)
  return statement
}

export const tablesOf = (database: DatabaseSync): string[] =>
  queryable(
    database,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'ledger_%'"
  )
    .all()
    .map(({ name }) => String(name))

/** All values that have a byte, the keys among them. */
export function cellsOf(database: DatabaseSync): Cell[] {
  return tablesOf(database).flatMap((table) =>
    queryable(database, `SELECT * FROM ${table}`)
      .all()
      .flatMap((row) =>
        Object.entries(row).map(([column, value]) => ({
          ...{ table, key: String(row['key']), column, value }
        }))
      )
      .filter(({ value }) => widthOf(value) > 0)
  )
}

const widthOf = (value: SQLOutputValue): number => {
  if (typeof value === 'bigint') return 8
  return value instanceof Uint8Array ? value.length : Buffer.byteLength(String(value))
}

/** The value with one byte changed; text stays bytes, as SQLite keeps whatever it is given. */
export function flipped(value: SQLOutputValue, at: number, mask: number): bigint | Uint8Array {
  if (typeof value === 'bigint') {
    return BigInt.asIntN(64, value ^ (BigInt(mask) << BigInt(8 * (at % 8))))
  }
  const bytes =
    value instanceof Uint8Array ? value.slice() : new Uint8Array(Buffer.from(`${value}`))
  bytes[at % bytes.length]! ^= mask
  return bytes
}

/** As the ledger's own rows call a table or a column. */
export const spoken = (name: string): string =>
  name.replace('ledger_', '').replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

/** Writes a changed value over the right one. */
export function change(database: DatabaseSync, cell: Cell, value: bigint | Uint8Array): void {
  const { table, key, column } = cell
  const place = typeof cell.value === 'string' ? 'CAST(? AS TEXT)' : '?'
  const sql = `UPDATE ${table} SET "${column}" = ${place} WHERE key = ?`
  database.prepare(sql).run(value, key)
}

/** All that the ledger says, as text: what must be the same when an audit finds nothing. */
export function dumpOf(path: string): string {
  const database = new DatabaseSync(path)
  try {
    const tables = tablesOf(database).map((table) =>
      queryable(database, `SELECT * FROM ${table} ORDER BY key`).all()
    )
    return JSON.stringify(tables, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}` : value
    )
  } finally {
    database.close()
  }
}
