// What a court is shown and what it knows. Types only: the rules are in offences.ts, and neither reads a clock, a store
// or a network, so that a peer computes the very verdict that the provider will give.

import type { Crypto } from '../crypto/interface.ts'
import type { ErrorCode } from '../errors.ts'
import type { PurseCertificate } from '../trust.ts'

/** A complaint's case: who accuses whom of what, with the whole messages that prove it. */
export interface Evidence {
  kind: string
  /** Uids, 16 bytes. */
  accuser: Uint8Array
  accused: Uint8Array
  infoHash: Uint8Array
  purse: Uint8Array
  index: number
  /** Tokens of this purse that the accuser held when it complained: a clock that only counts. */
  count: number
  frames: readonly Uint8Array[]
}

/** The terms of a purse that the judge asks for. */
type PurseFacts = Pick<PurseCertificate, 'uid' | 'infoHash' | 'count' | 'pieces' | 'root'>

/** What is known beyond the evidence. Whoever judges gathers it first; a question without answer proves nothing. */
export interface Facts {
  readonly crypto: Crypto
  /** Id of the provider's network, as every header carries it. */
  readonly provider: Uint8Array
  /** Ed25519 keys that the provider certified for this uid. */
  signKeys(uid: Uint8Array): readonly Uint8Array[]
  /** The terms of a purse that the provider sold. */
  purse(id: Uint8Array): PurseFacts | undefined
  /** SHA-1 of a piece, 20 bytes, as the metadata say. */
  pieceHash(infoHash: Uint8Array, index: number): Uint8Array | undefined
}

/** What a buyer shows against a complaint that he did not pay. */
export interface Answer {
  /** The tokens that he paid to the accuser; its hash stands in the voucher. */
  bitmap: Uint8Array
  /** A voucher of his to the accuser, and the accuser's receipt for it if he has one. */
  frames: readonly Uint8Array[]
}

/** `challenge`: nobody is guilty; the accuser proves that it has the piece and is paid. */
export type Judgement =
  | { outcome: 'guilty'; guilty: Uint8Array; code: ErrorCode }
  | { outcome: 'challenge'; code: ErrorCode }
  | { outcome: 'void'; code: ErrorCode }
  | { outcome: 'dismissed'; code: ErrorCode }
