// The life of a purse: bought (peer → escrow) and closed (the rest of the escrow back). Pure rules.
import { emptyBitmap, popcount } from './bitmap.ts'
import { discountFor, paidByCoupon, payDiscount, refundPromotion } from './coupons.ts'
import type { CloseCommand, Outcomes, PurchaseCommand, PurseTerms } from './commands.ts'
import { LedgerError } from './errors.ts'
import { type Occasion, post } from './posting.ts'
import { payOwed, salesOf } from './sales.ts'
import { type LedgerView, type PurseRow, escrow, keyOf, orderedKey, peerAccount } from './rows.ts'
import { settleAll } from './settlement.ts'

/** Escrow that stands behind a purse: the tokens nobody was paid for, and the collateral. */
export function heldMinor(purse: PurseRow): bigint {
  const { pieces, priceMinor, spent, closedAt, collateralMinor } = purse
  return closedAt === 0 ? priceMinor * BigInt(pieces - popcount(spent)) + collateralMinor : 0n
}

function termsOf(purseId: string, row: PurseRow): PurseTerms {
  const { uid, infoHash, pieces, priceMinor, currency } = row
  const { openedAt, expiresAt, sealed, certificate } = row
  const price = { pieces, priceMinor, currency }
  return { purseId, uid, infoHash, ...price, openedAt, expiresAt, sealed, certificate }
}

const expiryKey = (purseId: string, purse: PurseRow) => keyOf(orderedKey(purse.expiresAt), purseId)

/** From a purse back through the older ones to the first that satisfies; undefined if there is none. */
function findBack(
  view: LedgerView,
  start: string | undefined,
  satisfies: (purse: PurseRow) => boolean
): [purseId: string, purse: PurseRow] | undefined {
  for (let purseId = start; purseId;) {
    const purse: PurseRow | undefined = view.get('purse', purseId)
    if (purse && satisfies(purse)) return [purseId, purse]
    purseId = purse?.older
  }
  return undefined
}

/**
 * A repeated announce must never charge twice (G14): an open purse of this buyer for this content is the answer,
 * whatever the purchase id. `now`, expiry, sealed and certificate are the provider's own additions and differ
 * from one repetition to the next, so they are no part of what makes two purchases the same.
 */
export function purchase(view: LedgerView, command: PurchaseCommand): Outcomes['purchase'] {
  const { purchaseId, uid, infoHash, priceMinor, now, expiresAt } = command
  const done = view.get('purse', purchaseId)
  if (done) {
    const same = done.uid === uid && done.infoHash === infoHash && done.priceMinor === priceMinor
    if (!same) throw new LedgerError('conflict', 'purchase')
    const chargedMinor = priceMinor * BigInt(done.pieces) - paidByCoupon(view, purchaseId)
    return { purse: termsOf(purchaseId, done), chargedMinor }
  }
  if (expiresAt <= now) throw new LedgerError('bad-command', 'expiresAt must be after now')
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const openKey = keyOf(uid, infoHash)
  const newest = view.get('open', openKey)?.purseId
  const usable = (purse: PurseRow) => purse.closedAt === 0 && purse.expiresAt > now
  const open = command.again ? undefined : findBack(view, newest, usable)
  if (open) return { purse: termsOf(...open), chargedMinor: 0n }

  const content = view.get('content', infoHash)
  if (!content) throw new LedgerError('unknown-content', infoHash)
  if (content.priceMinor !== priceMinor) throw new LedgerError('price-changed')
  const totalMinor = priceMinor * BigInt(content.pieces)
  const discount = discountFor(view, command, totalMinor)
  const chargedMinor = totalMinor - (discount?.offMinor ?? 0n)
  const occasion = { at: now, kind: 'purchase', ref: purchaseId, purseId: purchaseId }
  const transfer = { debit: peerAccount(uid), credit: escrow, amountMinor: chargedMinor }
  post(view, occasion, transfer)
  if (discount) payDiscount(view, occasion, discount)
  const { collateralMinor = 0n } = command
  if (collateralMinor > 0n) {
    const pledge = { ...transfer, amountMinor: collateralMinor }
    post(view, { ...occasion, kind: 'collateral' }, pledge)
  }
  const purse: PurseRow = {
    ...{ uid, infoHash, pieces: content.pieces, priceMinor, currency: content.currency },
    ...{ openedAt: now, expiresAt, closedAt: 0, refundMinor: 0n, collateralMinor },
    ...{ spent: emptyBitmap(content.pieces), lastPayee: '', older: newest ?? '' },
    sealed: command.sealed ?? new Uint8Array(),
    certificate: command.certificate ?? new Uint8Array()
  }
  view.put('purse', purchaseId, purse)
  view.put('open', openKey, { purseId: purchaseId })
  view.put('expiry', expiryKey(purchaseId, purse), { purseId: purchaseId })
  return { purse: termsOf(purchaseId, purse), chargedMinor }
}

/** Ends an expired purse. The rest goes back to the buyer, but sellers with open evidence come first (I4). */
export function close(view: LedgerView, { purseId, now }: CloseCommand): Outcomes['close'] {
  const before = view.get('purse', purseId)
  if (!before) throw new LedgerError('unknown-purse', purseId)
  if (before.closedAt !== 0) return { purseId, refundMinor: before.refundMinor }
  if (now < before.expiresAt) throw new LedgerError('not-expired')
  settleAll(view, purseId, now)
  const purse = view.get('purse', purseId)!
  const occasion: Occasion = { at: now, kind: 'close', ref: purseId, purseId }
  const backMinor = heldMinor(purse) - purse.collateralMinor
  const priceMinor = purse.priceMinor * BigInt(purse.pieces)
  const refundMinor = heldMinor(purse) - refundPromotion(view, occasion, { backMinor, priceMinor })
  const credit = peerAccount(purse.uid)
  post(view, occasion, { debit: escrow, credit, amountMinor: refundMinor })
  view.put('purse', purseId, { ...purse, closedAt: now, refundMinor, collateralMinor: 0n })
  for (const [payee, sale] of salesOf(view, purseId, purse)) {
    if (sale.owed === 0) continue
    const paid = payOwed(view, occasion, purseId, payee, sale.owed)
    if (paid > 0) view.put('sale', keyOf(purseId, payee), { ...sale, owed: sale.owed - paid })
  }
  view.remove('expiry', expiryKey(purseId, purse))
  forgetOpen(view, purseId, purse)
  return { purseId, refundMinor }
}

/** If the closed purse was the newest, an older one that is still open takes its place. */
function forgetOpen(view: LedgerView, purseId: string, { uid, infoHash, older }: PurseRow): void {
  const openKey = keyOf(uid, infoHash)
  if (view.get('open', openKey)?.purseId !== purseId) return
  const next = findBack(view, older, (purse) => purse.closedAt === 0)
  if (next) view.put('open', openKey, { purseId: next[0] })
  else view.remove('open', openKey)
}
