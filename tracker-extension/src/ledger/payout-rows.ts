// The tables of money out: payouts and where each stands, payees' destinations, and what claims left over. Types only.

/** Where a payout stands; payouts.ts says which state follows which. */
export type PayoutState = 'requested' | 'prepared' | 'submitted' | 'paid' | 'failed' | 'returned'

/** What a payout turns into when it is paid: money that leaves by a bank, or credit in the provider's own shop (F49). */
export type PayoutSink = 'cash' | 'store'

export interface PayoutRow {
  uid: string
  amountMinor: bigint
  /** Name of the rail. */
  rail: string
  sink: PayoutSink
  /** Where it goes: the account's destination as it stood at the request. */
  destination: string
  state: PayoutState
  /** What was handed over together with it; '' while requested. A batch never changes. */
  batch: string
  /** The rail's name for it; '' before it was submitted. */
  reference: string
  /** Why it failed or came back. */
  reason: string
  at: number
  /** Time of the last change of state. */
  changedAt: number
}

/** Where an account wants its money. */
export interface DestinationRow {
  destination: string
  /** Nothing is paid out before: whoever stole a key must not empty the account at once. */
  from: number
  /** What stood before; the account can go back to it without waiting. '' for none. */
  previous: string
}

export interface PayoutTables {
  payout: PayoutRow
  /** Payouts that are neither paid nor over: what a run has to go on with. */
  openPayout: { uid: string }
  /** (uid, payout) of all payouts. */
  payoutOf: { at: number }
  batch: { payouts: number }
  destination: DestinationRow
  /** uid → what rounding down its part has left, in millionths of a minor unit. */
  carry: { millionths: number }
}

export const payoutTableNames = [
  'payout',
  'openPayout',
  'payoutOf',
  'batch',
  'destination',
  'carry'
] as const satisfies (keyof PayoutTables)[]
