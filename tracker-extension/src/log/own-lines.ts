// Gives an account the lines of the log that are about its own money, and nobody else's (G13).

import { LINES_MAX, encode } from '@floodgate/protocol'
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
  return encode('lines', { items, read })
}
