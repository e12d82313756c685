// The tables of promises: what each buyer measured, what was found, which credits are still owed, and whose
// sales are the provider's own. Types only.

/** `kept`: nothing is given back. `owed`: something is, once it is known how much and the money is there. */
export type MeasurementState = 'kept' | 'owed' | 'paid'

/** What was found of one purse. */
export interface MeasurementRow {
  uid: string
  /** SHA-256 of the buyer's message. */
  body: Uint8Array
  /** Which part was missed, '' for none, and why nothing is given back all the same, '' for no reason. */
  missed: string
  excuse: string
  /** Per cent of what was paid that is given back; 0 unless something is. */
  percent: number
  /** Tokens that the buyer had paid: their claims are waited for. */
  paid: number
  state: MeasurementState
  creditMinor: bigint
  /** The part of it that the provider's own sellers' accounts gave. */
  coveredMinor: bigint
  at: number
  changedAt: number
}

export interface PromiseTables {
  /** By purse. */
  measurement: MeasurementRow
  /** Purses whose credit is owed. */
  owedCredit: { at: number }
  /** By uid: accounts that are the provider's own, and since when it says so. */
  ownAccount: { at: number }
}

export const promiseTableNames = [
  'measurement',
  'owedCredit',
  'ownAccount'
] as const satisfies (keyof PromiseTables)[]
