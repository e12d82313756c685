// What is read of payouts: pure functions from a view, as in reads.ts.
import type { Payout } from './payout-commands.ts'
import type { DestinationRow, PayoutTables } from './payout-rows.ts'
import { type ScanView, keyOf } from './rows.ts'

const rowsMax = 1000

function payout(view: ScanView, payoutId: string): Payout | undefined {
  const row = view.get('payout', payoutId)
  return row && { payoutId, ...row }
}

/** Payouts behind the id `after`, in order of their ids. */
function payouts(view: ScanView, after: string, limit: number): Payout[] {
  const found: Payout[] = []
  for (const [payoutId, row] of view.rows('payout', after)) {
    if (found.length >= Math.min(limit, rowsMax)) break
    found.push({ payoutId, ...row })
  }
  return found
}

/** Payouts that are on their way, behind the id `after`. */
function openPayouts(view: ScanView, after: string, limit: number): Payout[] {
  const found: Payout[] = []
  for (const [payoutId] of view.rows('openPayout', after)) {
    if (found.length >= Math.min(limit, rowsMax)) break
    found.push(payout(view, payoutId)!)
  }
  return found
}

/** All payouts of an account, at most 1000. */
function payoutsOf(view: ScanView, uid: string): Payout[] {
  const prefix = keyOf(uid, '')
  const found: Payout[] = []
  for (const [key] of view.rows('payoutOf', prefix)) {
    if (!key.startsWith(prefix) || found.length >= rowsMax) break
    found.push(payout(view, key.slice(prefix.length))!)
  }
  return found
}

const destination = (view: ScanView, uid: string): DestinationRow | undefined =>
  view.get('destination', uid)

/** Destinations of accounts behind the uid `after`. */
function destinations(
  view: ScanView,
  after: string,
  limit: number
): (PayoutTables['destination'] & { uid: string })[] {
  const found: (DestinationRow & { uid: string })[] = []
  for (const [uid, row] of view.rows('destination', after)) {
    if (found.length >= Math.min(limit, rowsMax)) break
    found.push({ uid, ...row })
  }
  return found
}

export const payoutReads = {
  payout,
  payouts,
  openPayouts,
  payoutsOf,
  destination,
  destinations
}
