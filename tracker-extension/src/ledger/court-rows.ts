// The court's tables: cases, who was told of them, strikes, appeals, and the revocation log. Types only.

/**
 * Where a case stands. A challenge is proved once the accuser showed that it has the piece; a proved case is settled when
 * the buyer accepts it, or when the purse closes and nobody else was paid for that token.
 */
export type ComplaintOutcome = 'challenge' | 'proved' | 'settled' | 'guilty' | 'dismissed'

/** One complaint and what came of it. Uids are hex; times are Unix milliseconds, 0 = not yet. */
export interface ComplaintRow {
  /** Kind of offence. */
  charge: string
  accuser: string
  accused: string
  infoHash: string
  purseId: string
  index: number
  /** Tokens of the purse that the accuser held when it complained. */
  count: number
  outcome: ComplaintOutcome
  /** Whom it convicted; '' if nobody. */
  guilty: string
  code: string
  nonce: Uint8Array
  /** The buyer's signed acceptance, if he accepted; it is evidence of whose the token is. */
  acceptance: Uint8Array
  /** The whole complaint; empty once it was dismissed, for then it proves nothing. */
  evidence: Uint8Array
  creditedMinor: bigint
  at: number
  /** When the accused was last told, and until when he may answer. */
  told: number
  due: number
  /** He was away for longer than an answer takes, and got his time once more. */
  away: number
  /** When he answered, so that there is no strike. */
  answered: number
  /** The case of the same purse that was proved before this one; '' if none. */
  older: string
  /** Times that the provider gave the buyer the piece. */
  resends: number
}

/** An unanswered case that counts against the accused. */
export interface StrikeRow {
  accuser: string
  at: number
}

export interface AppealRow {
  answer: Uint8Array
  at: number
}

/** One entry of the revocation log; its key is its version. */
export interface RevocationRow {
  uid: string
  reason: string
  /** Id of the complaint that proves it, 32 bytes. */
  evidence: Uint8Array
  /** 0 lifts what stood before. */
  until: number
  /** Hash of the log up to here. */
  head: Uint8Array
  at: number
}

export interface CourtTables {
  complaint: ComplaintRow
  /** (accused, purse, index, accuser) of a challenge, (accused, purse, proof) else → the case, unless it was dismissed. */
  filed: { complaintId: string }
  /** Purse → the case of it that was proved last: the head of a chain. */
  proved: { complaintId: string }
  /** (accused, rank, time, complaint): what waits for the accused's answer, proved cases first. */
  summons: { complaintId: string }
  /** (accused, complaint) */
  strike: StrikeRow
  /** (uid, complaint) */
  appeal: AppealRow
  revocation: RevocationRow
  /** uid → strikes up to then are forgiven. */
  pardon: { at: number }
}

export const courtTableNames = [
  'complaint',
  'filed',
  'proved',
  'summons',
  'strike',
  'appeal',
  'revocation',
  'pardon'
] as const satisfies (keyof CourtTables)[]
