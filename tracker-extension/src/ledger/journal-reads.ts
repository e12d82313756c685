// Reads the journal in pages.
import { type JournalRow, type ScanView, orderedKey } from './rows.ts'

export type JournalLine = JournalRow & { seq: number }

const linesMax = 1000

/** Lines behind `after`, in order. */
export function journal(view: ScanView, after: number, limit: number): JournalLine[] {
  const lines: JournalLine[] = []
  for (const [key, row] of view.rows('journal', orderedKey(after))) {
    if (lines.length >= Math.min(limit, linesMax)) break
    lines.push({ seq: Number(key), ...row })
  }
  return lines
}
