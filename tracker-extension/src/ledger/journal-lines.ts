// The whole journal of a store, line by line, for whoever makes sums of it.
import type { JournalLine } from './journal-reads.ts'
import type { LedgerStore } from './store.ts'

/** As many as a store gives at a time. */
const page = 1000

/** All lines behind `after`, in order, a page in memory at a time. */
export async function* journalLines(
  store: Pick<LedgerStore, 'journal'>,
  after = 0
): AsyncGenerator<JournalLine, void> {
  for (let last = after; ;) {
    const lines = await store.journal(last, page)
    yield* lines
    if (lines.length < page) return
    last = lines.at(-1)!.seq
  }
}
