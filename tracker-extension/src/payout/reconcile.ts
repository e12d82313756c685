// What became of payouts: asks the rails, or reads a bank's file, and writes it down. What nobody here knows, and what
// contradicts the ledger, is listed for a person; it moves nothing.

import { FloodgateError } from '@floodgate/protocol'
import type { Payout } from '../ledger/index.ts'
import type { Reconciled, Report } from './rail.ts'
import { applyReport, orderOf, type PayoutBase } from './run.ts'

/** How long a payment may come back: SEPA recalls end before, and Stripe reversals as a rule. */
const LOOK_BACK_MS = 90 * 86_400e3
const PAGE = 1000

export interface Reconciliation {
  /** Reports that changed something. */
  applied: Report[]
  /** Reports that were known already. */
  repeated: number
  /** Reports that the ledger knows better than, or of another amount. */
  contradicting: Report[]
  /** Ids that are none of ours. */
  unknown: string[]
}

/** Throws `bad-request` for a file that no rail of the policy reads. */
export async function reconcilePayouts(base: PayoutBase, file?: string): Promise<Reconciliation> {
  const result: Reconciliation = { applied: [], repeated: 0, contradicting: [], unknown: [] }
  if (file !== undefined && !base.rails.some(({ readsFiles }) => readsFiles)) {
    throw new FloodgateError('bad-request', 'no rail of the policy reads files')
  }
  // All is read before anything moves: what cannot be read moves nothing.
  for (const { reports, unknown } of await hear(base, file)) {
    result.unknown.push(...unknown)
    for (const report of reports) {
      const members = await base.store.batch(report.payoutId)
      if (members.length === 0) await take(base, report, await asReturned(base, report), result)
      else await takeWhole(base, report, members, result)
    }
  }
  return result
}

/** What each rail says. */
async function hear(base: PayoutBase, file?: string): Promise<Reconciled[]> {
  const recent = await recentPayouts(base)
  const said: Reconciled[] = []
  for (const rail of base.rails) {
    const own = recent.filter((payout) => payout.rail === rail.name)
    const orders = own.map((payout) => orderOf(base, payout))
    said.push(await rail.reconcile(orders, file))
  }
  return said
}

/** Those that a report may still be about. */
async function recentPayouts({ store, now }: PayoutBase): Promise<Payout[]> {
  const recent: Payout[] = []
  const since = now() - LOOK_BACK_MS
  for (let after = ''; ;) {
    const page = await store.payouts(after, PAGE)
    recent.push(
      ...page.filter(
        ({ state, changedAt }) => state === 'submitted' || (state === 'paid' && changedAt >= since)
      )
    )
    if (page.length < PAGE) return recent
    after = page.at(-1)!.payoutId
  }
}

/**
 * A report that names a batch is of all that is in it. A file of which something was booked was not refused whole: then it
 * contradicts of all, as giving back what may still be paid is paying it twice.
 */
async function takeWhole(
  base: PayoutBase,
  report: Report,
  members: Payout[],
  result: Reconciliation
): Promise<void> {
  const all = members.map(({ payoutId }) => ({ ...report, payoutId }))
  const isBooked = members.some(({ state }) => state === 'paid' || state === 'returned')
  if (isBooked) result.contradicting.push(...all)
  else for (const one of all) await take(base, one, one, result)
}

/** Applies what `meant` says of `report`. */
async function take(
  base: PayoutBase,
  report: Report,
  meant: Report,
  result: Reconciliation
): Promise<void> {
  const outcome = await applyReport(base, meant)
  if (outcome === 'applied') result.applied.push(report)
  else if (outcome === 'repeated') result.repeated++
  else if (outcome === 'contradicts') result.contradicting.push(report)
  else result.unknown.push(report.payoutId)
}

/** A bank that refuses a transfer which it had called paid has sent it back. */
async function asReturned({ store }: PayoutBase, report: Report): Promise<Report> {
  if (report.state !== 'failed') return report
  const state = (await store.payout(report.payoutId))?.state
  return state === 'paid' || state === 'returned' ? { ...report, state: 'returned' } : report
}
