// What rows of the message table are made of: limits, the kinds of field that many rows share, and the header that
// every signature covers.

import { blob, bytes, list, text, uint, type Fields } from './fields.ts'
import { RANGES_MAX } from './ranges.ts'

/** Most pieces of one content: a bitmap of 8 KiB, a Merkle path of 16 hashes. */
export const PIECES_MAX = 65_536
/** Most pieces in one request and in one payment; also the cap of the unpaid limit n. */
export const WINDOW_MAX = 32
/** Tries of one piece after the first (F51). */
export const RESENDS_MAX = 3
/** Most purses in one claim. */
export const CLAIM_PURSES_MAX = 64
/** Most purses that a buyer shows over one connection. */
export const PURSES_SHOWN_MAX = 32
/** Most peers in one signed peer list. */
export const PEERS_MAX = 50

export const SAFE_MAX = Number.MAX_SAFE_INTEGER
export const uid = bytes(16)
export const purseId = bytes(16)
export const infoHash = bytes(20)
export const hash = bytes(32)
export const publicKey = bytes(32)
const keyId = bytes(8)
export const index = uint(PIECES_MAX - 1)
export const bitmap = blob(PIECES_MAX / 8)
export const currency = text(8)
/** Boundaries of a set of pieces; see ranges.ts. */
export const ranges = list(uint(PIECES_MAX), 2 * RANGES_MAX)

/**
 * What every signed message carries and every signature covers (G3–G6): whose network, who signs with which
 * key, in which session (or for which purchase or claim), and when. Times are Unix milliseconds.
 */
export const HEADER = {
  provider: hash,
  signer: uid,
  key: keyId,
  session: hash,
  counter: uint(SAFE_MAX),
  time: uint(SAFE_MAX),
  expiry: uint(SAFE_MAX)
} satisfies Fields

export interface Row<F extends Fields = Fields> {
  /** First byte of the message. */
  id: number
  /** Who may send it. */
  from: 'provider' | 'peer' | 'buyer' | 'seller'
  /** Does a 64-byte Ed25519 signature follow the body? */
  signed: boolean
  /** Does it travel encrypted: under the connection's key, or to the receiver's box key? */
  sealed: 'no' | 'session' | 'box'
  /** The whole message with id and signature, in bytes; longer ones are refused unread. */
  bytesMax: number
  fields: F
}

/** A row; `marks` says `signed`, and `session` or `box` when it travels sealed. */
export function row<F extends Fields>(
  id: number,
  from: Row['from'],
  marks: string,
  bytesMax: number,
  fields: F
): Row<F> {
  const sealed = marks.includes('session') ? 'session' : marks.includes('box') ? 'box' : 'no'
  return { id, from, signed: marks.includes('signed'), sealed, bytesMax, fields }
}
