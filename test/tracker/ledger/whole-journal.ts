// All lines of a journal at once.
import {
  type JournalLine,
  type LedgerStore,
  journalLines
} from '../../../tracker-extension/src/ledger/index.ts'

export async function wholeJournal(store: LedgerStore): Promise<JournalLine[]> {
  const lines: JournalLine[] = []
  for await (const line of journalLines(store)) lines.push(line)
  return lines
}
