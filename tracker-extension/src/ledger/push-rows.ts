// The tables of contents that are sealed until their release: what a push may cost, whose purses it paid, whose keys were sold.
// Types and columns only.
import type { Layout } from './schema.ts'

export interface PushBudgetRow {
  /** What the provider put in, in all. */
  amountMinor: bigint
  /** What of it is in purses, or was earned with them. */
  usedMinor: bigint
}

/** The one purse of an account that the provider paid. */
export interface PushedRow {
  purseId: string
  paidMinor: bigint
  /** What of it came back. */
  refundMinor: bigint
}

export interface KeySaleRow {
  priceMinor: bigint
  group: number
  at: number
}

export interface PushTables {
  /** By info hash. */
  pushBudget: PushBudgetRow
  /** (info hash, uid) */
  pushed: PushedRow
  /** (info hash, uid) */
  keySale: KeySaleRow
}

export const pushTableNames = [
  'pushBudget',
  'pushed',
  'keySale'
] as const satisfies (keyof PushTables)[]

export const pushSchema: { [T in keyof PushTables]: Layout<PushTables[T]> } = {
  pushBudget: { wide: false, columns: { amountMinor: 'amount', usedMinor: 'amount' } },
  pushed: {
    wide: false,
    columns: { purseId: 'text', paidMinor: 'amount', refundMinor: 'amount' }
  },
  keySale: { wide: false, columns: { priceMinor: 'amount', group: 'number', at: 'number' } }
}
