// Gives an account the lines of the log that are about its own money, and nobody else's (G13).

import { LINES_MAX, REASON_MAX, encode, utf8 } from '@floodgate/protocol'
import { mayHaveReason, type JournalLine, type LedgerStore } from '../ledger/index.ts'
import { expectFresh, readSigned, type Mint } from '../mint/mint.ts'
import { postingOf } from './leaf.ts'

/**
 * Answers a fresh `linesRequest` of the account's owner with `lines`. Throws `clock`, `replayed`,
 * `too-many-requests` and what `readSigned` throws.
 */
export async function ownLines(mint: Mint, bytes: Uint8Array): Promise<Uint8Array> {
  const { message, account } = await readSigned(mint, 'linesRequest', bytes)
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} lines`, message, mint.now())
  mint.doorkeeper.expect('lines', account.uid)
  const { lines, read } = await mint.store.linesOf(account.uid, message.after, LINES_MAX)
  const items = lines.map((line) => postingOf(line, mint.currency))
  const reasons = await Promise.all(lines.map((line) => reasonOf(mint.store, line)))
  return encode('lines', { items, reasons, read })
}

/** Why a line was posted, as the operator or a bank said it; '' where nothing was said. */
async function reasonOf(store: LedgerStore, { kind, ref }: JournalLine): Promise<string> {
  const reason = mayHaveReason(kind) ? await store.reason(kind, ref) : ''
  const chars = [...reason]
  while (utf8(chars.join('')).length > REASON_MAX) chars.pop()
  return chars.join('')
}
