// What came back: refunds of purses, as the provider's log says it of our own account. Each is put into the history once.

import { amountOf } from '@floodgate/protocol'
import { ownAccount, pagesBehind } from './own-lines.ts'
import type { Wallet } from './wallet.ts'

/** What the ledger posts as a purse ends, and as what was given back of a cancelled one is due. */
const KINDS: ReadonlySet<string> = new Set(['close', 'release'])

/**
 * Reads the lines of the log that are new to us, and notes the refunds among them. Resolves with how many when they are
 * durable. Throws `unreachable` and what the provider refuses with.
 */
export async function learnRefunds(wallet: Wallet): Promise<number> {
  const credit = ownAccount(wallet)
  let found = 0
  for await (const { lines, read } of pagesBehind(wallet, wallet.purses.linesRead)) {
    for (const { line } of lines) {
      if (!KINDS.has(line.kind) || line.debit !== 'escrow' || line.credit !== credit) continue
      wallet.note('refund', `${amountOf(line.amount, line.currency)} of purse ${line.purse}`)
      found++
    }
    wallet.purses.linesRead = read
  }
  await wallet.saved()
  return found
}
