// What every part of the court works with, as arguments: the mint's store, keys and clock, the provider's own copy of the
// pieces, and the numbers by which it judges.

import { FloodgateError } from '@floodgate/protocol'
import type { Mint } from '../mint/mint.ts'
import { PieceHashes } from './piece-hashes.ts'
import { Quota } from './quota.ts'
import { Revocations } from './revocations.ts'

/** Where the provider reads its contents. */
export interface PieceSource {
  /** The bytes of a piece; undefined when they are not here. `infoHash`: 40 hex digits. */
  piece(infoHash: string, index: number): Promise<Uint8Array | undefined>
}

export interface CourtOptions {
  /** How long an accused who was told has for an answer. Default 10 minutes. */
  answerMs?: number
  /** Strikes, from so many different accounts, that ban. Default 10. */
  strikesMax?: number
  /** Complaints and answers of one account within an hour. Default 120. */
  complaintsPerHour?: number
}

/** The court stands above the mint: it uses all of it but the mint's own door to the court. */
export type CourtMint = Omit<Mint, 'court'>

export interface Court extends CourtMint, Required<CourtOptions> {
  readonly pieces: PieceSource | undefined
  readonly hashes: PieceHashes
  readonly quota: Quota
  readonly revocations: Revocations
}

const MINUTE_MS = 60e3
const DAY_MS = 24 * 60 * MINUTE_MS

/** The range of each number. */
const RANGES = {
  answerMs: [1, DAY_MS],
  strikesMax: [1, 1000],
  complaintsPerHour: [1, 100_000]
} as const

/** Throws `bad-option`. */
export function createCourt(
  mint: CourtMint,
  pieces: PieceSource | undefined,
  options: CourtOptions = {}
): Court {
  const { answerMs = 10 * MINUTE_MS, strikesMax = 10, complaintsPerHour = 120 } = options
  const numbers = { answerMs, strikesMax, complaintsPerHour }
  for (const [name, value] of Object.entries(numbers)) {
    const [min, max] = RANGES[name as keyof typeof RANGES]
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw new FloodgateError('bad-option', `court.${name}: an integer from ${min} to ${max}`)
    }
  }
  return {
    ...mint,
    ...numbers,
    pieces,
    hashes: new PieceHashes(mint.store),
    quota: new Quota(complaintsPerHour),
    revocations: new Revocations(mint)
  }
}

/** The bytes of a piece, as the content's hash says they must be. Throws `no-source`. */
export async function pieceOf(court: Court, infoHash: string, index: number): Promise<Uint8Array> {
  const piece = await court.pieces?.piece(infoHash, index)
  const isSound = piece !== undefined && (await court.hashes.fits(infoHash, index, piece))
  if (!isSound) throw new FloodgateError('no-source')
  return piece
}
