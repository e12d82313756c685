// Sealed contents in the books (F77): the provider pays purses of a push out of a budget, one for each account, and what is
// left of them comes back to it; keys are sold once for each account. Pure rules.
import type { PurchaseCommand } from './commands.ts'
import { LedgerError } from './errors.ts'
import { type Occasion, post } from './posting.ts'
import type { BudgetPushCommand, BuyKeyCommand, PushOutcomes } from './push-commands.ts'
import type { PushBudgetRow, PushedRow } from './push-rows.ts'
import {
  type LedgerView,
  type PurseRow,
  cash,
  escrow,
  keyOf,
  peerAccount,
  providerAccount,
  push
} from './rows.ts'

export function budgetPush(
  view: LedgerView,
  { infoHash, amountMinor, now }: BudgetPushCommand
): PushOutcomes['budgetPush'] {
  if (!view.get('content', infoHash)) throw new LedgerError('unknown-content', infoHash)
  const { amountMinor: before, usedMinor } = budgetOf(view, infoHash)
  const addedMinor = amountMinor > before ? amountMinor - before : 0n
  if (addedMinor === 0n) return { infoHash, addedMinor }
  const occasion = { at: now, kind: 'pushBudget', ref: infoHash, purseId: '' }
  post(view, occasion, { debit: cash, credit: push, amountMinor: addedMinor })
  view.put('pushBudget', infoHash, { amountMinor, usedMinor })
  return { infoHash, addedMinor }
}

/** What a push of this content may cost, and costs; nothing unless the provider set a budget. */
export const budgetOf = (view: LedgerView, infoHash: string): PushBudgetRow =>
  view.get('pushBudget', infoHash) ?? { amountMinor: 0n, usedMinor: 0n }

/** Push → escrow, instead of the buyer. Throws `not-pushed` for a second purse of an account, and beyond the budget. */
export function payPush(
  view: LedgerView,
  occasion: Occasion,
  { uid, infoHash }: PurchaseCommand,
  totalMinor: bigint
): void {
  const { purseId } = occasion
  const ref = keyOf(infoHash, uid)
  if (view.get('pushed', ref)) throw new LedgerError('not-pushed', 'a second time')
  const budget = budgetOf(view, infoHash)
  const usedMinor = budget.usedMinor + totalMinor
  if (usedMinor > budget.amountMinor) throw new LedgerError('not-pushed', 'the budget is spent')
  const transfer = { debit: push, credit: escrow, amountMinor: totalMinor }
  // The line names who holds the purse: no other one does.
  post(view, { ...occasion, kind: 'pushed', ref }, transfer)
  view.put('pushBudget', infoHash, { ...budget, usedMinor })
  view.put('pushed', ref, { purseId, paidMinor: totalMinor, refundMinor: 0n })
}

/** What the provider paid of this purse, if it did. */
export function pushedOf(
  view: LedgerView,
  purseId: string,
  { infoHash, uid }: Pick<PurseRow, 'infoHash' | 'uid'>
): PushedRow | undefined {
  const row = view.get('pushed', keyOf(infoHash, uid))
  return row?.purseId === purseId ? row : undefined
}

/** What comes back of a pushed purse is the provider's, and may be pushed again: escrow → push. Answers 0 for other purses. */
export function refundPush(
  view: LedgerView,
  occasion: Occasion,
  purse: PurseRow,
  backMinor: bigint
): bigint {
  const row = pushedOf(view, occasion.purseId, purse)
  if (!row) return 0n
  const { infoHash, uid } = purse
  const ref = keyOf(infoHash, uid)
  const transfer = { debit: escrow, credit: push, amountMinor: backMinor }
  post(view, { ...occasion, kind: 'pushRefund', ref }, transfer)
  const refundMinor = row.refundMinor + backMinor
  view.put('pushed', ref, { ...row, refundMinor })
  const budget = budgetOf(view, infoHash)
  view.put('pushBudget', infoHash, { ...budget, usedMinor: budget.usedMinor - backMinor })
  return backMinor
}

/** The account and the content name the sale, so no id of the buyer's is needed: it can be made once. */
export function buyKey(view: LedgerView, command: BuyKeyCommand): PushOutcomes['buyKey'] {
  const { uid, infoHash, priceMinor, now } = command
  const id = keyOf(infoHash, uid)
  const done = view.get('keySale', id)
  if (done) {
    if (done.priceMinor !== priceMinor) throw new LedgerError('conflict', 'price of the key')
    return { uid, infoHash, group: done.group, repeated: true }
  }
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  if (!view.get('content', infoHash)) throw new LedgerError('unknown-content', infoHash)
  const occasion = { at: now, kind: 'key', ref: id, purseId: '' }
  const transfer = { debit: peerAccount(uid), credit: providerAccount, amountMinor: priceMinor }
  post(view, occasion, transfer)
  const { group } = command
  view.put('keySale', id, { priceMinor, group, at: now })
  return { uid, infoHash, group, repeated: false }
}
