// Reads of money that came in: what waits for the operator, gift codes and coupons. Pure.
import type { AdviceOutcome, CouponTerms } from './money-in-commands.ts'
import type { AdviceRow, CouponRow, GiftBatchRow } from './money-in-rows.ts'
import { balance } from './posting.ts'
import { type ScanView, gifts, keyOf, promotion } from './rows.ts'

export type AdviceEntry = AdviceRow & { adviceId: string }
export type GiftBatch = Omit<GiftBatchRow, 'body'> & { batchId: string }
export type Coupon = CouponTerms & Omit<CouponRow, keyof CouponTerms>

/** What stands behind codes, minor units. */
export interface PromotionBooks {
  /** Worth of all gift codes that nobody redeemed. */
  giftsMinor: bigint
  /** What coupons can still take off. */
  promotionMinor: bigint
  batches: GiftBatch[]
  coupons: Coupon[]
}

/** Beginnings of the keys; older ledgers list what was noted by its state. */
const LISTS = { booked: [], waiting: ['waiting'], noted: ['recent', 'noted'] } as const

/** Advices that a person has to look at: what waits longest first, and of what was noted the newest. */
function openAdvices(view: ScanView, state: AdviceOutcome['state'], limit: number): AdviceEntry[] {
  const found: AdviceEntry[] = []
  for (const list of LISTS[state]) {
    const prefix = keyOf(list, '')
    for (const [key, { adviceId }] of view.rows('openAdvice', prefix)) {
      if (!key.startsWith(prefix) || found.length >= limit) break
      found.push({ adviceId, ...view.get('advice', adviceId)! })
    }
  }
  return found
}

function promotionBooks(view: ScanView): PromotionBooks {
  const batches = Array.from(view.rows('giftBatch'), ([batchId, row]) => {
    const { codes, amountMinor, expiresAt, reason, at } = row
    return { batchId, codes, amountMinor, expiresAt, reason, at }
  })
  const coupons = Array.from(view.rows('coupon'), ([couponId, row]) => ({ couponId, ...row }))
  const held = { giftsMinor: balance(view, gifts), promotionMinor: balance(view, promotion) }
  return { ...held, batches, coupons }
}

export const moneyInReads = { openAdvices, promotionBooks }
