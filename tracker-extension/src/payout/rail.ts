// The extension point through which money leaves. A rail may be asked anything again: after a crash nobody knows how far the
// last try came, so the payout's id is its idempotency key everywhere (I6, W14).

import type { PayoutSink } from '../ledger/index.ts'
import type { Destination } from './destination.ts'

/** One payout as a rail sees it. */
export interface Order {
  /** 32 hex digits: idempotency key, end-to-end id, and what reports name. */
  payoutId: string
  uid: string
  amountMinor: bigint
  /** ISO 4217. */
  currency: string
  destination: Destination
  /** The rail's own name for it; '' until it was submitted. */
  reference: string
}

/** What is handed over together. The same id always stands for the same orders. */
export interface Batch {
  /** 32 hex digits. */
  batch: string
  /** What is still to be handed over. */
  orders: readonly Order[]
  /** All orders of the batch, also those that have moved on since: what a file of it says. */
  whole: readonly Order[]
}

/** How an order stands, as the rail says. `submitted`: it was taken, and a report will follow. */
export interface Report {
  payoutId: string
  state: 'submitted' | 'paid' | 'failed' | 'returned'
  /** The rail's name for it. Not empty for `submitted` and `paid`. */
  reference: string
  /** Why it failed or came back; '' else. */
  reason: string
  /** What the report says was moved; checked where it is said. */
  amountMinor?: bigint
}

/** What a report file says. */
export interface Reconciled {
  reports: Report[]
  /** Ids that the file names and nobody here knows the meaning of, such as the provider's other business. */
  unknown: string[]
}

/**
 * Extension point. Whoever implements one calls `payoutRailCompliance` (test/tracker/payout/rail-compliance.ts).
 * A method that cannot know what became of an order throws: then it is asked again, later, with the same ids.
 */
export interface PayoutRail {
  /** Stands in the ledger with each payout: it must not change while payouts are on their way. */
  readonly name: string
  readonly sink: PayoutSink
  /** One sentence for people. */
  readonly words: string
  /** Why it cannot pay to this destination; undefined if it can. Pure. */
  refuses(destination: Destination): string | undefined
  /** Checks that the batch can be handed over; nothing leaves. Throws what stands against it. */
  prepare(batch: Batch): Promise<void>
  /** Hands the batch over. To repeat it hands nothing over twice. Answers a report for each order whose end is certain. */
  submit(batch: Batch): Promise<Report[]>
  /** Asks, or reads in `file`, what became of orders that were submitted, or paid within the last 90 days. */
  reconcile(orders: readonly Order[], file?: string): Promise<Reconciled>
  /** Does `reconcile` make anything of a file? */
  readonly readsFiles?: boolean
}
