// What was paid for by HTTP: pieces in the ledger, bytes in a request. The first pieces of a content may cost nothing.

import { PROVIDER_UID, hasBit, toHex } from '@floodgate/protocol'
import type { Sale } from '../ledger/index.ts'
import type { OriginContent, OriginFile } from './files.ts'
import type { ByteRange } from './range.ts'

/** The account that the origin's sales go to is the provider's own. */
export const ORIGIN_UID = toHex(PROVIDER_UID)

/** How a range stands: all of its pieces cost nothing, or all that cost something are paid for, or one is not. */
export type Standing = 'free' | 'paid' | 'unpaid'

/** `free`: so many pieces from the first on cost nothing. */
export function standingOf(
  sale: Sale | undefined,
  { content, file, free }: { content: OriginContent; file: OriginFile; free: number },
  { start, end }: ByteRange
): Standing {
  const pieceAt = (byte: number): number => Math.floor((file.offset + byte) / content.pieceLength)
  const last = pieceAt(end)
  if (last < free) return 'free'
  if (sale === undefined || sale.owed > 0) return 'unpaid'
  for (let index = Math.max(free, pieceAt(start)); index <= last; index++) {
    if (!hasBit(sale.claimed, index)) return 'unpaid'
  }
  return 'paid'
}
