// Money from outside arrives on an account (cash → peer), or what was booked so by mistake leaves it again. Pure rules.
import type { CorrectCommand, DepositCommand, Outcomes } from './commands.ts'
import { LedgerError } from './errors.ts'
import { post } from './posting.ts'
import { type DepositRow, type LedgerView, cash, peerAccount } from './rows.ts'

export function deposit(
  view: LedgerView,
  { id, uid, amountMinor, reason, now }: Omit<DepositCommand, 'kind'>
): Outcomes['deposit'] {
  const row = { uid, amountMinor, reason }
  if (isBooked(view.get('deposit', id), row)) return { uid, amountMinor, repeated: true }
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const occasion = { at: now, kind: 'deposit', ref: id, purseId: '' }
  post(view, occasion, { debit: cash, credit: peerAccount(uid), amountMinor })
  view.put('deposit', id, row)
  return { uid, amountMinor, repeated: false }
}

/** A posting of its own: what was booked stays in the books. `insufficient-funds` beyond what the account has. */
export function correct(view: LedgerView, command: CorrectCommand): Outcomes['correct'] {
  const { id, uid, amountMinor, reason, now } = command
  const row = { uid, amountMinor, reason }
  if (isBooked(view.get('correction', id), row)) return { uid, amountMinor, repeated: true }
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const occasion = { at: now, kind: 'correction', ref: id, purseId: '' }
  post(view, occasion, { debit: peerAccount(uid), credit: cash, amountMinor })
  view.put('correction', id, row)
  return { uid, amountMinor, repeated: false }
}

/** Was the same booked under this id? Something else is a `conflict`. */
function isBooked(done: DepositRow | undefined, row: DepositRow): boolean {
  if (done === undefined) return false
  const { uid, amountMinor, reason } = done
  if (uid === row.uid && amountMinor === row.amountMinor && reason === row.reason) return true
  throw new LedgerError('conflict', `it was ${amountMinor} minor units for ${uid}: ${reason}`)
}
