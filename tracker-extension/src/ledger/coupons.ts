// Coupons: the provider's account `promotion` pays a part of the price into the escrow, so that sellers get all of it. What
// comes back from a purse is shared between buyer and promotion as they paid. Pure rules.
import { LedgerError } from './errors.ts'
import type {
  CouponTerms,
  DropCouponCommand,
  FundCommand,
  IssueCouponCommand,
  MoneyInOutcomes,
  TakeCouponCommand
} from './money-in-commands.ts'
import type { CouponRow, HeldCouponRow } from './money-in-rows.ts'
import { type Occasion, balance, post } from './posting.ts'
import { type LedgerView, cash, escrow, keyOf, promotion } from './rows.ts'

export function fund(view: LedgerView, command: FundCommand): MoneyInOutcomes['fund'] {
  const { id, amountMinor, reason, now } = command
  const done = view.get('funding', id)
  if (done) {
    const same = done.amountMinor === amountMinor && done.reason === reason
    if (!same) throw new LedgerError('conflict', 'funding')
    return { amountMinor, repeated: true }
  }
  const occasion = { at: now, kind: 'fund', ref: id, purseId: '' }
  post(view, occasion, { debit: cash, credit: promotion, amountMinor })
  view.put('funding', id, { amountMinor, reason })
  return { amountMinor, repeated: false }
}

export function issueCoupon(
  view: LedgerView,
  command: IssueCouponCommand
): MoneyInOutcomes['issueCoupon'] {
  const { couponId, infoHash, share, amountMinor, usesMax, usesPerAccountMax, until } = command
  // One of the two: a coupon of both would need a rule for which comes first.
  if (share > 0 === amountMinor > 0n) throw new LedgerError('bad-command', 'share or amountMinor')
  const terms = { infoHash, share, amountMinor, usesMax, usesPerAccountMax, until }
  const done = view.get('coupon', couponId)
  if (done) {
    const same = Object.entries(terms).every(
      ([name, value]) => done[name as keyof CouponRow] === value
    )
    if (!same) throw new LedgerError('conflict', 'coupon')
    return { couponId, repeated: true }
  }
  if (infoHash !== '' && !view.get('content', infoHash)) {
    throw new LedgerError('unknown-content', infoHash)
  }
  view.put('coupon', couponId, { ...terms, uses: 0, oldest: '', newest: '' })
  return { couponId, repeated: false }
}

const EVERY = '*'
/** A place that is held longer goes to the next who comes, once there is no other: who buys, buys soon. */
const HOLD_MS = 24 * 3600e3
const isOver = ({ until }: CouponRow, now: number): boolean => until !== 0 && now >= until

/** A coupon that is taken has its place: for a day nobody can use it up before its buyer buys. */
export function takeCoupon(
  view: LedgerView,
  { couponId, uid, now }: TakeCouponCommand
): MoneyInOutcomes['takeCoupon'] {
  const coupon = view.get('coupon', couponId)
  if (!coupon) throw new LedgerError('unknown-code')
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  if (isOver(coupon, now)) throw new LedgerError('code-expired')
  const { infoHash, share, amountMinor, until } = coupon
  const terms: CouponTerms = { couponId, infoHash, share, amountMinor, until }
  const held = view.get('heldCoupon', keyOf(uid, infoHash || EVERY))?.couponId
  if (held === couponId) return { coupon: terms, repeated: true }
  const uses = view.get('couponUse', keyOf(couponId, uid))?.uses ?? 0
  if (uses >= coupon.usesPerAccountMax) throw new LedgerError('code-spent')
  if (coupon.uses >= coupon.usesMax) takeBackOldest(view, couponId, now)
  if (held !== undefined) release(view, held, uid)
  countUse(view, couponId, uid, 1)
  hold(view, couponId, uid, now)
  return { coupon: terms, repeated: false }
}

/** The way out for who holds a coupon that cannot be paid now: the full price is his own choice then. */
export function dropCoupon(
  view: LedgerView,
  { couponId, uid }: DropCouponCommand
): MoneyInOutcomes['dropCoupon'] {
  if (!view.get('coupon', couponId)) throw new LedgerError('unknown-code')
  const isHeld = view.get('heldCoupon', heldKeyOf(view, couponId, uid))?.couponId === couponId
  if (isHeld) release(view, couponId, uid)
  return { couponId, repeated: !isHeld }
}

const heldKeyOf = (view: LedgerView, couponId: string, uid: string): string =>
  keyOf(uid, view.get('coupon', couponId)!.infoHash || EVERY)

/** Gives a place back. */
function release(view: LedgerView, couponId: string, uid: string): void {
  letGo(view, couponId, uid)
  countUse(view, couponId, uid, -1)
}

/** Frees the place that is held longest, if that is too long. Throws `code-spent`. */
function takeBackOldest(view: LedgerView, couponId: string, now: number): void {
  const { oldest } = view.get('coupon', couponId)!
  const held = view.get('heldCoupon', heldKeyOf(view, couponId, oldest))
  if (!held || now - held.at < HOLD_MS) throw new LedgerError('code-spent')
  release(view, couponId, oldest)
}

/** Puts the holder at the end of the coupon's list. */
function hold(view: LedgerView, couponId: string, uid: string, at: number): void {
  const coupon = view.get('coupon', couponId)!
  const { newest } = coupon
  view.put('coupon', couponId, { ...coupon, oldest: coupon.oldest || uid, newest: uid })
  change(view, couponId, newest, { newer: uid })
  const row = { couponId, at, older: newest, newer: '' }
  view.put('heldCoupon', heldKeyOf(view, couponId, uid), row)
}

/** Takes the holder out of it. */
function letGo(view: LedgerView, couponId: string, uid: string): void {
  const heldKey = heldKeyOf(view, couponId, uid)
  const { older, newer } = view.get('heldCoupon', heldKey)!
  const coupon = view.get('coupon', couponId)!
  const oldest = coupon.oldest === uid ? newer : coupon.oldest
  const newest = coupon.newest === uid ? older : coupon.newest
  view.put('coupon', couponId, { ...coupon, oldest, newest })
  change(view, couponId, older, { newer })
  change(view, couponId, newer, { older })
  view.remove('heldCoupon', heldKey)
}

function change(view: LedgerView, couponId: string, uid: string, to: Partial<HeldCouponRow>): void {
  if (uid === '') return
  const heldKey = heldKeyOf(view, couponId, uid)
  view.put('heldCoupon', heldKey, { ...view.get('heldCoupon', heldKey)!, ...to })
}

function countUse(view: LedgerView, couponId: string, uid: string, change: 1 | -1): void {
  const coupon = view.get('coupon', couponId)!
  const useKey = keyOf(couponId, uid)
  const uses = view.get('couponUse', useKey)?.uses ?? 0
  view.put('coupon', couponId, { ...coupon, uses: coupon.uses + change })
  view.put('couponUse', useKey, { uses: uses + change })
}

/** What a coupon takes off one purchase. */
export interface Discount {
  couponId: string
  uid: string
  offMinor: bigint
}

/**
 * What the coupon that this buyer holds takes off a price, the one for this content before the one for all. Rounded down,
 * and at least one minor unit stays with the buyer, so that every purse has a line of its buyer.
 */
export function discountFor(
  view: LedgerView,
  { uid, infoHash, now }: { uid: string; infoHash: string; now: number },
  priceMinor: bigint
): Discount | undefined {
  for (const scope of [infoHash, EVERY]) {
    const couponId = view.get('heldCoupon', keyOf(uid, scope))?.couponId
    const coupon = couponId === undefined ? undefined : view.get('coupon', couponId)
    if (couponId === undefined || !coupon || isOver(coupon, now)) continue
    const { share, amountMinor } = coupon
    const wanted = share > 0 ? (priceMinor * BigInt(share)) / 10_000n : amountMinor
    const offMinor = wanted < priceMinor ? wanted : priceMinor - 1n
    if (offMinor > 0n) return { couponId, uid, offMinor }
  }
  return undefined
}

/** promotion → escrow. Throws `no-promotion`: a buyer with a coupon in force never pays the full price unasked. */
export function payDiscount(view: LedgerView, occasion: Occasion, discount: Discount): void {
  const { couponId, uid, offMinor } = discount
  if (balance(view, promotion) < offMinor) throw new LedgerError('no-promotion', couponId)
  const transfer = { debit: promotion, credit: escrow, amountMinor: offMinor }
  post(view, { ...occasion, kind: 'promotion' }, transfer)
  letGo(view, couponId, uid)
  const row = { couponId, paidMinor: offMinor, refundMinor: 0n }
  view.put('discount', occasion.purseId, row)
}

/** What a coupon paid of a purse. */
export const paidByCoupon = (view: LedgerView, purseId: string): bigint =>
  view.get('discount', purseId)?.paidMinor ?? 0n

/** What came back from a purse, and what all of it cost. */
interface Back {
  backMinor: bigint
  priceMinor: bigint
}

/** The buyer's part of what comes back: as he and the coupon paid, rounded down, so that it is never above what he paid. */
export function buyersPart(
  view: LedgerView,
  purseId: string,
  { backMinor, priceMinor }: Back
): bigint {
  const paidMinor = paidByCoupon(view, purseId)
  return paidMinor === 0n ? backMinor : (backMinor * (priceMinor - paidMinor)) / priceMinor
}

/** Gives promotion its part of what comes back from a purse, escrow → promotion, and answers it. */
export function refundPromotion(view: LedgerView, occasion: Occasion, back: Back): bigint {
  const discount = view.get('discount', occasion.purseId)
  if (!discount) return 0n
  const amountMinor = back.backMinor - buyersPart(view, occasion.purseId, back)
  const transfer = { debit: escrow, credit: promotion, amountMinor }
  post(view, { ...occasion, kind: 'promotionRefund' }, transfer)
  const refundMinor = discount.refundMinor + amountMinor
  view.put('discount', occasion.purseId, { ...discount, refundMinor })
  return amountMinor
}
