// The only place where balances change. One posting debits one account and credits another with the same amount,
// so debits equal credits by construction; audit.ts checks it all the same.
import { amountMax } from './check.ts'
import { LedgerError } from './errors.ts'
import { type AccountRow, type LedgerView, cash, orderedKey } from './rows.ts'

/** What a posting belongs to. */
export interface Occasion {
  at: number
  kind: string
  ref: string
  purseId: string
}

const blank: AccountRow = { debits: 0n, credits: 0n }

/** Minor units on an account; `cash` counts its debits, all others their credits. */
export function balanceOf(account: string, { debits, credits }: AccountRow): bigint {
  return account === cash ? debits - credits : credits - debits
}

export function balance(view: LedgerView, account: string): bigint {
  return balanceOf(account, view.get('account', account) ?? blank)
}

/**
 * Moves an amount: debit one account, credit another, one line in the journal. Nothing happens for 0.
 * Throws `insufficient-funds` if the debited account would go below zero (`cash` may: it is the outside world),
 * `too-large` if a total would leave 63 bits.
 */
export function post(
  view: LedgerView,
  occasion: Occasion,
  transfer: { debit: string; credit: string; amountMinor: bigint }
): void {
  const { debit, credit, amountMinor } = transfer
  if (amountMinor === 0n) return
  if (amountMinor < 0n || debit === credit) throw new LedgerError('bad-command', 'posting')
  const from = view.get('account', debit) ?? blank
  const to = view.get('account', credit) ?? blank
  if (debit !== cash && balanceOf(debit, from) < amountMinor) {
    throw new LedgerError('insufficient-funds', debit)
  }
  const debits = from.debits + amountMinor
  const credits = to.credits + amountMinor
  if (debits > amountMax || credits > amountMax) throw new LedgerError('too-large')
  view.put('account', debit, { debits, credits: from.credits })
  view.put('account', credit, { debits: to.debits, credits })
  const next = view.get('counter', 'journal')?.next ?? 1
  view.put('journal', orderedKey(next), { ...occasion, ...transfer })
  view.put('counter', 'journal', { next: next + 1 })
}
