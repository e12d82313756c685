// What a missed promise brings: a share of what its buyer paid for good, out of the provider's own money, once a purse. It
// is never more than the provider itself took for that purse, so buyers and sellers who play together get nothing out of
// the provider that they did not bring. Pure rules.
import { popcount } from './bitmap.ts'
import { buyersPart } from './coupons.ts'
import { totalOf } from './coverage.ts'
import { LedgerError } from './errors.ts'
import { type Occasion, balance, post } from './posting.ts'
import type {
  CreditCommand,
  MeasureCommand,
  Measurement,
  PromiseOutcomes
} from './promise-commands.ts'
import type { MeasurementRow } from './promise-rows.ts'
import { pushedOf } from './push.ts'
import { type LedgerView, type PurseRow, peerAccount, providerAccount } from './rows.ts'
import { salesOf } from './sales.ts'

/** The first finding stands: the same message again has the same outcome, another one is a `conflict`. */
export function measure(view: LedgerView, command: MeasureCommand): PromiseOutcomes['measure'] {
  const { purseId, uid, body, missed, excuse, percent, paid, own, now } = command
  if (percent > 100) throw new LedgerError('bad-command', 'percent')
  const purse = view.get('purse', purseId)
  if (!purse || purse.uid !== uid) throw new LedgerError('unknown-purse', purseId)
  const done = view.get('measurement', purseId)
  if (done) {
    if (Buffer.compare(done.body, body) !== 0) throw new LedgerError('conflict', 'measurement')
    return { measurement: { purseId, ...done }, repeated: true }
  }
  const state = percent > 0 ? 'owed' : 'kept'
  const row: MeasurementRow = {
    ...{ uid, body, missed, excuse, percent, paid, state, at: now, changedAt: now },
    ...{ creditMinor: 0n, coveredMinor: 0n }
  }
  view.put('measurement', purseId, row)
  if (state === 'owed') view.put('owedCredit', purseId, { at: now })
  return { measurement: pay(view, purseId, own, now), repeated: false }
}

export function credit(view: LedgerView, command: CreditCommand): PromiseOutcomes['credit'] {
  const { purseId, own, now } = command
  const before = view.get('measurement', purseId)
  if (!before) throw new LedgerError('unknown-purse', purseId)
  const measurement = pay(view, purseId, own, now)
  return { measurement, repeated: measurement.state === before.state }
}

/** Whole or not at all: what is not claimed yet, or not there, is waited for. */
function pay(view: LedgerView, purseId: string, own: readonly string[], now: number): Measurement {
  const row = view.get('measurement', purseId)!
  const purse = view.get('purse', purseId)!
  const isDue = popcount(purse.spent) >= row.paid || purse.closedAt !== 0
  if (row.state !== 'owed' || !isDue) return { purseId, ...row }
  const creditMinor = creditOf(view, purseId, purse, { percent: row.percent, own })
  const occasion = { at: now, kind: 'credit', ref: purseId, purseId }
  const coveredMinor = cover(view, occasion, creditMinor, own)
  if (coveredMinor === undefined) return { purseId, ...row }
  const to = peerAccount(row.uid)
  post(view, occasion, { debit: providerAccount, credit: to, amountMinor: creditMinor })
  const paid = { ...row, state: 'paid' as const, creditMinor, coveredMinor, changedAt: now }
  view.put('measurement', purseId, paid)
  view.remove('owedCredit', purseId)
  return { purseId, ...paid }
}

/** The share of what the buyer himself paid for good, rounded down, and no more than the provider took for it. */
function creditOf(
  view: LedgerView,
  purseId: string,
  purse: PurseRow,
  { percent, own }: { percent: number; own: readonly string[] }
): bigint {
  // Who paid nothing lost nothing, and a push must not become money.
  if (pushedOf(view, purseId, purse)) return 0n
  const spentMinor = purse.priceMinor * BigInt(popcount(purse.spent))
  const of = { backMinor: spentMinor, priceMinor: totalOf(purse) }
  const wantedMinor = (buyersPart(view, purseId, of) * BigInt(percent)) / 100n
  let takenMinor = 0n
  for (const [payee, { claimed, owed, sharedMinor }] of salesOf(view, purseId, purse)) {
    const soldMinor = purse.priceMinor * BigInt(popcount(claimed) - owed)
    takenMinor += own.includes(payee) ? soldMinor : sharedMinor
  }
  return wantedMinor < takenMinor ? wantedMinor : takenMinor
}

/**
 * What the provider's account lacks, from the accounts of its own sellers; answers how much came from there, undefined if
 * all of it together is not enough.
 */
function cover(
  view: LedgerView,
  occasion: Occasion,
  creditMinor: bigint,
  own: readonly string[]
): bigint | undefined {
  const lackingMinor = creditMinor - balance(view, providerAccount)
  if (lackingMinor <= 0n) return 0n
  const accounts = own.map((uid) => [peerAccount(uid), balance(view, peerAccount(uid))] as const)
  const thereMinor = accounts.reduce((sum, [, minor]) => sum + minor, 0n)
  if (thereMinor < lackingMinor) return undefined
  let restMinor = lackingMinor
  for (const [debit, minor] of accounts) {
    const amountMinor = minor < restMinor ? minor : restMinor
    post(view, { ...occasion, kind: 'cover' }, { debit, credit: providerAccount, amountMinor })
    restMinor -= amountMinor
  }
  return lackingMinor
}
