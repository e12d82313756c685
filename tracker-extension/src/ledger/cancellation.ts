// A buyer ends a purse before its time. He signs which tokens he keeps, since he paid or promised them; the others he
// gives back, and will never pay. What is kept stays in escrow to the purse's end, so that no seller has to hurry. The
// rest is refunded once every certificate that was shown of the purse is over and sellers had their day to claim:
// first sellers with open evidence, then he (I4). Pure rules.
import { and, andNot, covers, fits, or, popcount } from './bitmap.ts'
import type { CancelCommand, Outcomes } from './commands.ts'
import { buyersPart, refundPromotion } from './coupons.ts'
import { coverageBitmap, rangesOf, totalOf } from './coverage.ts'
import { LedgerError } from './errors.ts'
import { post } from './posting.ts'
import { type LedgerView, type PurseRow, escrow, expiryKey, peerAccount } from './rows.ts'
import { payDebts } from './sales.ts'
import { pushedOf, refundPush } from './push.ts'
import { settleAll } from './settlement.ts'

/** The first cancellation stands: the same again has the same outcome, another one is a `conflict`. */
export function cancel(view: LedgerView, command: CancelCommand): Outcomes['cancel'] {
  const { purseId, uid, frame, now } = command
  const purse = view.get('purse', purseId)
  if (!purse || purse.uid !== uid) throw new LedgerError('unknown-purse', purseId)
  const done = view.get('cancellation', purseId)
  if (done) {
    if (Buffer.compare(done.frame, frame) !== 0) throw new LedgerError('conflict', 'cancellation')
    const { earlyAt, kept } = purse
    return { purseId, keptTokens: popcount(kept), earlyAt, repeated: true }
  }
  if (purse.closedAt !== 0 || purse.expiresAt <= now) throw new LedgerError('purse-closed', purseId)
  const covered = coverageBitmap(rangesOf(purse), purse.pieces)
  if (!fits(command.kept, purse.pieces) || !covers(covered, command.kept)) {
    throw new LedgerError('bad-claim', 'kept')
  }
  // What sellers were paid for already is kept, whatever he says.
  const kept = or(command.kept, and(purse.spent, covered))
  const earlyAt = Math.min(command.earlyAt, purse.expiresAt)
  view.put('purse', purseId, { ...purse, cancelledAt: now, earlyAt, kept })
  view.put('cancellation', purseId, { frame, at: now })
  if (earlyAt < purse.expiresAt) view.put('expiry', expiryKey(purseId, earlyAt), { purseId })
  return { purseId, keptTokens: popcount(kept), earlyAt, repeated: false }
}

/** Is the refund of what was given back due, and not made yet? */
export const isReleasable = ({ cancelledAt, earlyAt, released }: PurseRow, now: number): boolean =>
  cancelledAt !== 0 && released.length === 0 && now >= earlyAt

/** Refunds what was given back and is nobody's. The purse stays open for what was kept. */
export function release(view: LedgerView, purseId: string, now: number): void {
  settleAll(view, purseId, now)
  const purse = view.get('purse', purseId)!
  const covered = coverageBitmap(rangesOf(purse), purse.pieces)
  const released = andNot(andNot(covered, purse.kept), purse.spent)
  const backMinor = purse.priceMinor * BigInt(popcount(released))
  const occasion = { at: now, kind: 'release', ref: purseId, purseId }
  const back = { backMinor, priceMinor: totalOf(purse) }
  const othersMinor =
    refundPromotion(view, occasion, back) + refundPush(view, occasion, purse, backMinor)
  const amountMinor = backMinor - othersMinor
  const credit = peerAccount(purse.uid)
  post(view, occasion, { debit: escrow, credit, amountMinor })
  view.put('purse', purseId, { ...purse, released })
  view.remove('expiry', expiryKey(purseId, purse.earlyAt))
  payDebts(view, occasion, purseId)
}

/** What the buyer got of what was released; the rest went to the promotion or the push that had paid it. */
export function releasedMinor(view: LedgerView, purseId: string, purse: PurseRow): bigint {
  const backMinor = purse.priceMinor * BigInt(popcount(purse.released))
  if (pushedOf(view, purseId, purse)) return 0n
  return buyersPart(view, purseId, { backMinor, priceMinor: totalOf(purse) })
}

/** Of these tokens those that the buyer had signed to pay to nobody. */
export const givenBack = ({ cancelledAt, kept }: PurseRow, tokens: Uint8Array): Uint8Array =>
  cancelledAt === 0 ? tokens.map(() => 0) : andNot(tokens, kept)
