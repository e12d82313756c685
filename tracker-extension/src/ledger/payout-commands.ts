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
  /** The rail's name for it, if it was not submitted by one before. */
  reference?: string
  now: number
}

/** Which split a process without a policy uses from now on. */
export interface KeepSplitCommand {
  kind: 'keepSplit'
  sellerMillionths: number
}

/** One process asks to be the one that pays out, renews that, or ends it. */
export interface LeasePayoutsCommand {
  kind: 'leasePayouts'
  /** End of the lease that it holds; 0 for none. */
  held: number
  /** 0 to end it. */
  until: number
  now: number
}

export type PayoutCommand =
  | SetDestinationCommand
  | RequestPayoutCommand
  | PreparePayoutCommand
  | SubmitPayoutCommand
  | SettlePayoutCommand
  | KeepSplitCommand
  | LeasePayoutsCommand

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
  keepSplit: { sellerMillionths: number }
  /** `until`: the end of the lease in force, another's if it was not taken. */
  leasePayouts: { taken: boolean; until: number }
}
