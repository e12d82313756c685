// What a trade needs from outside: the content, the clock, the way to the other side, and its terms.
// Interfaces only: the trade itself does no I/O and asks for no time but here.

import type { ErrorCode } from '@floodgate/protocol'
import type { Wallet } from '@floodgate/wallet'
import type { Grace } from './grace.ts'
import type { Selling } from './selling.ts'

/** What is traded: the pieces of one torrent. */
export interface Content {
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  readonly pieceCount: number
  /** Bytes of piece `index`; the last one may be shorter. */
  pieceLength(index: number): number
  /** SHA-1 of piece `index` as the metadata say: 20 bytes (F8). */
  pieceHash(index: number): Uint8Array
  /** Is the piece here, verified? */
  has(index: number): boolean
  /** Price of one piece in minor units, as the info dictionary says. */
  readonly price: bigint
  readonly currency: string
}

export interface Clock {
  /** Milliseconds, never falling. */
  now(): number
  /** Runs `action` once after `delayMs`; the function returned calls it off. */
  after(delayMs: number, action: () => void): () => void
}

export interface Terms {
  /** Cap of the unpaid limit n of one buyer, in pieces; 1 to 32. It starts at 1 and grows as he pays (F37). */
  limitMax: number
  /** A piece sent in full and not paid for this long puts the buyer on the blacklist (F36). */
  paymentTimeoutMs: number
  /** Unanswered messages are sent again after this long. */
  retryMs: number
  /** Pieces asked for on a connection that broke stay with their seller for this long. */
  graceMs: number
  /** How long a local blacklist entry holds. */
  blacklistMs: number
}

export const DEFAULT_TERMS: Terms = {
  limitMax: 8,
  paymentTimeoutMs: 60_000,
  retryMs: 3000,
  graceMs: 10_000,
  blacklistMs: 24 * 3600e3
}

/** What happened, for applications; uids and purses are hex. */
export interface TradeEvents {
  /** The other side proved who it is. */
  open: { uid: string }
  /** Pieces that we paid for. */
  paid: { uid: string; indexes: number[]; price: bigint }
  /** A seller acknowledged our payments: `count` tokens in all. */
  receipted: { uid: string; count: number }
  /** Pieces that we were paid for. */
  earned: { uid: string; indexes: number[]; price: bigint }
  /** Something was refused; `by` says by whom. */
  refused: { uid: string; by: 'us' | 'peer'; code: ErrorCode; indexes: number[] }
  blacklisted: { uid: string; code: ErrorCode }
}

export type Emit = <E extends keyof TradeEvents>(event: E, detail: TradeEvents[E]) => void

/** Everything that the trades of one torrent share. */
export interface Market {
  wallet: Wallet
  content: Content
  terms: Terms
  clock: Clock
  emit: Emit
  grace: Grace
  /** The selling halves of all connections. */
  selling: Set<Selling>
  /** Pieces that came and did not fit their hash, by the seller's uid in hex (F51). */
  junk: Map<string, number>
  /** Ends every connection with this uid for good. */
  dropAll: (uid: Uint8Array) => void
  /** Something that any connection may use has changed: pieces are free again. */
  wakeAll: () => void
}
