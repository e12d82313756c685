// What the court asks of the ledger, and what it is answered. Types only, as in commands.ts.
import type { ComplaintRow } from './court-rows.ts'

export type Complaint = ComplaintRow & { complaintId: string }

/** Records a judged complaint. The same id, or the same case under another id, answers the first. */
export interface ComplainCommand {
  kind: 'complain'
  complaintId: string
  charge: string
  accuser: string
  accused: string
  infoHash: string
  purseId: string
  index: number
  count: number
  /** A `challenge` about a token that anybody was paid for, or a closed purse, is dismissed here. */
  outcome: 'challenge' | 'guilty' | 'dismissed'
  code: string
  /** Names what proves guilt: the same proof is the same case, whatever is said about it; '' for a challenge. */
  proof: string
  nonce: Uint8Array
  evidence: Uint8Array
  now: number
}

/** The accuser proved that it has the piece. Nothing moves; when the purse closes, it comes before the refund (I4). */
export interface ProveCommand {
  kind: 'prove'
  complaintId: string
  now: number
}

/** The buyer accepts a proved case: the accuser is paid the one token, as by a claim without voucher. */
export interface SettleCommand {
  kind: 'settle'
  complaintId: string
  /** His signed word: whom he gave this token. A voucher of his to another for the same one convicts him (G6). */
  acceptance: Uint8Array
  now: number
}

/** What the accused's answer proved: the strike is void, or the accuser is convicted by its own receipt. */
export interface AnswerCommand {
  kind: 'answer'
  complaintId: string
  outcome: 'void' | 'guilty'
  code: string
  now: number
}

/**
 * The accused was told of these cases. Proved ones whose time to answer was over by then are strikes now; those that
 * nothing can be paid for any more are dismissed.
 */
export interface TellCommand {
  kind: 'told'
  uid: string
  complaintIds: string[]
  /** The time that he has for an answer. */
  answerMs: number
  now: number
}

/** The provider gives the buyer the piece of a settled case. Refused with `too-many-resends` after `resendsMax`. */
export interface ResendCommand {
  kind: 'resend'
  complaintId: string
  resendsMax: number
}

/** The convicted asks for another look; a repeated appeal replaces the one before. */
export interface AppealCommand {
  kind: 'appeal'
  uid: string
  complaintId: string
  answer: Uint8Array
  now: number
}

/** Appends to the revocation log. Refused with `conflict` unless `version` is the next: the caller hashed another log. */
export interface RevokeCommand {
  kind: 'revoke'
  version: number
  uid: string
  reason: string
  evidence: Uint8Array
  /** 0 lifts. */
  until: number
  head: Uint8Array
  /** Forgives the strikes up to now. */
  pardon: boolean
  now: number
}

export type CourtCommand =
  | ComplainCommand
  | ProveCommand
  | SettleCommand
  | AnswerCommand
  | TellCommand
  | ResendCommand
  | AppealCommand
  | RevokeCommand

export interface CourtOutcomes {
  complain: { complaint: Complaint }
  prove: { complaint: Complaint }
  settle: { complaint: Complaint }
  answer: { complaint: Complaint }
  /** Cases that became strikes just now. */
  told: { struck: string[] }
  resend: { resends: number }
  appeal: { complaintId: string }
  revoke: { version: number }
}
