// The rules of the ledger: pure functions from a view and a command to an outcome. No I/O and no clock in here.
// A rule checks everything before it writes; and as it writes on an overlay, a refused command leaves nothing behind.
import { advise, assign, order, refer } from './advices.ts'
import { checkCommand } from './check.ts'
import type { Command, OpenCommand, OutcomeOf, Outcomes } from './commands.ts'
import { answer, appeal, complain, prove, resend, told } from './complaints.ts'
import { publish, withdraw } from './contents.ts'
import { dropCoupon, fund, issueCoupon, takeCoupon } from './coupons.ts'
import { correct, deposit } from './deposit.ts'
import { LedgerError } from './errors.ts'
import { issueGifts, redeemGift } from './gifts.ts'
import { allOrNothing } from './overlay.ts'
import { keepSplit, leasePayouts } from './payout-claims.ts'
import {
  preparePayout,
  requestPayout,
  setDestination,
  settlePayout,
  submitPayout
} from './payouts.ts'
import { cancel } from './cancellation.ts'
import { ownAccount } from './own-accounts.ts'
import { credit, measure } from './promises.ts'
import { close, purchase } from './purchase.ts'
import { budgetPush, buyKey } from './push.ts'
import { redeem } from './redeem.ts'
import { revoke } from './revocations.ts'
import { type LedgerView, hexOf } from './rows.ts'
import { settle } from './settlement.ts'
import { signHead } from './tree-heads.ts'

function open(view: LedgerView, { uid, signKey, boxKey, handle }: OpenCommand): Outcomes['open'] {
  const known = view.get('signKey', hexOf(signKey))
  if (known) return known
  if (view.get('peer', uid)) throw new LedgerError('conflict', 'uid has another sign key')
  view.put('peer', uid, { signKey, boxKey, handle })
  view.put('signKey', hexOf(signKey), { uid })
  // What an account names as it registers needs no wait: nobody can have stolen its key yet.
  if (handle.startsWith('payto://')) {
    view.put('destination', uid, { destination: handle, from: 0, previous: '' })
  }
  return { uid }
}

type Rule<C extends Command> = (view: LedgerView, command: C) => OutcomeOf<C>
const rules: { [Kind in Command['kind']]: Rule<Extract<Command, { kind: Kind }>> } = {
  open,
  ...{ deposit, correct },
  ...{ publish, withdraw },
  purchase,
  redeem,
  close,
  cancel,
  signHead,
  complain,
  prove,
  settle,
  answer,
  told,
  resend,
  appeal,
  revoke,
  ...{ order, refer, advise, assign, issueGifts, redeemGift },
  ...{ issueCoupon, takeCoupon, dropCoupon, fund },
  setDestination,
  requestPayout,
  preparePayout,
  submitPayout,
  settlePayout,
  ...{ keepSplit, leasePayouts },
  ...{ budgetPush, buyKey },
  ...{ measure, credit, ownAccount }
}

/**
 * Runs one command against the view: everything it writes, or (with a `LedgerError`) nothing. A command that was
 * executed before gets the outcome it got then, `repeated` where money is concerned, and nothing moves.
 */
export function execute<C extends Command>(view: LedgerView, command: C): OutcomeOf<C> {
  const clean = checkCommand(command)
  // The table has a rule of the right type for each kind; the compiler does not follow a kind that is a type parameter.
  const rule = rules[clean.kind] as unknown as Rule<C>
  return allOrNothing(view, (overlay) => rule(overlay, clean))
}
