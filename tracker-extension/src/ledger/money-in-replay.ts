// The audit of money that comes in: each advice, gift code and coupon against what the journal moved for it. Pure.
import { balance } from './posting.ts'
import {
  type JournalRow,
  type ScanView,
  cash,
  escrow,
  gifts,
  peerAccount,
  promotion
} from './rows.ts'

/** Kinds of lines whose amounts stand in a row of this part. */
export const moneyInKinds = [
  'issueGifts',
  'redeemGift',
  'fund',
  'promotion',
  'promotionRefund'
] as const

type Expect = (kind: string, ref: string, amountMinor: bigint, what: string) => void

export function expectMoneyIn(view: ScanView, expect: Expect): void {
  for (const [id, { codes, amountMinor }] of view.rows('giftBatch')) {
    expect('issueGifts', id, amountMinor * BigInt(codes), `gift batch ${id}: amountMinor × codes`)
  }
  for (const [code, { uid, amountMinor }] of view.rows('gift')) {
    const moved = uid === '' ? 0n : amountMinor
    expect('redeemGift', code, moved, `gift ${code}: amountMinor`)
  }
  for (const [id, { amountMinor }] of view.rows('funding')) {
    expect('fund', id, amountMinor, `funding ${id}: amountMinor`)
  }
  for (const [id, { paidMinor, refundMinor }] of view.rows('discount')) {
    expect('promotion', id, paidMinor, `discount ${id}: paidMinor`)
    expect('promotionRefund', id, refundMinor, `discount ${id}: refundMinor`)
  }
}

type Sides = Pick<JournalRow, 'debit' | 'credit'>

/** Between which accounts a line of each kind moves money. */
export function moneyInSides(view: ScanView, { kind, ref }: JournalRow): Sides | undefined {
  switch (kind) {
    case 'issueGifts':
      return { debit: cash, credit: gifts }
    case 'redeemGift':
      return { debit: gifts, credit: peerAccount(view.get('gift', ref)?.uid ?? '') }
    case 'fund':
      return { debit: cash, credit: promotion }
    case 'promotion':
      return { debit: promotion, credit: escrow }
    case 'promotionRefund':
      return { debit: escrow, credit: promotion }
    default:
      return undefined
  }
}

/** What no sum of lines shows: booked advices have their deposit, and unredeemed codes their money. */
export function checkMoneyIn(view: ScanView, faults: string[]): void {
  for (const [id, { state, uid, amountMinor }] of view.rows('advice')) {
    const deposit = view.get('deposit', id)
    const booked = deposit?.uid === uid && deposit.amountMinor === amountMinor
    if (state === 'booked' ? !booked : deposit !== undefined) {
      faults.push(`advice ${id} is ${state}, its deposit ${deposit?.amountMinor}`)
    }
  }
  let worthMinor = 0n
  for (const [, { uid, amountMinor }] of view.rows('gift'))
    if (uid === '') worthMinor += amountMinor
  const heldMinor = balance(view, gifts)
  if (heldMinor !== worthMinor) faults.push(`gifts ${heldMinor}, unredeemed codes ${worthMinor}`)
}
