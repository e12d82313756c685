// What each account earned, and what of it was paid out, out of the ledger's journal: what a policy judges by. Deposits and
// refunds are no earnings.

import type { JournalLine, LedgerStore } from '../ledger/index.ts'
import type { Dated, Standing } from './policy.ts'
import { MONTH_MS } from './rules.ts'

const PEER = 'peer:'
const TRANSIT = 'payout'
const uidOf = (account: string): string | undefined =>
  account.startsWith(PEER) ? account.slice(PEER.length) : undefined

interface Sums {
  balanceMinor: bigint
  /** Less what was paid out. */
  earnedMinor: bigint
  earned: Dated[]
  /** By payout, so that one that fails or returns is taken out again. */
  paid: Map<string, Dated>
  /** Payouts that were ever requested. */
  payouts: number
}

/** Sums over journal lines in their order. */
export class Standings {
  readonly #sums = new Map<string, Sums>()
  readonly #buyers = new Map<string, string>()
  readonly #windowMs: number
  /** Lines that were read. */
  read = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  add(line: JournalLine): void {
    const { kind, debit, credit, amountMinor } = line
    this.read = line.seq
    const [from, to] = [uidOf(debit), uidOf(credit)]
    if (from !== undefined) this.#of(from).balanceMinor -= amountMinor
    if (to !== undefined) this.#of(to).balanceMinor += amountMinor
    if (kind === 'purchase' && from !== undefined) this.#buyers.set(line.purseId, from)
    if (from !== undefined && credit === TRANSIT) this.#pay(from, line)
    else if (to !== undefined && (kind === 'failed' || kind === 'returned')) this.#unpay(to, line)
    else if (to !== undefined && this.#isEarned(line, to)) {
      const sums = this.#of(to)
      sums.earnedMinor += amountMinor
      sums.earned.push({ at: line.at, amountMinor })
    }
  }

  /** Pieces sold. A closing purse pays debts to sellers, and the rest back to its buyer, who earns nothing by it. */
  #isEarned({ kind, purseId }: JournalLine, to: string): boolean {
    if (kind === 'redeem' || kind === 'settle') return true
    return kind === 'close' && this.#buyers.get(purseId) !== to
  }

  #pay(uid: string, { at, ref, amountMinor }: JournalLine): void {
    const sums = this.#of(uid)
    sums.earnedMinor -= amountMinor
    sums.payouts += 1
    sums.paid.set(ref, { at, amountMinor })
  }

  #unpay(uid: string, { ref, amountMinor }: JournalLine): void {
    const sums = this.#of(uid)
    sums.earnedMinor += amountMinor
    sums.paid.delete(ref)
  }

  #of(uid: string): Sums {
    let sums = this.#sums.get(uid)
    if (sums === undefined) {
      sums = { balanceMinor: 0n, earnedMinor: 0n, earned: [], paid: new Map(), payouts: 0 }
      this.#sums.set(uid, sums)
    }
    return sums
  }

  /** Accounts that earned anything, in order of their uids. What is older than the windows is forgotten. */
  *all(now: number): Generator<Standing> {
    for (const uid of [...this.#sums.keys()].sort()) {
      const sums = this.#sums.get(uid)!
      sums.earned = sums.earned.filter(({ at }) => at > now - this.#windowMs)
      const paid = [...sums.paid.values()].filter(({ at }) => at > now - MONTH_MS)
      const { balanceMinor, earnedMinor, earned, payouts } = sums
      if (earnedMinor <= 0n || balanceMinor <= 0n) continue
      yield { uid, balanceMinor, withdrawableMinor: earnedMinor, earned, paid, payouts }
    }
  }
}

const LINES = 1000

/** Reads on from where `standings` is. */
export async function catchUp(standings: Standings, store: LedgerStore): Promise<void> {
  for (;;) {
    const lines = await store.journal(standings.read, LINES)
    for (const line of lines) standings.add(line)
    if (lines.length < LINES) return
  }
}
