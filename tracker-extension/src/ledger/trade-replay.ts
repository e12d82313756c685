// The audit of trade: each deposit, purse and claim against what the journal moved for it. Pure.
import { releasedMinor } from './cancellation.ts'
import { chargedFor } from './purchase.ts'
import type { Expect, ReplayPart } from './replay-part.ts'
import { type ScanView, cash, escrow, peerAccount } from './rows.ts'

/** These pay sellers and debts too. */
const toMany = () => undefined

export const tradeReplay: ReplayPart = {
  kinds: {
    deposit: (view, { ref }) => ({
      debit: cash,
      credit: peerAccount(view.get('deposit', ref)?.uid ?? '')
    }),
    correction: (view, { ref }) => ({
      debit: peerAccount(view.get('correction', ref)?.uid ?? ''),
      credit: cash
    }),
    purchase: (view, { ref }) => ({
      debit: peerAccount(view.get('purse', ref)?.uid ?? ''),
      credit: escrow
    }),
    ...{ close: toMany, release: toMany, redeem: toMany }
  },

  expect(view: ScanView, expect: Expect): void {
    for (const [id, { amountMinor }] of view.rows('deposit')) {
      expect('deposit', id, amountMinor, `deposit ${id}: amountMinor`)
    }
    for (const [id, { amountMinor }] of view.rows('correction')) {
      expect('correction', id, amountMinor, `correction ${id}: amountMinor`)
    }
    for (const [id, purse] of view.rows('purse')) {
      expect('purchase', id, chargedFor(view, id, purse), `purse ${id}: priceMinor × covered`)
      expect('close', id, purse.refundMinor, `purse ${id}: refundMinor`)
      expect('release', id, releasedMinor(view, id, purse), `purse ${id}: released`)
    }
    for (const [id, { creditedMinor }] of view.rows('claim')) {
      expect('redeem', id, creditedMinor, `claim ${id}: creditedMinor`)
    }
  }
}
