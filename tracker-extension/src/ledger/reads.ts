// What can be read from the ledger: pure functions from a view, the same for every store. Nothing here writes.
import { audit } from './audit.ts'
import { indexes } from './bitmap.ts'
import type { PurchaseCommand } from './commands.ts'
import { courtReads } from './court-reads.ts'
import { reasonOf } from './journal-reads.ts'
import { moneyInReads } from './money-in-reads.ts'
import { onTrial } from './overlay.ts'
import { payoutReads } from './payout-reads.ts'
import { pushReads } from './push-reads.ts'
import { balance } from './posting.ts'
import { promiseReads } from './promise-reads.ts'
import { purchase } from './purchase.ts'
import { type Wanted, purseFor } from './purse-chain.ts'
import type { ContentRow, PeerRow, PurseRow, SaleRow } from './rows.ts'
import { type ScanView, hexOf, keyOf, orderedKey, peerAccount } from './rows.ts'
import { type LedgerSize, size } from './size.ts'
import { sums } from './sums.ts'
import { headReads } from './tree-heads.ts'

export type { JournalLine } from './journal-reads.ts'
export type { AccountSums } from './sums.ts'
export type { OwnLines } from './tree-heads.ts'

export type Account = PeerRow & { uid: string; balanceMinor: bigint }
export type Content = ContentRow & { infoHash: string }
export type ContentSummary = Omit<Content, 'torrent' | 'forSaleSince'>
export type Purse = PurseRow & { purseId: string }
export type Sale = SaleRow & { purseId: string; payee: string }
/** Evidence of a double spend: both vouchers are signed by the buyer and cover the same tokens. */
export interface Offence {
  purseId: string
  buyer: string
  first: string
  second: string
  indexes: number[]
  firstVoucher: Uint8Array
  secondVoucher: Uint8Array
  at: number
}

function account(view: ScanView, uid: string): Account | undefined {
  const peer = view.get('peer', uid)
  return peer && { uid, ...peer, balanceMinor: balance(view, peerAccount(uid)) }
}

function accountByKey(view: ScanView, signKey: Uint8Array): Account | undefined {
  const known = view.get('signKey', hexOf(signKey))
  return known && account(view, known.uid)
}

function content(view: ScanView, infoHash: string): Content | undefined {
  const row = view.get('content', infoHash)
  return row && { infoHash, ...row }
}

function contents(view: ScanView): ContentSummary[] {
  return Array.from(view.rows('content'), ([infoHash, row]) => {
    const { pieces, priceMinor, currency, mode, title, free, withdrawnAt } = row
    return { infoHash, pieces, priceMinor, currency, mode, title, free, withdrawnAt }
  })
}

function purse(view: ScanView, purseId: string): Purse | undefined {
  const row = view.get('purse', purseId)
  return row && { purseId, ...row }
}

function openPurse(
  view: ScanView,
  uid: string,
  infoHash: string,
  wanted?: Wanted
): Purse | undefined {
  if (wanted !== undefined) {
    const found = purseFor(view, uid, infoHash, wanted)
    return found && { purseId: found[0], ...found[1] }
  }
  const newest = view.get('open', keyOf(uid, infoHash))
  return newest && purse(view, newest.purseId)
}

function expired(view: ScanView, now: number, limit: number): string[] {
  const due: string[] = []
  for (const [key, { purseId }] of view.rows('expiry')) {
    if (due.length >= limit || key >= orderedKey(now + 1)) break
    due.push(purseId)
  }
  return due
}

function sale(view: ScanView, purseId: string, payee: string): Sale | undefined {
  const row = view.get('sale', keyOf(purseId, payee))
  return row && { purseId, payee, ...row }
}

function offences(view: ScanView, purseId?: string): Offence[] {
  const found: Offence[] = []
  const prefix = purseId === undefined ? '' : keyOf(purseId, '')
  for (const [key, row] of view.rows('offence', prefix)) {
    if (!key.startsWith(prefix)) break
    const { tokens, ...rest } = row
    found.push({ ...rest, indexes: indexes(tokens) })
  }
  return found
}

/** Throws what the purchase would be refused with, so that nobody works for one that cannot be. */
function expectPurchase(view: ScanView, command: PurchaseCommand): void {
  onTrial(view, (sheet) => purchase(sheet, command))
}

/** Every read by name; a store runs `reads[name](view, ...args)` wherever its view lives. */
export const reads = {
  account,
  accountByKey,
  content,
  contents,
  purse,
  openPurse,
  expectPurchase,
  expired,
  sale,
  offences,
  ...courtReads,
  ...headReads,
  ...moneyInReads,
  ...payoutReads,
  ...pushReads,
  ...promiseReads,
  reason: reasonOf,
  audit,
  bytes: (view: ScanView): LedgerSize => size(view),
  sums
}

export type ReadName = keyof typeof reads
type Behind<F> = F extends (view: ScanView, ...args: infer Args) => unknown ? Args : never
export type ReadArgs<N extends ReadName> = Behind<(typeof reads)[N]>
export type ReadResult<N extends ReadName> = ReturnType<(typeof reads)[N]>

/** Runs a read by its name. */
export function runRead<N extends ReadName>(
  view: ScanView,
  name: N,
  args: ReadArgs<N>
): ReadResult<N> {
  // As with the rules: the table is typed, and its index is a type parameter.
  const read = reads[name] as unknown as (view: ScanView, ...args: unknown[]) => ReadResult<N>
  return read(view, ...args)
}
