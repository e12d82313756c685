// A statement out of the provider's ledger: of one account, or of all.

import { journalLines, mayHaveReason, type LedgerStore } from '@floodgate/tracker'
import { Statement } from './statement.ts'
import type { StatementWriter } from './write.ts'

/** Titles that are remembered at a time: purses of one time are mostly for few contents. */
const TITLES_MAX = 10_000

/** Writes all entries of the journal, what every account stands at, and, of all accounts, that this adds up. */
export async function writeLedger(
  store: LedgerStore,
  statement: Statement,
  writer: StatementWriter
): Promise<void> {
  for await (const { purseId: purse, ...line } of journalLines(store)) {
    const entries = statement.take({ ...line, purse })
    const { kind, ref } = line
    const isAsked = entries.length > 0 && mayHaveReason(kind)
    await writer.write(entries, isAsked ? await store.reason(kind, ref) : '')
  }
  await writer.write(statement.closings())
  if (statement.ofAll) writer.writeSums(statement.sums())
}

/** The title of the content that a purse is for. */
export function titlesIn(store: LedgerStore): (purse: string) => Promise<string> {
  const known = new Map<string, string>()
  return async (purseId) => {
    const title = known.get(purseId)
    if (title !== undefined) return title
    const purse = await store.purse(purseId)
    const content = purse && (await store.content(purse.infoHash))
    if (known.size === TITLES_MAX) known.clear()
    known.set(purseId, content?.title ?? '')
    return content?.title ?? ''
  }
}
