// What a missed promise brings: a share of what its buyer paid for good, out of the provider's own money, once a purse. It
// is never more than the provider itself took for that purse, so buyers and sellers who play together get nothing out of
// the provider that they did not bring. Pure rules.
import { popcount } from './bitmap.ts'
import { buyersPart } from './coupons.ts'
import { totalOf } from './coverage.ts'
import { LedgerError } from './errors.ts'
import { readEach, takenFor } from './own-accounts.ts'
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

/** The first finding stands: the same message again has the same outcome, another one is a `conflict`. */
export function measure(view: LedgerView, command: MeasureCommand): PromiseOutcomes['measure'] {
  const { purseId, uid, body, missed, excuse, percent, paid, now } = command
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
  return { measurement: pay(view, purseId, now), repeated: false }
}

export function credit(view: LedgerView, command: CreditCommand): PromiseOutcomes['credit'] {
  const { purseId, now } = command
  const before = view.get('measurement', purseId)
  if (!before) throw new LedgerError('unknown-purse', purseId)
  const measurement = pay(view, purseId, now)
  return { measurement, repeated: measurement.state === before.state }
}

/** Whole or not at all: what is not claimed yet, or not there, is waited for. */
function pay(view: LedgerView, purseId: string, now: number): Measurement {
  const row = view.get('measurement', purseId)!
  const purse = view.get('purse', purseId)!
  const isDue = popcount(purse.spent) >= row.paid || purse.closedAt !== 0
  if (row.state !== 'owed' || !isDue) return { purseId, ...row }
  const { takenMinor, own } = takenFor(view, purseId, purse)
  const wantedMinor = wantedOf(view, purseId, purse, row.percent)
  const creditMinor = wantedMinor < takenMinor ? wantedMinor : takenMinor
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

/** The share of what the buyer himself paid for good, rounded down. */
function wantedOf(view: LedgerView, purseId: string, purse: PurseRow, percent: number): bigint {
  // Who paid nothing lost nothing, and a push must not become money.
  if (pushedOf(view, purseId, purse)) return 0n
  const spentMinor = purse.priceMinor * BigInt(popcount(purse.spent))
  const of = { backMinor: spentMinor, priceMinor: totalOf(purse) }
  return (buyersPart(view, purseId, of) * BigInt(percent)) / 100n
}

/**
 * What the provider's account lacks, from its own sellers of this purse, as they took it; answers how much came from there,
 * undefined if all of it together is not enough.
 */
function cover(
  view: LedgerView,
  occasion: Occasion,
  creditMinor: bigint,
  own: readonly string[]
): bigint | undefined {
  const lackingMinor = creditMinor - balance(view, providerAccount)
  if (lackingMinor <= 0n) return 0n
  const accounts = readEach(own.map(peerAccount), (account) => {
    return [account, balance(view, account)] as const
  })
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
