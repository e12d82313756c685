// What processes on one ledger must agree on about money out: the split of claims, and which of them is paying out. Pure rules;
// each is one row of the table of counters.
import type { KeepSplitCommand, LeasePayoutsCommand, PayoutOutcomes } from './payout-commands.ts'
import type { LedgerView } from './rows.ts'
import { wholeMillionths } from './shares.ts'

const SPLIT = 'split'
const LEASE = 'payoutLease'

/** The sellers' part that was kept last; all of it if nobody ever said. */
export const keptSplit = (view: LedgerView): number =>
  view.get('counter', SPLIT)?.next ?? wholeMillionths

/** From now on a process that has no policy shares claims like this one. */
export function keepSplit(
  view: LedgerView,
  { sellerMillionths }: KeepSplitCommand
): PayoutOutcomes['keepSplit'] {
  if (view.get('counter', SPLIT)?.next !== sellerMillionths) {
    view.put('counter', SPLIT, { next: sellerMillionths })
  }
  return { sellerMillionths }
}

/**
 * One process pays out at a time. Who holds a lease is known by its end: a next one begins no earlier, so it ends later. A
 * process that died loses it with time.
 */
export function leasePayouts(
  view: LedgerView,
  { held, until, now }: LeasePayoutsCommand
): PayoutOutcomes['leasePayouts'] {
  const end = view.get('counter', LEASE)?.next ?? 0
  const isFree = end <= now || end === held
  if (isFree) view.put('counter', LEASE, { next: until })
  return { taken: isFree, until: isFree ? until : end }
}
