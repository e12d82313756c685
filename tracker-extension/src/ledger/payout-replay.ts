// Replays the journal against the payouts: each moved what its row says, on the way that its state says, and no money of
// this kind moved without one (I1, G13). Pure.
import type { PayoutRow, PayoutState } from './payout-rows.ts'
import {
  type JournalRow,
  type ScanView,
  cash,
  escrow,
  keyOf,
  peerAccount,
  providerAccount,
  storeCredit,
  transit
} from './rows.ts'

const KINDS: ReadonlySet<string> = new Set<PayoutState>(['requested', 'paid', 'failed', 'returned'])

/** Kinds of the lines that lead to each state. A return has come out of transit, or after a payment. */
const WAYS: { readonly [State in PayoutState]?: readonly string[] } = {
  requested: ['requested'],
  prepared: ['requested'],
  submitted: ['requested'],
  paid: ['requested paid'],
  failed: ['requested failed'],
  returned: ['requested returned', 'requested paid returned']
}

/** Faults are told, each with the row and the field. */
export function checkPayouts(view: ScanView, faults: string[]): void {
  const { ways, shares } = walk(view, faults)
  for (const [payoutId, { state, uid }] of view.rows('payout')) {
    const way = ways.get(payoutId)?.join(' ') ?? ''
    ways.delete(payoutId)
    // A state that was altered is none of these.
    if (!WAYS[state]?.includes(way)) {
      faults.push(`payout ${payoutId}: state is ${state}, the journal says "${way}"`)
    }
    const isOpen = view.get('openPayout', payoutId) !== undefined
    const shouldBe = state === 'requested' || state === 'prepared' || state === 'submitted'
    if (isOpen !== shouldBe) faults.push(`payout ${payoutId}: is ${state}, and not listed so`)
    if (!view.get('payoutOf', keyOf(uid, payoutId))) faults.push(`payout ${payoutId}: uid`)
  }
  for (const payoutId of ways.keys()) faults.push(`no payout stands for ${payoutId}`)
  checkShares(view, shares, faults)
}

function walk(view: ScanView, faults: string[]) {
  const ways = new Map<string, string[]>()
  const shares = new Map<string, bigint>()
  for (const [key, line] of view.rows('journal')) {
    const { kind, ref, purseId, debit, credit, amountMinor } = line
    if (kind === 'share') {
      if (debit !== escrow || credit !== providerAccount) faults.push(`journal line ${key}: share`)
      const claim = keyOf(ref, purseId)
      shares.set(claim, (shares.get(claim) ?? 0n) + amountMinor)
    }
    if (!KINDS.has(kind)) continue
    const way = ways.get(ref) ?? []
    const row = view.get('payout', ref)
    if (row) faults.push(...lineFaults(Number(key), line, row, way))
    ways.set(ref, [...way, kind])
  }
  return { ways, shares }
}

/** A line moves the payout's whole amount, between the accounts that its kind says. */
function lineFaults(
  at: number,
  { kind, debit, credit, amountMinor }: JournalRow,
  row: PayoutRow,
  way: string[]
): string[] {
  const peer = peerAccount(row.uid)
  const sink = row.sink === 'cash' ? cash : storeCredit
  const from = way.includes('paid') ? sink : transit
  const [debited, credited] =
    kind === 'requested' ? [peer, transit] : kind === 'paid' ? [transit, sink] : [from, peer]
  const wrong = [
    ...(debit === debited ? [] : ['debit']),
    ...(credit === credited ? [] : ['credit']),
    ...(amountMinor === row.amountMinor ? [] : ['amountMinor'])
  ]
  return wrong.map((field) => `journal line ${at}: ${field}`)
}

/** The provider's share of each claim is what the claim's row says. Sellers may use one claim id for one purse. */
function checkShares(view: ScanView, shares: Map<string, bigint>, faults: string[]): void {
  for (const [key, { shareMinor }] of view.rows('claim')) {
    const [, claimId = '', purseId = ''] = key.split(' ')
    const claim = keyOf(claimId, purseId)
    shares.set(claim, (shares.get(claim) ?? 0n) - shareMinor)
  }
  for (const [claim, restMinor] of shares) {
    if (restMinor !== 0n) faults.push(`claim ${claim}: shareMinor is off by ${restMinor}`)
  }
}
