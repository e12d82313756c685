// `floodgate wallet statement`: a peer's own statement, from the lines of the provider's log that are about its money.

import { account, ownAccount, ownLines, type Wallet } from '@floodgate/wallet'
import type { Session } from '../commands/command.ts'
import { fetchContents } from '../provider/api-client.ts'
import { unlessStopped } from '../stop.ts'
import { EVER, Statement, type Period } from './statement.ts'
import { StatementWriter } from './write.ts'

export interface WalletStatementOptions {
  csv?: boolean
  from?: Period
  to?: Period
}

export async function showStatement(
  { out, signal }: Session,
  wallet: Wallet,
  { csv = false, from, to }: WalletStatementOptions
): Promise<void> {
  const { currency } = await unlessStopped(signal, account(wallet))
  const titleOf = titlesOf(wallet, await unlessStopped(signal, fetchContents(wallet.api)))
  const period = { from: from?.from ?? EVER.from, to: to?.to ?? EVER.to }
  const statement = new Statement(period, wallet.now(), ownAccount(wallet))
  const writer = new StatementWriter(out, { currency, csv, titleOf })
  for await (const line of ownLines(wallet)) {
    signal.throwIfAborted()
    await writer.write(statement.take({ ...line, amountMinor: line.amount }), line.reason)
  }
  await writer.write(statement.closings())
}

/** Purses that were bought, and those that something was sold for, are in the wallet. */
function titlesOf(
  wallet: Wallet,
  contents: { infoHash: string; name: string }[]
): (purse: string) => Promise<string> {
  const names = new Map(contents.map(({ infoHash, name }) => [infoHash, name]))
  const { purses, sales } = wallet.summary()
  const infoHashes = new Map([
    ...purses.map(({ id, infoHash }) => [id, infoHash] as const),
    ...sales.map(({ purse, infoHash }) => [purse, infoHash] as const)
  ])
  return async (purse) => names.get(infoHashes.get(purse) ?? '') ?? ''
}
