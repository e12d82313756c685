// What a trade needs from outside: the content, the clock, the way to the other side, and its terms.
// Interfaces only: the trade itself does no I/O and asks for no time but here.

import type { ErrorCode } from '@floodgate/protocol'
import type { Offence, Wallet } from '@floodgate/wallet'
import type { Grace } from './grace.ts'
import type { Samples } from './samples.ts'
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
  /** So many pieces from the first on cost nothing. */
  readonly free: number
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
  /** If it is still not paid so long after that, the provider's court is asked to pay it (F57). 0: never. */
  complainAfterMs: number
  /** Unanswered messages are sent again after this long. */
  retryMs: number
  /** Pieces asked for on a connection that broke stay with their seller for this long. */
  graceMs: number
  /** How long a local blacklist entry holds. */
  blacklistMs: number
  /** When no peer gave a piece for so long, the provider is asked for some by HTTP, if it offers that. 0: never. */
  originAfterMs: number
}

export const DEFAULT_TERMS: Terms = {
  limitMax: 8,
  paymentTimeoutMs: 60_000,
  complainAfterMs: 120_000,
  retryMs: 3000,
  graceMs: 10_000,
  blacklistMs: 24 * 3600e3,
  originAfterMs: 10_000
}

/** What happened, for applications; uids and purses are hex. */
export interface TradeEvents {
  /** The other side proved who it is. */
  open: { uid: string }
  /** A seller said where we stand: how many unpaid pieces it allows, and which it counts as owed from one purse of ours. */
  statement: { uid: string; limit: number; owed: number[] }
  /** Pieces that we paid for. */
  paid: { uid: string; indexes: number[]; price: bigint }
  /** A seller acknowledged our payments: `count` tokens in all. */
  receipted: { uid: string; count: number }
  /** Pieces that we were paid for. */
  earned: { uid: string; indexes: number[]; price: bigint }
  /** Something was refused; `by` says by whom. */
  refused: { uid: string; by: 'us' | 'peer'; code: ErrorCode; indexes: number[] }
  blacklisted: { uid: string; code: ErrorCode }
  /** We complained of `uid` to the provider; `kind` is a key of `OFFENCES`. */
  complained: { uid: string; kind: string; index: number }
  /**
   * Our complaint of `uid` stands elsewhere now: `challenge`, `proved`, or in the end `settled` (with what it brought, in
   * minor units), `guilty` or `dismissed` (`code` says why).
   */
  verdict: {
    uid: string
    kind: string
    index: number
    outcome: string
    code: ErrorCode | ''
    credited: bigint
  }
  /**
   * `uid` complained of us, or that complaint has another outcome now. `answer` says what was answered without asking the
   * person: `paid`, `accepted`, `elsewhere`, or nothing yet.
   */
  notice: {
    uid: string
    kind: string
    index: number
    outcome: string
    answer: string
    strikes: number
    strikesMax: number
  }
  /** The provider has revoked this account; our connections to it are ended. `reason` is a code of the error table. */
  revoked: { uid: string; reason: string }
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
  /** What was given for nothing, to whom. */
  samples: Samples
  /** The selling halves of all connections. */
  selling: Set<Selling>
  /** Pieces that came and did not fit their hash, by the seller's uid in hex (F51). */
  junk: Map<string, number>
  /** Takes an offence that the other side's signature proves to the provider. */
  accuse: (offence: Offence) => void
  /** A buyer showed us a purse: what the court knows of him may have changed. */
  met: (uid: Uint8Array) => void
  /** Ends every connection with this uid for good. */
  dropAll: (uid: Uint8Array) => void
  /** Something that any connection may use has changed: pieces are free again. */
  wakeAll: () => void
}
