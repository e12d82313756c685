// What was paid for by HTTP: pieces in the ledger, bytes in a request.

import { PROVIDER_UID, hasBit, toHex } from '@floodgate/protocol'
import type { Sale } from '../ledger/index.ts'
import type { OriginContent, OriginFile } from './files.ts'
import type { ByteRange } from './range.ts'

/** The account that the origin's sales go to is the provider's own. */
export const ORIGIN_UID = toHex(PROVIDER_UID)

/** Is every piece that the range touches among the pieces of the sale, and all of them paid? */
export function isPaid(
  sale: Sale | undefined,
  { pieceLength }: OriginContent,
  { offset }: OriginFile,
  { start, end }: ByteRange
): boolean {
  if (sale === undefined || sale.owed > 0) return false
  const last = Math.floor((offset + end) / pieceLength)
  for (let index = Math.floor((offset + start) / pieceLength); index <= last; index++) {
    if (!hasBit(sale.claimed, index)) return false
  }
  return true
}
