// Replays the journal against the rows that say what its lines were for: every deposit, purchase, refund and claim moved
// what its row says, and nothing moved without a row (I1, G13). Pure.
import { checkMoneyIn, expectMoneyIn, moneyInKinds, moneyInSides } from './money-in-replay.ts'
import { checkPromises, expectCredits, promiseKinds, promiseSides } from './promise-replay.ts'
import { releasedMinor } from './cancellation.ts'
import { checkPush, expectPush, pushKinds, pushSides } from './push-replay.ts'
import { chargedFor } from './purchase.ts'
import {
  cash,
  escrow,
  keyOf,
  peerAccount,
  uidOfAccount,
  type JournalRow,
  type ScanView
} from './rows.ts'

/** Faults are told, each with the row and the field. */
export function checkMovements(view: ScanView, faults: string[]): void {
  const moved = sumLines(view)
  const expect = (kind: string, ref: string, amountMinor: bigint, what: string) => {
    const found = moved.get(`${kind} ${ref}`) ?? 0n
    moved.delete(`${kind} ${ref}`)
    if (found !== amountMinor) faults.push(`${what} says ${amountMinor}, the journal ${found}`)
  }
  for (const [id, { amountMinor }] of view.rows('deposit')) {
    expect('deposit', id, amountMinor, `deposit ${id}: amountMinor`)
  }
  for (const [id, purse] of view.rows('purse')) {
    expect('purchase', id, chargedFor(view, id, purse), `purse ${id}: priceMinor × covered`)
    expect('close', id, purse.refundMinor, `purse ${id}: refundMinor`)
    expect('release', id, releasedMinor(view, id, purse), `purse ${id}: released`)
  }
  for (const [id, { creditedMinor }] of view.rows('claim')) {
    expect('redeem', id, creditedMinor, `claim ${id}: creditedMinor`)
  }
  expectMoneyIn(view, expect)
  expectPush(view, expect)
  expectCredits(view, expect)
  for (const line of moved.keys()) faults.push(`the journal has a ${line} that nothing stands for`)
  checkParties(view, faults)
  checkMoneyIn(view, faults)
  checkPush(view, faults)
  checkPromises(view, faults)
}

/** Kinds whose amounts stand in a row of their own, summed by what they refer to. */
const told = new Set<string>([
  ...['deposit', 'purchase', 'close', 'release', 'redeem'],
  ...moneyInKinds,
  ...pushKinds,
  ...promiseKinds
])
/** These pay open debts too. */
const refunds = new Set(['close', 'release'])

/** The key of the row that a line belongs to. A claim's id is its payee's own, and may cover several purses. */
const rowKeyOf = ({ kind, ref, purseId, credit }: JournalRow): string =>
  kind === 'redeem' ? keyOf(uidOfAccount(credit) ?? '', ref, purseId) : ref

/** A refund pays open debts too, out of the buyer's balance: those lines are none. */
const isRefund = (view: ScanView, { debit, credit, purseId }: JournalRow): boolean =>
  debit === escrow && credit === peerAccount(view.get('purse', purseId)?.uid ?? '')

function sumLines(view: ScanView): Map<string, bigint> {
  const moved = new Map<string, bigint>()
  for (const [, row] of view.rows('journal')) {
    const { kind, amountMinor } = row
    if (!told.has(kind) || (refunds.has(kind) && !isRefund(view, row))) continue
    const key = `${kind} ${rowKeyOf(row)}`
    moved.set(key, (moved.get(key) ?? 0n) + amountMinor)
  }
  return moved
}

/** A deposit goes to whom its row names, and a purse is paid by its buyer. */
function checkParties(view: ScanView, faults: string[]): void {
  for (const [key, row] of view.rows('journal')) {
    const { kind, ref, debit, credit } = row
    const fault = (field: string) => faults.push(`journal line ${Number(key)}: ${field}`)
    if (kind === 'deposit') {
      if (debit !== cash) fault('debit')
      if (credit !== peerAccount(view.get('deposit', ref)?.uid ?? '')) fault('credit')
    } else if (kind === 'purchase') {
      if (debit !== peerAccount(view.get('purse', ref)?.uid ?? '')) fault('debit')
      if (credit !== escrow) fault('credit')
    } else {
      const sides = moneyInSides(view, row) ?? pushSides(row) ?? promiseSides(view, row)
      if (sides && debit !== sides.debit) fault('debit')
      if (sides && credit !== sides.credit) fault('credit')
    }
  }
}
