// The tables of the ledger and the view through which the rules see them. Types and keys only: no I/O, no rules.
// Rows are never changed in place; a rule puts a new row.
import { type CourtTables, courtTableNames } from './court-rows.ts'
import { type MoneyInTables, moneyInTableNames } from './money-in-rows.ts'
import { type PayoutTables, payoutTableNames } from './payout-rows.ts'
import { type PromiseTables, promiseTableNames } from './promise-rows.ts'
import { type PushTables, pushTableNames } from './push-rows.ts'

/** Totals of one account, minor units. `cash` stands on the debit side, all others on the credit side. */
export interface AccountRow {
  debits: bigint
  credits: bigint
}
export interface PeerRow {
  signKey: Uint8Array
  boxKey: Uint8Array
  handle: string
}
export interface ContentRow {
  pieces: number
  /** Price of one piece. */
  priceMinor: bigint
  currency: string
  mode: 'closed' | 'open'
  title: string
  torrent: Uint8Array
  /** So many pieces from the first on are given for nothing, and never sold. */
  free: number
  /** The newest time at which it was put up for sale, by the clocks of those who did; 0 if none said when. */
  forSaleSince: number
  /** Since when it is sold no more, never before `forSaleSince`; 0 while it is for sale. */
  withdrawnAt: number
}
export interface PurseRow {
  uid: string
  infoHash: string
  pieces: number
  priceMinor: bigint
  currency: string
  /** Milliseconds since 1970, as all times here. */
  openedAt: number
  expiresAt: number
  /** 0 while open. */
  closedAt: number
  refundMinor: bigint
  /** Held beside the price, for a token that was given to two sellers; what is left of it. */
  collateralMinor: bigint
  /** Which tokens anybody was paid for out of escrow: uniqueness is per purse. */
  spent: Uint8Array
  /** Head of the chain of sales of this purse, newest first; '' if none. */
  lastPayee: string
  /** The purse that was open for the same buyer and content when this one was bought; '' if none. */
  older: string
  sealed: Uint8Array
  certificate: Uint8Array
  /** Which pieces it covers, as coverage.ts packs it. */
  covered: Uint8Array
  /** 0 while it is not cancelled. */
  cancelledAt: number
  /** When a cancelled purse refunds what was given back. */
  earlyAt: number
  /** Tokens that a cancelled purse still pays (empty: not cancelled), and those refunded early (empty: not yet). */
  kept: Uint8Array
  released: Uint8Array
}
/** The buyer's signed word that he ends a purse. */
export interface CancellationRow {
  frame: Uint8Array
  at: number
}
/** What one seller has claimed from one purse. */
export interface SaleRow {
  claimed: Uint8Array
  /** Tokens claimed that neither escrow nor the buyer's balance has covered yet. */
  owed: number
  /** The buyer's voucher that proves most, and the tokens it proves (empty: all that is claimed). */
  voucher: Uint8Array
  voucherClaimed: Uint8Array
  previousPayee: string
  /** Tokens that the court paid, for which there need be no voucher (empty: none). */
  settled: Uint8Array
  /** What the provider took of its claims. */
  sharedMinor: bigint
}
/** Outcome of one claim, so that its repetition is answered alike. */
export interface ClaimRow {
  body: Uint8Array
  creditedMinor: bigint
  /** The provider's share, beside it. */
  shareMinor: bigint
  fresh: number
  conflicting: number
  uncovered: number
}
export interface DepositRow {
  uid: string
  amountMinor: bigint
  reason: string
}
/** Two vouchers of one buyer for the same tokens to two payees; `tokens` says which. */
export interface OffenceRow {
  purseId: string
  buyer: string
  first: string
  second: string
  tokens: Uint8Array
  firstVoucher: Uint8Array
  secondVoucher: Uint8Array
  at: number
}
/** One transfer: `amountMinor` is debited to one account and credited to the other. */
export interface JournalRow {
  at: number
  /** The rule that posted it. */
  kind: string
  /** Id of the deposit, purchase or claim; the purse id of a close. */
  ref: string
  purseId: string
  debit: string
  credit: string
  amountMinor: bigint
}

/** A signed head of the log over the journal. */
export interface HeadRow {
  /** Lines that it stands for. */
  size: number
  root: Uint8Array
  /** Roots of the full subtrees, the largest first, 32 bytes each: from here the log goes on after a restart. */
  peaks: Uint8Array
  /** The signed `treeHead`. */
  frame: Uint8Array
  at: number
}

export interface Tables
  extends CourtTables, MoneyInTables, PayoutTables, PromiseTables, PushTables {
  account: AccountRow
  peer: PeerRow
  /** Sign key (hex) → uid. */
  signKey: { uid: string }
  content: ContentRow
  purse: PurseRow
  /** Purse → how its buyer cancelled it. */
  cancellation: CancellationRow
  /** (uid, info hash) → the newest purse not closed. */
  open: { purseId: string }
  /** (time, purse) when a purse not closed ends, and when a cancelled one refunds early; in order of time. */
  expiry: { purseId: string }
  sale: SaleRow
  claim: ClaimRow
  deposit: DepositRow
  correction: DepositRow
  offence: OffenceRow
  journal: JournalRow
  counter: { next: number }
  /** One row: the newest. */
  head: HeadRow
  /** Index → root of a full block of journal lines (tree-heads.ts). */
  block: { root: Uint8Array }
}
export type TableName = keyof Tables

/** All that a rule may touch. Implementations need not be transactional: rules run in an overlay. */
export interface LedgerView {
  /** The one currency of all amounts (ISO 4217). */
  readonly currency: string
  get<T extends TableName>(table: T, key: string): Tables[T] | undefined
  put<T extends TableName>(table: T, key: string, row: Tables[T]): void
  remove(table: TableName, key: string): void
}

/** A view that can also be read through, in order of keys, starting behind `after`. */
export interface ScanView extends LedgerView {
  rows<T extends TableName>(table: T, after?: string): Iterable<[key: string, row: Tables[T]]>
  /** What the medium changed by itself, or others in it: a sentence each, naming table, row and field. */
  damage(): Iterable<string>
}

/** Joins ids to one key. Ids hold no space (see check.ts), so no two lists of ids give the same key. */
export const keyOf = (...ids: string[]): string => ids.join(' ')

/** A number as key whose text order is its numeric order; 16 digits hold every safe integer. */
export const orderedKey = (value: number): string => String(value).padStart(16, '0')

/** When something of a purse is due. */
export const expiryKey = (purseId: string, at: number): string => keyOf(orderedKey(at), purseId)

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const peer = 'peer:'
/** The account of a peer's money. */
export const peerAccount = (uid: string): string => `${peer}${uid}`
/** Whose account it is; undefined if it is no peer's. */
export const uidOfAccount = (account: string): string | undefined =>
  account.startsWith(peer) ? account.slice(peer.length) : undefined
export const cash = 'cash'
export const escrow = 'escrow'
/** What unredeemed gift codes are worth. */
export const gifts = 'gifts'
/** The provider's money that coupons pay with. */
export const promotion = 'promotion'
/** The provider's share of claims. */
export const providerAccount = 'provider'
/** The provider's money that purses of a push are paid with. */
export const push = 'push'
/** Payouts on their way. */
export const transit = 'payout'
/** What was paid out as credit in the provider's own shop: it owes goods for it. */
export const storeCredit = 'store'

/** Every table, for those who walk through all. */
export const tableNames = [
  'account',
  'peer',
  'signKey',
  'content',
  'purse',
  'cancellation',
  'open',
  'expiry',
  'sale',
  'claim',
  'deposit',
  'correction',
  'offence',
  'journal',
  'counter',
  'head',
  'block',
  ...courtTableNames,
  ...moneyInTableNames,
  ...payoutTableNames,
  ...promiseTableNames,
  ...pushTableNames
] as const satisfies TableName[]
