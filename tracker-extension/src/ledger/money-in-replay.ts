// The audit of money that comes in: each advice, gift code and coupon against what the journal moved for it. Pure.
import { balance } from './posting.ts'
import type { Expect, ReplayPart } from './replay-part.ts'
import { type ScanView, cash, escrow, gifts, peerAccount, promotion } from './rows.ts'

function expectRows(view: ScanView, expect: Expect): void {
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

/** What no sum of lines shows: booked advices have their deposit, and unredeemed codes their money. */
function check(view: ScanView, faults: string[]): void {
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

export const moneyInReplay: ReplayPart = {
  kinds: {
    issueGifts: () => ({ debit: cash, credit: gifts }),
    redeemGift: (view, { ref }) => ({
      debit: gifts,
      credit: peerAccount(view.get('gift', ref)?.uid ?? '')
    }),
    fund: () => ({ debit: cash, credit: promotion }),
    promotion: () => ({ debit: promotion, credit: escrow }),
    promotionRefund: () => ({ debit: escrow, credit: promotion })
  },
  expect: expectRows,
  check
}
