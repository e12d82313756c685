// Where the court moves money: a proved case is paid with the token that the buyer withheld, when he accepts it or when
// his purse closes (I4). Never twice, and never a token that anybody was paid for: then the case lapses. Pure rules.
import { emptyBitmap, or } from './bitmap.ts'
import { caseOf, change, dismiss, notPayable } from './complaints.ts'
import type { Complaint, CourtOutcomes, SettleCommand } from './court-commands.ts'
import { post } from './posting.ts'
import { type LedgerView, type PurseRow, type SaleRow, escrow, keyOf, peerAccount } from './rows.ts'
import { provedOf } from './sales.ts'

/** What is not proved yet, or decided already, stays as it is; but who accepts, however late, has no strike. */
export function settle(view: LedgerView, command: SettleCommand): CourtOutcomes['settle'] {
  const complaint = caseOf(view, command.complaintId)
  const { outcome, accused, complaintId } = complaint
  if (outcome === 'proved' || outcome === 'settled') {
    view.remove('strike', keyOf(accused, complaintId))
  }
  const { acceptance, now } = command
  const accepted = { acceptance, answered: complaint.answered === 0 ? now : complaint.answered }
  if (outcome === 'settled') return change(view, complaint, accepted)
  return outcome === 'proved' ? pay(view, { ...complaint, ...accepted }, now) : { complaint }
}

/** Settles every proved case of a purse that is about to close, the one that was proved first before the others. */
export function settleAll(view: LedgerView, purseId: string, now: number): void {
  const chain: Complaint[] = []
  for (let id = view.get('proved', purseId)?.complaintId ?? ''; id;) {
    const complaint = caseOf(view, id)
    chain.push(complaint)
    id = complaint.older
  }
  for (const complaint of chain.reverse()) {
    if (complaint.outcome === 'proved') pay(view, complaint, now)
  }
  view.remove('proved', purseId)
}

function pay(view: LedgerView, complaint: Complaint, now: number): CourtOutcomes['settle'] {
  const refusal = notPayable(view, complaint)
  if (refusal) return dismiss(view, complaint, refusal)
  const { complaintId, purseId, accuser: payee, index } = complaint
  const purse = view.get('purse', purseId)!
  const creditedMinor = purse.priceMinor
  const occasion = { at: now, kind: 'settle', ref: complaintId, purseId }
  post(view, occasion, { debit: escrow, credit: peerAccount(payee), amountMinor: creditedMinor })
  const token = emptyBitmap(purse.pieces)
  token[index >> 3]! |= 0x80 >> (index & 7)
  const known = view.get('sale', keyOf(purseId, payee))
  view.put('sale', keyOf(purseId, payee), saleWith(token, purse, known))
  const lastPayee = known ? purse.lastPayee : payee
  view.put('purse', purseId, { ...purse, spent: or(purse.spent, token), lastPayee })
  return change(view, complaint, { outcome: 'settled', code: '', creditedMinor })
}

/**
 * The voucher stays what it was, and proves what it proved. Claims later, with or without this token, add up all the
 * same, as its bit stands in the sale.
 */
function saleWith(token: Uint8Array, purse: PurseRow, known: SaleRow | undefined): SaleRow {
  if (!known) {
    const proves = { voucher: new Uint8Array(), voucherClaimed: emptyBitmap(purse.pieces) }
    const sold = { claimed: token, settled: token, owed: 0, sharedMinor: 0n }
    return { ...sold, ...proves, previousPayee: purse.lastPayee }
  }
  return {
    ...known,
    claimed: or(known.claimed, token),
    settled: known.settled.length > 0 ? or(known.settled, token) : token,
    voucherClaimed: provedOf(known)
  }
}
