// What came back: refunds of purses, as the provider's log says it of our own account. Each is put into the history once.

import { amountOf, decode, toHex } from '@floodgate/protocol'
import { linesAfter } from './own-lines.ts'
import type { Wallet } from './wallet.ts'

/** What the ledger posts as a purse ends, and as what was given back of a cancelled one is due. */
const KINDS: ReadonlySet<string> = new Set(['close', 'release'])

/**
 * Reads the lines of the log that are new to us, and notes the refunds among them. Resolves with how many when they are
 * durable. Throws `unreachable` and what the provider refuses with.
 */
export async function learnRefunds(wallet: Wallet): Promise<number> {
  const credit = `peer:${toHex(wallet.uid)}`
  let found = 0
  for (;;) {
    const { items, read } = await linesAfter(wallet, wallet.purses.linesRead)
    for (const item of items) {
      const line = decode(item, 'posting').message
      if (!KINDS.has(line.kind) || line.debit !== 'escrow' || line.credit !== credit) continue
      wallet.note('refund', `${amountOf(line.amount, line.currency)} of purse ${line.purse}`)
      found++
    }
    if (read <= wallet.purses.linesRead) break
    wallet.purses.linesRead = read
  }
  await wallet.saved()
  return found
}
