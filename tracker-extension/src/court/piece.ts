// Gives the buyer the piece that the court made him pay: he must have it, whoever failed to deliver it.

import { FloodgateError, RESENDS_MAX, toHex } from '@floodgate/protocol'
import { expectFresh, readSigned } from '../mint/mint.ts'
import { pieceOf, type Court } from './court.ts'

/**
 * Answers a `pieceRequest` with the bytes of the piece, as often as a seller would (F51). Throws `unknown-complaint` (the
 * court settled no such case), `no-source`, `too-many-resends`, `too-many-requests`, `clock`, `replayed` and what
 * `readSigned` throws.
 */
export async function givePiece(court: Court, bytes: Uint8Array): Promise<Uint8Array> {
  const { message, account } = await readSigned(court, 'pieceRequest', bytes)
  expectFresh(court, message)
  court.freshness.take(`${account.uid} account`, message, court.now())
  court.quota.take(`${account.uid} pieces`, court.now())
  const { purse, index } = message
  const complaint = await court.store.settledCase(account.uid, toHex(purse), index)
  if (complaint === undefined) throw new FloodgateError('unknown-complaint')
  const { complaintId, infoHash } = complaint
  const piece = await pieceOf(court, infoHash, index)
  await court.store.execute({ kind: 'resend', complaintId, resendsMax: RESENDS_MAX + 1 })
  return piece
}
