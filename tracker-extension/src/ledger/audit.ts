// Replays the journal, recomputes the books from it and the purses, and names everything that does not agree (I1, G13).
// Pure; it trusts no running total. One named check per invariant.
import { and, covers, emptyBitmap, fits, or, popcount } from './bitmap.ts'
import { checkPayouts } from './payout-replay.ts'
import { balanceOf } from './posting.ts'
import { heldMinor } from './purchase.ts'
import { checkMovements } from './replay.ts'
import { type AccountRow, type ScanView, cash, escrow, keyOf } from './rows.ts'

/** Amounts in minor units. The books are in order if `faults` is empty. */
export interface Audit {
  faults: string[]
  debitsMinor: bigint
  creditsMinor: bigint
  /** All money that ever came in, without what was booked by mistake and taken back. */
  depositsMinor: bigint
  /** Money that stands behind open purses. */
  escrowMinor: bigint
  postings: number
  openPurses: number
}

export function audit(view: ScanView): Audit {
  const accounts = new Map(view.rows('account'))
  const { totals, postings, notNewMinor, faults } = sumJournal(view)
  const { heldMinor: escrowMinor, openPurses } = sumPurses(view, faults)
  faults.unshift(...view.damage())
  checkMovements(view, faults)
  checkPayouts(view, faults)
  checkSales(view, faults)
  checkSettlements(view, faults)
  checkCancellations(view, faults)
  checkRevocations(view, faults)
  checkTotals(accounts, totals, faults)
  checkBalances(accounts, faults)
  const sumOf = (side: keyof AccountRow) =>
    [...accounts.values()].reduce((sum, row) => sum + row[side], 0n)
  const debitsMinor = sumOf('debits')
  const creditsMinor = sumOf('credits')
  if (debitsMinor !== creditsMinor) faults.push(`debits ${debitsMinor}, credits ${creditsMinor}`)
  const inEscrow = balanceOf(escrow, accounts.get(escrow) ?? { debits: 0n, credits: 0n })
  if (inEscrow !== escrowMinor) faults.push(`escrow ${inEscrow}, open purses ${escrowMinor}`)
  const depositsMinor = (accounts.get(cash)?.debits ?? 0n) - notNewMinor
  if (escrowMinor > depositsMinor) faults.push(`purses ${escrowMinor}, deposits ${depositsMinor}`)
  return { faults, debitsMinor, creditsMinor, depositsMinor, escrowMinor, postings, openPurses }
}

function sumJournal(view: ScanView) {
  const totals = new Map<string, AccountRow>()
  const faults: string[] = []
  const totalOf = (account: string): AccountRow => {
    const total = totals.get(account) ?? { debits: 0n, credits: 0n }
    totals.set(account, total)
    return total
  }
  let postings = 0
  // Payouts that came back, money that was here before; and what was booked and never came.
  let notNewMinor = 0n
  for (const [key, { kind, debit, credit, amountMinor }] of view.rows('journal')) {
    postings += 1
    if (Number(key) !== postings) faults.push(`journal line ${key} stands in place ${postings}`)
    if (amountMinor <= 0n) faults.push(`journal line ${key} moves ${amountMinor}`)
    const isNone = kind === 'correction' || (debit === cash && kind === 'returned')
    if (isNone) notNewMinor += amountMinor
    totalOf(debit).debits += amountMinor
    totalOf(credit).credits += amountMinor
  }
  return { totals, postings, notNewMinor, faults }
}

function sumPurses(view: ScanView, faults: string[]) {
  let held = 0n
  let openPurses = 0
  for (const [purseId, purse] of view.rows('purse')) {
    held += heldMinor(purse)
    if (purse.closedAt !== 0) continue
    openPurses += 1
    if (!view.get('peer', purse.uid)) faults.push(`purse ${purseId} has no buyer`)
  }
  return { heldMinor: held, openPurses }
}

/** What a purse has spent is the union of what its sellers claimed; a voucher proves no more than was claimed. */
function checkSales(view: ScanView, faults: string[]): void {
  const unions = new Map<string, Uint8Array>()
  for (const [key, sale] of view.rows('sale')) {
    const purseId = key.slice(0, key.indexOf(' '))
    const union = unions.get(purseId)
    unions.set(purseId, union ? or(union, sale.claimed) : sale.claimed)
    if (sale.settled.length > 0 && !covers(sale.claimed, sale.settled)) {
      faults.push(`sale ${key}: the court paid what was not claimed`)
    }
    if (sale.owed > popcount(sale.claimed)) faults.push(`sale ${key} owes more than it sold`)
  }
  for (const [purseId, { spent, pieces }] of view.rows('purse')) {
    // A count that was altered may be too large for any bitmap.
    if (!fits(spent, pieces)) {
      faults.push(`purse ${purseId}: spent is not of ${pieces} pieces`)
      continue
    }
    const union = unions.get(purseId) ?? emptyBitmap(pieces)
    const same = covers(spent, union) && covers(union, spent)
    if (!same) faults.push(`purse ${purseId}: spent is not what its sellers claimed`)
  }
}

/** Each case that the court paid has one line in the journal, and the seller's bit for it stands. */
function checkSettlements(view: ScanView, faults: string[]): void {
  const paid = new Map<string, bigint>()
  for (const [, { kind, ref, amountMinor }] of view.rows('journal')) {
    if (kind === 'settle') paid.set(ref, (paid.get(ref) ?? 0n) + amountMinor)
  }
  for (const [complaintId, row] of view.rows('complaint')) {
    const { accuser, purseId, index, creditedMinor } = row
    const moved = paid.get(complaintId) ?? 0n
    paid.delete(complaintId)
    if (moved !== creditedMinor) faults.push(`complaint ${complaintId} paid ${moved}`)
    if (moved === 0n) continue
    const settled = view.get('sale', keyOf(purseId, accuser))?.settled[index >> 3] ?? 0
    if ((settled & (0x80 >> (index & 7))) === 0) faults.push(`complaint ${complaintId} has no sale`)
  }
  for (const ref of paid.keys()) faults.push(`nothing was complained of for ${ref}`)
}

/** A purse is cancelled by its buyer's word alone, and refunds early nothing that he kept. */
function checkCancellations(view: ScanView, faults: string[]): void {
  for (const [purseId, purse] of view.rows('purse')) {
    const { cancelledAt, kept, released } = purse
    const word = view.get('cancellation', purseId)
    if ((word?.at ?? 0) !== cancelledAt) faults.push(`purse ${purseId}: cancelledAt`)
    if (cancelledAt === 0 && kept.length + released.length > 0)
      faults.push(`purse ${purseId}: kept`)
    const both = released.length > 0 ? popcount(and(released, kept)) : 0
    if (both > 0) faults.push(`purse ${purseId}: released is not what was given back`)
  }
}

/** The revocation log has no gap. */
function checkRevocations(view: ScanView, faults: string[]): void {
  let version = 0
  for (const [key] of view.rows('revocation')) {
    version += 1
    if (Number(key) !== version) faults.push(`revocation ${key} stands in place ${version}`)
  }
}

function checkTotals(
  accounts: Map<string, AccountRow>,
  totals: Map<string, AccountRow>,
  faults: string[]
): void {
  for (const account of new Set([...accounts.keys(), ...totals.keys()])) {
    const kept = accounts.get(account)
    const sum = totals.get(account)
    if (kept?.debits === sum?.debits && kept?.credits === sum?.credits) continue
    faults.push(`account ${account} is not the sum of its journal lines`)
    for (const side of ['debits', 'credits'] as const) {
      if (kept?.[side] === sum?.[side]) continue
      faults.push(`account ${account}: ${side} ${kept?.[side]}, its lines ${sum?.[side]}`)
    }
  }
}

function checkBalances(accounts: Map<string, AccountRow>, faults: string[]): void {
  for (const [account, row] of accounts) {
    if (balanceOf(account, row) < 0n) faults.push(`account ${account} is below zero`)
  }
}
