// The tables of money that comes in: orders, advices of banks and processors, gift codes, coupons. Types only.
import type { AdviceKind, AdviceOutcome } from './money-in-commands.ts'

export interface OrderRow {
  uid: string
  amountMinor: bigint
  currency: string
  at: number
  /** The payment that fulfilled it; '' while none did. */
  adviceId: string
}

export interface AdviceRow {
  source: 'stripe' | 'sepa'
  advised: AdviceKind
  state: AdviceOutcome['state']
  code: string
  uid: string
  amountMinor: bigint
  currency: string
  /** The name that only this payment has; '' while it is not known. */
  strongName: string
  about: string
  payer: string
  text: string
  /** The operator's, if it was he who assigned it. */
  reason: string
  at: number
}

export interface GiftBatchRow {
  /** Of the hashes. */
  body: Uint8Array
  codes: number
  amountMinor: bigint
  expiresAt: number
  reason: string
  at: number
}

export interface GiftRow {
  batchId: string
  amountMinor: bigint
  expiresAt: number
  /** Who redeemed it; '' while nobody did. */
  uid: string
  at: number
}

export interface CouponRow {
  infoHash: string
  share: number
  amountMinor: bigint
  usesMax: number
  usesPerAccountMax: number
  until: number
  /** Places taken. */
  uses: number
  /** Who holds a place the longest, and who took one last; '' if nobody holds one. */
  oldest: string
  newest: string
}

/** A place that its holder did not use yet: in a list of all that hold this coupon, by uid. */
export interface HeldCouponRow {
  couponId: string
  at: number
  older: string
  newer: string
}

/** What a coupon paid of one purse. */
export interface DiscountRow {
  couponId: string
  paidMinor: bigint
  /** What of it came back when the purse was closed. */
  refundMinor: bigint
}

export interface MoneyInTables {
  order: OrderRow
  /** Payment reference → account. */
  reference: { uid: string }
  advice: AdviceRow
  /** Every name of an advice → its id. */
  adviceName: { adviceId: string }
  /** (state, time, advice) of what was not booked, for the operator. */
  openAdvice: { adviceId: string }
  statement: { body: Uint8Array; at: number }
  giftBatch: GiftBatchRow
  /** By the hash of the code. */
  gift: GiftRow
  coupon: CouponRow
  /** (uid, info hash or `*`) → the coupon that the next purchase uses. */
  heldCoupon: HeldCouponRow
  /** (coupon, uid) → places this account took. */
  couponUse: { uses: number }
  /** By purse. */
  discount: DiscountRow
  /** Money that the operator put behind coupons. */
  funding: { amountMinor: bigint; reason: string }
}

export const moneyInTableNames = [
  'order',
  'reference',
  'advice',
  'adviceName',
  'openAdvice',
  'statement',
  'giftBatch',
  'gift',
  'coupon',
  'heldCoupon',
  'couponUse',
  'discount',
  'funding'
] as const satisfies (keyof MoneyInTables)[]
