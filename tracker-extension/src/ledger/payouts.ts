// The life of a payout as one table of transitions, with the money that each moves. Pure rules: the rail is somebody
// else's, and every step may be repeated by a process that does not know how far another came (I6, W14).
import { LedgerError } from './errors.ts'
import type {
  Payout,
  PayoutOutcomes,
  PreparePayoutCommand,
  RequestPayoutCommand,
  SetDestinationCommand,
  SettlePayoutCommand,
  SubmitPayoutCommand
} from './payout-commands.ts'
import type { PayoutRow, PayoutState } from './payout-rows.ts'
import { post } from './posting.ts'
import { type LedgerView, cash, keyOf, peerAccount, storeCredit, transit } from './rows.ts'

type Place = 'transit' | 'sink' | 'peer'
/** Which account is debited and which credited; none for a step that moves nothing. */
type Move = [debit: Place, credit: Place] | []

/** State → the states that may follow. What is not here is refused as `conflict`. */
const TRANSITIONS: Record<PayoutState, Partial<Record<PayoutState, Move>>> = {
  requested: { prepared: [], failed: ['transit', 'peer'] },
  prepared: { submitted: [], failed: ['transit', 'peer'] },
  submitted: {
    paid: ['transit', 'sink'],
    failed: ['transit', 'peer'],
    returned: ['transit', 'peer']
  },
  // A bank may send money back that it had delivered.
  paid: { returned: ['sink', 'peer'] },
  failed: {},
  returned: {}
}
const isOver = (state: PayoutState): boolean =>
  state === 'paid' || state === 'failed' || state === 'returned'

function payoutOf(view: LedgerView, payoutId: string): PayoutRow {
  const row = view.get('payout', payoutId)
  if (!row) throw new LedgerError('unknown-payout', payoutId)
  return row
}

/** Takes one step, with its posting. A journal line's kind is the state that it leads to. */
function step(
  view: LedgerView,
  payoutId: string,
  state: PayoutState,
  change: Partial<PayoutRow> & { changedAt: number }
): { payout: Payout; repeated: boolean } {
  const row = payoutOf(view, payoutId)
  const move = TRANSITIONS[row.state][state]
  if (!move) throw new LedgerError('conflict', `a payout that is ${row.state} becomes not ${state}`)
  const [debit, credit] = move.map((place) => accountAt(place, row))
  if (debit !== undefined && credit !== undefined) {
    const occasion = { at: change.changedAt, kind: state, ref: payoutId, purseId: '' }
    post(view, occasion, { debit, credit, amountMinor: row.amountMinor })
  }
  const payout = { ...row, ...change, state }
  view.put('payout', payoutId, payout)
  if (isOver(state)) view.remove('openPayout', payoutId)
  return { payout: { payoutId, ...payout }, repeated: false }
}

function accountAt(place: Place, { uid, sink }: PayoutRow): string {
  if (place === 'peer') return peerAccount(uid)
  if (place === 'transit') return transit
  return sink === 'cash' ? cash : storeCredit
}

/**
 * The first destination of an account, too, waits: only what it named as it registered does not. To say the same again
 * starts no new wait, and to go back to what stood before ends it.
 */
export function setDestination(
  view: LedgerView,
  { uid, destination, holdMs, now }: SetDestinationCommand
): PayoutOutcomes['setDestination'] {
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const known = view.get('destination', uid)
  if (known?.destination === destination) return { destination, from: known.from }
  const isBack = known !== undefined && now < known.from && known.previous === destination
  const from = isBack ? now : now + holdMs
  // While one waits, another in its place does not make what waited the one to go back to.
  const settled = known === undefined || now >= known.from ? known?.destination : known.previous
  view.put('destination', uid, { destination, from, previous: isBack ? '' : (settled ?? '') })
  return { destination, from }
}

export function requestPayout(
  view: LedgerView,
  { payoutId, uid, amountMinor, rail, sink, now }: RequestPayoutCommand
): PayoutOutcomes['requestPayout'] {
  const known = view.get('payout', payoutId)
  if (known) {
    const isSame = known.uid === uid && known.amountMinor === amountMinor && known.rail === rail
    if (!isSame) throw new LedgerError('conflict', 'payout')
    return { payout: { payoutId, ...known }, repeated: true }
  }
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const place = view.get('destination', uid)
  if (!place || now < place.from) throw new LedgerError('no-destination', uid)
  const occasion = { at: now, kind: 'requested', ref: payoutId, purseId: '' }
  post(view, occasion, { debit: peerAccount(uid), credit: transit, amountMinor })
  const row: PayoutRow = {
    ...{ uid, amountMinor, rail, sink, destination: place.destination, state: 'requested' },
    ...{ batch: '', reference: '', reason: '', at: now, changedAt: now }
  }
  view.put('payout', payoutId, row)
  view.put('openPayout', payoutId, { uid })
  view.put('payoutOf', keyOf(uid, payoutId), { at: now })
  return { payout: { payoutId, ...row }, repeated: false }
}

/** A batch is made by one command, so whoever finds it knows all that is in it. */
export function preparePayout(
  view: LedgerView,
  { batch, payoutIds, now }: PreparePayoutCommand
): PayoutOutcomes['preparePayout'] {
  const known = view.get('batch', batch)
  if (known) {
    const isSame =
      known.payouts === payoutIds.length &&
      payoutIds.every((payoutId) => view.get('payout', payoutId)?.batch === batch)
    if (!isSame) throw new LedgerError('conflict', 'batch')
    return { batch, repeated: true }
  }
  if (new Set(payoutIds).size !== payoutIds.length) throw new LedgerError('bad-command', 'twice')
  for (const payoutId of payoutIds) step(view, payoutId, 'prepared', { batch, changedAt: now })
  view.put('batch', batch, { payouts: payoutIds.length })
  return { batch, repeated: false }
}

export function submitPayout(
  view: LedgerView,
  { payoutId, reference, now }: SubmitPayoutCommand
): PayoutOutcomes['submitPayout'] {
  const known = payoutOf(view, payoutId)
  // However far it came since: it was submitted, by this very name.
  if (known.reference !== '') {
    if (known.reference !== reference) throw new LedgerError('conflict', 'reference')
    return { payout: { payoutId, ...known }, repeated: true }
  }
  return step(view, payoutId, 'submitted', { reference, changedAt: now })
}

export function settlePayout(
  view: LedgerView,
  { payoutId, outcome, reason, now }: SettlePayoutCommand
): PayoutOutcomes['settlePayout'] {
  const known = payoutOf(view, payoutId)
  // What came back had been paid before, as a rule: an old report of that says nothing new.
  const isPast = outcome === 'paid' && known.state === 'returned'
  if (known.state === outcome || isPast) {
    return { payout: { payoutId, ...known }, repeated: true }
  }
  return step(view, payoutId, outcome, { reason, changedAt: now })
}
