// Counts what the mint did, for the status page: purchases and claims must be all that pieces cost the provider (I7).

import type { ErrorCode } from '@floodgate/protocol'

export interface MintCounters {
  registrations: number
  /** Signed announces that were answered with a peer list. */
  announces: number
  /** Purses sold; repeated announces that got the same purse again are not among them. */
  purchases: number
  claims: number
  /** Tokens that claims brought to sellers; a claim that is repeated brings none. */
  tokens: number
  hashLists: number
  deposits: number
  contents: number
  /** Purses settled after their expiry. */
  closed: number
  /** Pieces sold by HTTP, and bytes of contents that went out by HTTP: what peers did not carry. */
  originPieces: number
  originBytes: number
  /** Keys of sealed contents that were sold. */
  keys: number
  /** What buyers measured of promises, and how many of these are credited. */
  measurements: number
  misses: number
  /** Refusals by code, of announces and API requests. */
  refused: Partial<Record<ErrorCode, number>>
}

export function newMintCounters(): MintCounters {
  const zero = { registrations: 0, announces: 0, purchases: 0, claims: 0, tokens: 0 }
  const more = { hashLists: 0, deposits: 0, contents: 0, closed: 0 }
  const promised = { measurements: 0, misses: 0 }
  return { ...zero, ...more, originPieces: 0, originBytes: 0, keys: 0, ...promised, refused: {} }
}

export function countRefusal(counters: MintCounters, code: ErrorCode): void {
  counters.refused[code] = (counters.refused[code] ?? 0) + 1
}
