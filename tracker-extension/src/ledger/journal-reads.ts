// Reads the journal in pages, and why its lines were posted.
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

type FindReason = (view: ScanView, ref: string) => string | undefined
const payoutReason: FindReason = (view, ref) => view.get('payout', ref)?.reason

/** By the kind of a posting, where its reason stands. */
const reasons = new Map<string, FindReason>([
  ['deposit', (view, ref) => view.get('deposit', ref)?.reason],
  ['correction', (view, ref) => view.get('correction', ref)?.reason],
  ['fund', (view, ref) => view.get('funding', ref)?.reason],
  ['failed', payoutReason],
  ['returned', payoutReason]
])

/** May a posting of this kind have a reason? Of others nobody needs to ask the store. */
export const mayHaveReason = (kind: string): boolean => reasons.has(kind)

/** What the operator, or whoever told of it, said to why a posting was made; '' where nothing was said. */
export function reasonOf(view: ScanView, kind: string, ref: string): string {
  return reasons.get(kind)?.(view, ref) ?? ''
}
