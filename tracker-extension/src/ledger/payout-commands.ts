// What can be asked of the ledger about money out, and what it is answered. Types only, as in commands.ts.
import type { PayoutRow, PayoutSink } from './payout-rows.ts'

export type Payout = PayoutRow & { payoutId: string }

/** An account says where it wants its money. */
export interface SetDestinationCommand {
  kind: 'setDestination'
  uid: string
  destination: string
  /** Of a change, before anything is paid there. */
  holdMs: number
  now: number
}

/** Peer → payout: the money is on its way. The destination is the account's as it stands now. */
export interface RequestPayoutCommand {
  kind: 'requestPayout'
  payoutId: string
  uid: string
  amountMinor: bigint
  rail: string
  sink: PayoutSink
  now: number
}

/** Makes a batch of payouts that were requested: all of them, or none. */
export interface PreparePayoutCommand {
  kind: 'preparePayout'
  batch: string
  payoutIds: string[]
  now: number
}

/** The rail has taken it. */
export interface SubmitPayoutCommand {
  kind: 'submitPayout'
  payoutId: string
  reference: string
  now: number
}

/** Its end: paid (payout → cash), failed or returned (back to the peer; after it was paid, out of cash). */
export interface SettlePayoutCommand {
  kind: 'settlePayout'
  payoutId: string
  outcome: 'paid' | 'failed' | 'returned'
  reason: string
  now: number
}

export type PayoutCommand =
  | SetDestinationCommand
  | RequestPayoutCommand
  | PreparePayoutCommand
  | SubmitPayoutCommand
  | SettlePayoutCommand

/** `repeated`: it was done before, and nothing moved. */
interface Moved {
  payout: Payout
  repeated: boolean
}

export interface PayoutOutcomes {
  /** `from`: when it may be paid to. */
  setDestination: { destination: string; from: number }
  requestPayout: Moved
  preparePayout: { batch: string; repeated: boolean }
  submitPayout: Moved
  settlePayout: Moved
}
