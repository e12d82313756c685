// The life of a purse: bought (peer → escrow) and closed (the rest of the escrow back). Pure rules.
import { emptyBitmap, or, popcount } from './bitmap.ts'
import { isReleasable, release, releasedMinor } from './cancellation.ts'
import { discountFor, paidByCoupon, payDiscount, refundPromotion } from './coupons.ts'
import type { CloseCommand, Outcomes, PurchaseCommand, PurseTerms } from './commands.ts'
import { countOf, isCoverage, packRanges, rangesOf, totalOf } from './coverage.ts'
import { LedgerError } from './errors.ts'
import { type Occasion, post } from './posting.ts'
import { payPush, pushedOf, refundPush } from './push.ts'
import { link, purseFor, unlink } from './purse-chain.ts'
import { payDebts } from './sales.ts'
import { type LedgerView, type PurseRow, escrow, expiryKey, peerAccount } from './rows.ts'
import { settleAll } from './settlement.ts'

/** Escrow that stands behind a purse: the tokens nobody was paid for nor given back, and the collateral. */
export function heldMinor(purse: PurseRow): bigint {
  const { priceMinor, spent, released, closedAt, collateralMinor } = purse
  if (closedAt !== 0) return 0n
  const gone = popcount(released.length > 0 ? or(spent, released) : spent)
  return priceMinor * BigInt(countOf(rangesOf(purse)) - gone) + collateralMinor
}

function termsOf(purseId: string, row: PurseRow): PurseTerms {
  const { uid, infoHash, pieces, priceMinor, currency } = row
  const { openedAt, expiresAt, sealed, certificate } = row
  const price = { pieces, priceMinor, currency }
  return { purseId, uid, infoHash, ...price, openedAt, expiresAt, sealed, certificate }
}

/**
 * A repeated announce must never charge twice (G14): a purse in force of this buyer that covers any of these pieces is the
 * answer, whatever the purchase id; who wants more than it covers asks for the rest again. `now`, expiry, sealed and
 * certificate are the provider's own additions and differ from one repetition to the next, so they are no part of what
 * makes two purchases the same.
 */
export function purchase(view: LedgerView, command: PurchaseCommand): Outcomes['purchase'] {
  const { purchaseId, uid, infoHash, priceMinor, now, expiresAt } = command
  const done = view.get('purse', purchaseId)
  if (done) {
    const same = done.uid === uid && done.infoHash === infoHash && done.priceMinor === priceMinor
    const ranges = rangesOf(done)
    const asked = command.ranges ?? ranges
    if (!same || asked.join() !== ranges.join()) throw new LedgerError('conflict', 'purchase')
    return { purse: termsOf(purchaseId, done), chargedMinor: chargedFor(view, purchaseId, done) }
  }
  if (expiresAt <= now) throw new LedgerError('bad-command', 'expiresAt must be after now')
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const content = view.get('content', infoHash)
  if (!content) throw new LedgerError('unknown-content', infoHash)
  const { pieces, free, currency } = content
  const { ranges = [free, pieces] } = command
  if (!isCoverage(ranges, free, pieces)) throw new LedgerError('bad-command', 'ranges')
  const open = command.again ? undefined : purseFor(view, uid, infoHash, { ranges, now })
  if (open) return { purse: termsOf(...open), chargedMinor: 0n }

  if (content.withdrawnAt !== 0) throw new LedgerError('withdrawn')
  if (content.priceMinor !== priceMinor) throw new LedgerError('price-changed')
  const totalMinor = priceMinor * BigInt(countOf(ranges))
  const occasion = { at: now, kind: 'purchase', ref: purchaseId, purseId: purchaseId }
  const pay = command.pushed === true ? payPushed : payOwn
  const { chargedMinor, collateralMinor } = pay(view, occasion, command, totalMinor)
  const none = new Uint8Array()
  const purse: Omit<PurseRow, 'older'> = {
    ...{ uid, infoHash, pieces, priceMinor, currency, covered: packRanges(ranges) },
    ...{ openedAt: now, expiresAt, closedAt: 0, refundMinor: 0n, collateralMinor },
    ...{ spent: emptyBitmap(pieces), lastPayee: '' },
    ...{ cancelledAt: 0, earlyAt: 0, kept: none, released: none },
    sealed: command.sealed ?? none,
    certificate: command.certificate ?? none
  }
  link(view, purchaseId, purse)
  view.put('expiry', expiryKey(purchaseId, expiresAt), { purseId: purchaseId })
  return { purse: termsOf(purchaseId, view.get('purse', purchaseId)!), chargedMinor }
}

/** What a purchase cost its buyer. */
interface Paid {
  chargedMinor: bigint
  collateralMinor: bigint
}

/** The buyer pays, and a coupon of his. */
function payOwn(
  view: LedgerView,
  occasion: Occasion,
  command: PurchaseCommand,
  totalMinor: bigint
): Paid {
  const discount = discountFor(view, command, totalMinor)
  const chargedMinor = totalMinor - (discount?.offMinor ?? 0n)
  const debit = peerAccount(command.uid)
  const transfer = { debit, credit: escrow, amountMinor: chargedMinor }
  post(view, occasion, transfer)
  if (discount) payDiscount(view, occasion, discount)
  const { collateralMinor = 0n } = command
  if (collateralMinor > 0n) {
    const pledge = { ...transfer, amountMinor: collateralMinor }
    post(view, { ...occasion, kind: 'collateral' }, pledge)
  }
  return { chargedMinor, collateralMinor }
}

/** The provider pays, and holds nothing beside the price: it would be its own. */
function payPushed(
  view: LedgerView,
  occasion: Occasion,
  command: PurchaseCommand,
  totalMinor: bigint
): Paid {
  payPush(view, occasion, command, totalMinor)
  return { chargedMinor: 0n, collateralMinor: 0n }
}

/** What a purse that was sold cost its buyer. */
export function chargedFor(view: LedgerView, purseId: string, purse: PurseRow): bigint {
  if (pushedOf(view, purseId, purse)) return 0n
  return totalOf(purse) - paidByCoupon(view, purseId)
}

/**
 * Ends an expired purse. The rest goes back to who paid, but sellers with open evidence come first (I4). Of a cancelled
 * one only what was given back, until it has expired.
 */
export function close(view: LedgerView, { purseId, now }: CloseCommand): Outcomes['close'] {
  const before = view.get('purse', purseId)
  if (!before) throw new LedgerError('unknown-purse', purseId)
  if (before.closedAt !== 0) return { purseId, refundMinor: before.refundMinor }
  if (isReleasable(before, now)) release(view, purseId, now)
  if (now < before.expiresAt) {
    const purse = view.get('purse', purseId)!
    if (purse.released.length === 0) throw new LedgerError('not-expired')
    return { purseId, refundMinor: releasedMinor(view, purseId, purse) }
  }
  settleAll(view, purseId, now)
  const purse = view.get('purse', purseId)!
  const occasion: Occasion = { at: now, kind: 'close', ref: purseId, purseId }
  const backMinor = heldMinor(purse) - purse.collateralMinor
  const back = { backMinor, priceMinor: totalOf(purse) }
  const othersMinor =
    refundPromotion(view, occasion, back) + refundPush(view, occasion, purse, backMinor)
  const refundMinor = heldMinor(purse) - othersMinor
  const credit = peerAccount(purse.uid)
  post(view, occasion, { debit: escrow, credit, amountMinor: refundMinor })
  view.put('purse', purseId, { ...purse, closedAt: now, refundMinor, collateralMinor: 0n })
  payDebts(view, occasion, purseId)
  view.remove('expiry', expiryKey(purseId, purse.expiresAt))
  unlink(view, purseId, purse)
  return { purseId, refundMinor }
}
