// A journal line as a leaf of the log: the one place where the ledger's line becomes the protocol's `posting`.

import { encode, lineHash, type Hash } from '@floodgate/protocol'
import type { JournalLine } from '../ledger/index.ts'

/** The line as a `posting`. Two lines that differ in anything have different bytes. */
export function postingOf(line: JournalLine, currency: string): Uint8Array {
  const { seq, at, kind, ref, purseId, debit, credit, amountMinor } = line
  return encode('posting', {
    ...{ line: seq, at, kind, ref, purse: purseId, debit, credit },
    ...{ amount: amountMinor, currency }
  })
}

export const leafOf = (hash: Hash, line: JournalLine, currency: string): Uint8Array =>
  lineHash(hash, postingOf(line, currency))
