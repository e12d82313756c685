// All lines of a journal, which a store gives a page at a time.
import type { JournalLine } from '../../../tracker-extension/src/ledger/reads.ts'
import type { LedgerStore } from '../../../tracker-extension/src/ledger/store.ts'

export async function wholeJournal(store: LedgerStore): Promise<JournalLine[]> {
  const lines: JournalLine[] = []
  for (;;) {
    const page = await store.journal(lines.length)
    if (page.length === 0) return lines
    lines.push(...page)
  }
}
