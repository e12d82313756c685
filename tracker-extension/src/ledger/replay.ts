// Replays the journal against the rows that say what its lines were for: every deposit, purchase, refund and claim moved
// what its row says, and nothing moved without a row (I1, G13). Pure.
import { moneyInReplay } from './money-in-replay.ts'
import { promiseReplay } from './promise-replay.ts'
import { pushReplay } from './push-replay.ts'
import type { ReplayPart } from './replay-part.ts'
import { type JournalRow, type ScanView, escrow, keyOf, peerAccount, uidOfAccount } from './rows.ts'
import { tradeReplay } from './trade-replay.ts'

const PARTS: readonly ReplayPart[] = [tradeReplay, moneyInReplay, pushReplay, promiseReplay]

/** Kinds whose amounts stand in a row of their own, summed by what they refer to. */
const told = new Map(PARTS.flatMap(({ kinds }) => Object.entries(kinds)))

/** Faults are told, each with the row and the field. */
export function checkMovements(view: ScanView, faults: string[]): void {
  const moved = sumLines(view)
  const expect = (kind: string, ref: string, amountMinor: bigint, what: string) => {
    const found = moved.get(`${kind} ${ref}`) ?? 0n
    moved.delete(`${kind} ${ref}`)
    if (found !== amountMinor) faults.push(`${what} says ${amountMinor}, the journal ${found}`)
  }
  for (const part of PARTS) part.expect(view, expect)
  for (const line of moved.keys()) faults.push(`the journal has a ${line} that nothing stands for`)
  checkParties(view, faults)
  for (const part of PARTS) part.check?.(view, faults)
}

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

/** A line moves money between the accounts that its kind and its row say. */
function checkParties(view: ScanView, faults: string[]): void {
  for (const [key, row] of view.rows('journal')) {
    const sides = told.get(row.kind)?.(view, row)
    const fault = (field: string) => faults.push(`journal line ${Number(key)}: ${field}`)
    if (sides && row.debit !== sides.debit) fault('debit')
    if (sides && row.credit !== sides.credit) fault('credit')
  }
}
