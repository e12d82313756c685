// Money from outside arrives on an account: cash → peer. Pure rule.
import type { DepositCommand, Outcomes } from './commands.ts'
import { LedgerError } from './errors.ts'
import { post } from './posting.ts'
import { type LedgerView, cash, peerAccount } from './rows.ts'

export function deposit(
  view: LedgerView,
  command: Omit<DepositCommand, 'kind'>
): Outcomes['deposit'] {
  const { id, uid, amountMinor, reason, now } = command
  const done = view.get('deposit', id)
  if (done) {
    const same = done.uid === uid && done.amountMinor === amountMinor && done.reason === reason
    if (!same) throw new LedgerError('conflict', 'deposit')
    return { uid, amountMinor, repeated: true }
  }
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const occasion = { at: now, kind: 'deposit', ref: id, purseId: '' }
  post(view, occasion, { debit: cash, credit: peerAccount(uid), amountMinor })
  view.put('deposit', id, { uid, amountMinor, reason })
  return { uid, amountMinor, repeated: false }
}
