// What can be asked of the ledger about promises, and what it is answered. Types only, as in commands.ts.
import type { MeasurementRow } from './promise-rows.ts'

export type Measurement = MeasurementRow & { purseId: string }

/** What was found of a purse's promise. The caller has checked the message, and judged it. */
export interface MeasureCommand {
  kind: 'measure'
  purseId: string
  uid: string
  /** SHA-256 of the buyer's message. */
  body: Uint8Array
  missed: string
  excuse: string
  /** Per cent that is given back; 0 for nothing. */
  percent: number
  paid: number
  now: number
}

/** Pays the credit that is owed for a purse, if it can be paid now. */
export interface CreditCommand {
  kind: 'credit'
  purseId: string
  now: number
}

/** Names an account as the provider's own: what it sells the provider takes, and credits may be paid out of it. */
export interface OwnAccountCommand {
  kind: 'ownAccount'
  uid: string
  now: number
}

export type PromiseCommand = MeasureCommand | CreditCommand | OwnAccountCommand

export interface PromiseOutcomes {
  /** `repeated`: it was found before; the row is as it stands now. */
  measure: { measurement: Measurement; repeated: boolean }
  credit: { measurement: Measurement; repeated: boolean }
  /** `repeated`: it was named before. */
  ownAccount: { uid: string; repeated: boolean }
}
