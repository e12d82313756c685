// The life of a case: filed, proved, told of, answered. Pure rules. Who is guilty was judged before; here it is recorded.
import type {
  AnswerCommand,
  AppealCommand,
  ComplainCommand,
  Complaint,
  CourtOutcomes,
  ProveCommand,
  ResendCommand,
  TellCommand
} from './court-commands.ts'
import type { ComplaintRow } from './court-rows.ts'
import { isCovered, rangesOf } from './coverage.ts'
import { LedgerError } from './errors.ts'
import { isInEscrow } from './purse-chain.ts'
import { type LedgerView, keyOf, orderedKey } from './rows.ts'

const none = new Uint8Array()

/** Whoever is named in a thousand challenges must still see first the cases that count. */
const rankOf = ({ outcome }: ComplaintRow): string => (outcome === 'proved' ? 'a' : 'b')

type Filing = Omit<ComplainCommand, 'kind' | 'complaintId' | 'proof' | 'now'>

function filingOf(command: ComplainCommand): Filing {
  const { charge, accuser, accused, infoHash, purseId, index, count } = command
  const { outcome, code, nonce, evidence } = command
  return {
    ...{ charge, accuser, accused, infoHash, purseId, index, count },
    ...{ outcome, code, nonce, evidence }
  }
}

/** What is unpaid is one case for each seller; what is proved is one case whoever brings the proof. */
const filedKey = ({ accused, purseId, index, accuser }: Filing, proof: string): string =>
  proof === '' ? keyOf(accused, purseId, String(index), accuser) : keyOf(accused, purseId, proof)

const summonsKey = ({ complaintId, ...row }: Complaint): string =>
  keyOf(row.accused, rankOf(row), orderedKey(row.at), complaintId)

/** Throws `unknown-complaint`. */
export function caseOf(view: LedgerView, complaintId: string): Complaint {
  const row = view.get('complaint', complaintId)
  if (!row) throw new LedgerError('unknown-complaint', complaintId)
  return { complaintId, ...row }
}

/** The case with these changes; it waits for the accused's answer, or no longer. */
export function change(
  view: LedgerView,
  complaint: Complaint,
  changes: Partial<ComplaintRow>
): { complaint: Complaint } {
  view.remove('summons', summonsKey(complaint))
  const { complaintId, ...row }: Complaint = { ...complaint, ...changes }
  view.put('complaint', complaintId, row)
  const changed = { complaintId, ...row }
  const isOpen = row.outcome === 'challenge' || row.outcome === 'proved'
  // Who did not accept must still learn that his purse has paid.
  const waits = (isOpen || row.outcome === 'settled') && row.answered === 0
  const isStruck = view.get('strike', keyOf(row.accused, complaintId)) !== undefined
  if (waits && !isStruck) view.put('summons', summonsKey(changed), { complaintId })
  return { complaint: changed }
}

/** It proves nothing any more. */
export function dismiss(view: LedgerView, complaint: Complaint, code: string) {
  view.remove('strike', keyOf(complaint.accused, complaint.complaintId))
  return change(view, complaint, { outcome: 'dismissed', code, evidence: none })
}

/** Why nothing is to be paid for this token. Throws if there cannot be such a case. */
export function notPayable(
  view: LedgerView,
  { purseId, accused, accuser, index }: Filing | ComplaintRow
): 'already-paid' | 'purse-closed' | undefined {
  const purse = view.get('purse', purseId)
  if (!purse || purse.uid !== accused) throw new LedgerError('unknown-purse', purseId)
  if (!view.get('peer', accuser)) throw new LedgerError('unknown-account', accuser)
  if (accuser === accused) throw new LedgerError('self-trade')
  if (!isCovered(rangesOf(purse), index)) throw new LedgerError('bad-claim', 'index')
  if (purse.spent[index >> 3]! & (0x80 >> (index & 7))) return 'already-paid'
  return purse.closedAt === 0 && isInEscrow(purse, index) ? undefined : 'purse-closed'
}

export function complain(view: LedgerView, command: ComplainCommand): CourtOutcomes['complain'] {
  const { complaintId, proof, now } = command
  const filing = filingOf(command)
  if (view.get('complaint', complaintId)) return { complaint: caseOf(view, complaintId) }
  const first = view.get('filed', filedKey(filing, proof))
  if (first) return { complaint: caseOf(view, first.complaintId) }
  const refusal = filing.outcome === 'challenge' ? notPayable(view, filing) : undefined
  const outcome = refusal ? 'dismissed' : filing.outcome
  const complaint: Complaint = {
    ...filing,
    ...{ complaintId, outcome, code: refusal ?? filing.code },
    guilty: outcome === 'guilty' ? filing.accused : '',
    evidence: outcome === 'dismissed' ? none : filing.evidence,
    acceptance: none,
    ...{ creditedMinor: 0n, at: now, told: 0, due: 0, away: 0, answered: 0 },
    ...{ older: '', resends: 0 }
  }
  if (outcome !== 'dismissed') view.put('filed', filedKey(filing, proof), { complaintId })
  return change(view, complaint, {})
}

export function prove(view: LedgerView, { complaintId }: ProveCommand): CourtOutcomes['prove'] {
  const complaint = caseOf(view, complaintId)
  if (complaint.outcome !== 'challenge') return { complaint }
  const refusal = notPayable(view, complaint)
  if (refusal) return dismiss(view, complaint, refusal)
  const { purseId } = complaint
  const older = view.get('proved', purseId)?.complaintId ?? ''
  view.put('proved', purseId, { complaintId })
  return change(view, complaint, { outcome: 'proved', older })
}

/** An answer may come at any time; the better one stands. The money of the case is another matter. */
export function answer(view: LedgerView, command: AnswerCommand): CourtOutcomes['answer'] {
  const { complaintId, outcome, code, now } = command
  const complaint = caseOf(view, complaintId)
  const { charge, accused, accuser } = complaint
  const isOver = complaint.outcome === 'dismissed' || complaint.outcome === 'guilty'
  if (charge !== 'unpaid' || isOver) return { complaint }
  view.remove('strike', keyOf(accused, complaintId))
  const answered = complaint.answered === 0 ? now : complaint.answered
  const changes = outcome === 'guilty' ? { outcome, guilty: accuser, code } : {}
  return change(view, complaint, { answered, ...changes })
}

export function told(view: LedgerView, command: TellCommand): CourtOutcomes['told'] {
  const struck = command.complaintIds.filter((complaintId) => {
    const complaint = caseOf(view, complaintId)
    const isMine = complaint.accused === command.uid && complaint.answered === 0
    const isStruck = view.get('strike', keyOf(complaint.accused, complaintId)) !== undefined
    return isMine && !isStruck && tellOf(view, complaint, command)
  })
  return { struck }
}

/**
 * Is it a strike now? Only who is told again when his time is over, and has still not answered, gets one: he was there
 * and kept silent. Who was away for longer than an answer takes gets his time once more (W15, I5).
 */
function tellOf(view: LedgerView, complaint: Complaint, { answerMs, now }: TellCommand): boolean {
  const { accused, accuser, complaintId, outcome, told: before, due, away } = complaint
  if (outcome === 'guilty' || outcome === 'dismissed') return false
  const refusal = outcome === 'settled' ? undefined : notPayable(view, complaint)
  if (refusal) dismiss(view, complaint, refusal)
  else if (outcome === 'challenge') change(view, complaint, { told: now })
  if (refusal || outcome === 'challenge') return false
  const wasAway = due !== 0 && now - before > answerMs && away === 0
  if (due === 0 || wasAway) {
    change(view, complaint, { told: now, due: now + answerMs, away: wasAway ? 1 : away })
    return false
  }
  const isOver = now >= due
  const isStrike = isOver && outcome === 'proved'
  if (isStrike) view.put('strike', keyOf(accused, complaintId), { accuser, at: now })
  // What the court settled needs no answer, once he must have seen it.
  change(view, complaint, { told: now, answered: isOver && !isStrike ? now : 0 })
  return isStrike
}

export function resend(view: LedgerView, command: ResendCommand): CourtOutcomes['resend'] {
  const { complaintId, resendsMax } = command
  const complaint = caseOf(view, complaintId)
  if (complaint.resends >= resendsMax) throw new LedgerError('too-many-resends')
  const resends = complaint.resends + 1
  change(view, complaint, { resends })
  return { resends }
}

export function appeal(view: LedgerView, command: AppealCommand): CourtOutcomes['appeal'] {
  const { uid, complaintId, answer, now } = command
  caseOf(view, complaintId)
  view.put('appeal', keyOf(uid, complaintId), { answer, at: now })
  return { complaintId }
}
