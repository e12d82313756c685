// What the court reads from the ledger: pure functions from a view, as in reads.ts.
import type { Complaint } from './court-commands.ts'
import type { AppealRow, RevocationRow, StrikeRow } from './court-rows.ts'
import { type ScanView, keyOf, orderedKey } from './rows.ts'

export type ComplaintSummary = Omit<Complaint, 'evidence'>
export type Strike = StrikeRow & { complaintId: string }
export type RevocationEntry = RevocationRow & { version: number }
export type Appeal = AppealRow & { uid: string; complaintId: string }

const rowsMax = 1000

/** Rows whose key begins with these ids, in order. */
function* below<T extends 'filed' | 'summons' | 'strike'>(
  view: ScanView,
  table: T,
  ...ids: string[]
) {
  const prefix = keyOf(...ids, '')
  for (const [key, row] of view.rows(table, prefix)) {
    if (!key.startsWith(prefix)) return
    yield [key.slice(prefix.length), row] as const
  }
}

function complaint(view: ScanView, complaintId: string): Complaint | undefined {
  const row = view.get('complaint', complaintId)
  return row && { complaintId, ...row }
}

function summaryOf({ evidence: _, ...summary }: Complaint): ComplaintSummary {
  return summary
}

/** The settled case about this token of the buyer's purse. */
function settledCase(
  view: ScanView,
  accused: string,
  purseId: string,
  index: number
): ComplaintSummary | undefined {
  for (const [, { complaintId }] of below(view, 'filed', accused, purseId, String(index))) {
    const found = complaint(view, complaintId)
    if (found?.outcome === 'settled') return summaryOf(found)
  }
  return undefined
}

/** Cases that wait for this account's answer, those that count first. */
function summons(view: ScanView, uid: string, limit: number): ComplaintSummary[] {
  const found: ComplaintSummary[] = []
  for (const [, { complaintId }] of below(view, 'summons', uid)) {
    if (found.length >= limit) break
    found.push(summaryOf(complaint(view, complaintId)!))
  }
  return found
}

/** Strikes after `since` that were not forgiven. */
function strikes(view: ScanView, uid: string, since: number): Strike[] {
  const after = Math.max(since, view.get('pardon', uid)?.at ?? 0)
  const found: Strike[] = []
  for (const [complaintId, row] of below(view, 'strike', uid)) {
    if (row.at > after) found.push({ complaintId, ...row })
    if (found.length >= rowsMax) break
  }
  return found
}

/** Entries behind version `after`, at most `limit`. */
function revocations(view: ScanView, after: number, limit: number): RevocationEntry[] {
  const found: RevocationEntry[] = []
  for (const [key, row] of view.rows('revocation', orderedKey(after))) {
    if (found.length >= Math.min(limit, rowsMax)) break
    found.push({ version: Number(key), ...row })
  }
  return found
}

/** All cases behind the id `after`, at most 1000 at a time. */
function complaints(view: ScanView, after: string): ComplaintSummary[] {
  const found: ComplaintSummary[] = []
  for (const [complaintId, row] of view.rows('complaint', after)) {
    if (found.length >= rowsMax) break
    found.push(summaryOf({ complaintId, ...row }))
  }
  return found
}

function appeals(view: ScanView): Appeal[] {
  const found: Appeal[] = []
  for (const [key, row] of view.rows('appeal')) {
    if (found.length >= rowsMax) break
    const [uid = '', complaintId = ''] = key.split(' ')
    found.push({ uid, complaintId, ...row })
  }
  return found
}

/** Payment handles of several accounts, and destinations, whatever name stands beside them, with those accounts. */
function sharedHandles(view: ScanView, accountsMin: number): { handle: string; uids: string[] }[] {
  const uids = new Map<string, string[]>()
  for (const [uid, peer] of view.rows('peer')) {
    const handle = view.get('destination', uid)?.destination.split('?')[0] ?? peer.handle
    if (handle === '') continue
    const same = uids.get(handle)
    if (same) same.push(uid)
    else uids.set(handle, [uid])
  }
  return Array.from(uids, ([handle, same]) => ({ handle, uids: same }))
    .filter(({ uids: same }) => same.length >= accountsMin)
    .slice(0, rowsMax)
}

export const courtReads = {
  complaint,
  settledCase,
  summons,
  strikes,
  revocations,
  complaints,
  appeals,
  sharedHandles
}
