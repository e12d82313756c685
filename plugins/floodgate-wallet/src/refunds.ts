// What came back: refunds of purses and credits for promises that were missed, as the provider's log says it of our own
// account. Each is put into the history once.

import { amountOf } from '@floodgate/protocol'
import { ownAccount, pagesBehind } from './own-lines.ts'
import type { Wallet } from './wallet.ts'

/**
 * What the ledger posts as a purse ends, as what was given back of a cancelled one is due, and for a promise that was missed;
 * from which account, and what it is called here.
 */
const KINDS: ReadonlyMap<string, { debit: string; called: string }> = new Map([
  ['close', { debit: 'escrow', called: 'refund' }],
  ['release', { debit: 'escrow', called: 'refund' }],
  ['credit', { debit: 'provider', called: 'credit' }]
])

/**
 * Reads the lines of the log that are new to us, and notes what came back among them. Resolves with how many when they are
 * durable. Throws `unreachable` and what the provider refuses with.
 */
export async function learnRefunds(wallet: Wallet): Promise<number> {
  const credit = ownAccount(wallet)
  const told = new Set(wallet.summary().events.map(({ kind, text }) => `${kind} ${text}`))
  let found = 0
  for await (const { lines, read } of pagesBehind(wallet, wallet.purses.linesRead)) {
    for (const { line } of lines) {
      const kind = KINDS.get(line.kind)
      if (kind === undefined || line.debit !== kind.debit || line.credit !== credit) continue
      const text = `${amountOf(line.amount, line.currency)} of purse ${line.purse}`
      if (told.has(`${kind.called} ${text}`)) continue // the log is read again after a cut
      wallet.note(kind.called, text)
      found++
    }
    wallet.purses.linesRead = read
  }
  await wallet.saved()
  return found
}
