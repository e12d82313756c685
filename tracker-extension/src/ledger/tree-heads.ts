// What the ledger keeps of the log over its journal: the newest signed head, with what is needed to go on from there, and
// the root of every full block of lines. Pure; the caller hashes, encodes and signs, for peers must come to the same root.
import type { Outcomes, SignHeadCommand } from './commands.ts'
import { LedgerError } from './errors.ts'
import { type JournalLine, journal } from './journal-reads.ts'
import { type HeadRow, type LedgerView, type ScanView, orderedKey, peerAccount } from './rows.ts'

/** Lines of a block: what is hashed anew for a proof, and how much less there is to keep than leaves. */
export const blockLines = 256
const rowsMax = 1000
/** Lines looked at in one read: 6 ms of the store's thread. The budget `lines` says how often one may ask. */
const scanMax = 2000
const newest = 'newest'

/** The log only grows, and its head says no more than the journal holds. */
export function signHead(view: LedgerView, command: SignHeadCommand): Outcomes['signHead'] {
  const { size, root, peaks, frame, blocks, now } = command
  const known = view.get('head', newest)?.size ?? 0
  const lines = (view.get('counter', 'journal')?.next ?? 1) - 1
  const first = Math.floor(known / blockLines)
  const fits = first + blocks.length === Math.floor(size / blockLines)
  if (size < known || size > lines || !fits) throw new LedgerError('conflict', 'head')
  blocks.forEach((blockRoot, i) => view.put('block', orderedKey(first + i), { root: blockRoot }))
  view.put('head', newest, { size, root, peaks, frame, at: now })
  return { size }
}

const head = (view: ScanView): HeadRow | undefined => view.get('head', newest)

/** Roots of full blocks from the one with index `first` on. */
function blocks(view: ScanView, first: number, limit: number): Uint8Array[] {
  const found: Uint8Array[] = []
  for (const [, { root }] of view.rows('block', first === 0 ? '' : orderedKey(first - 1))) {
    if (found.length >= Math.min(limit, rowsMax)) break
    found.push(root)
  }
  return found
}

/** Lines of one account, and the last line that was looked at. */
export interface OwnLines {
  lines: JournalLine[]
  read: number
}

function linesOf(view: ScanView, uid: string, after: number, limit: number): OwnLines {
  const own = peerAccount(uid)
  const found: OwnLines = { lines: [], read: after }
  let left = scanMax
  for (const [key, row] of view.rows('journal', orderedKey(after))) {
    if (left-- === 0 || found.lines.length >= limit) break
    found.read = Number(key)
    if (row.debit === own || row.credit === own) found.lines.push({ seq: found.read, ...row })
  }
  return found
}

export const headReads = { head, blocks, linesOf, journal }
