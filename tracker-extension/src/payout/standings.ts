// What each account earned, and has neither spent nor been paid of it, out of the ledger's journal: what a policy judges by.
// Deposits, gifts and refunds are no earnings.

import { journalLines, uidOfAccount, type JournalLine, type LedgerStore } from '../ledger/index.ts'
import type { Dated, Standing } from './policy.ts'
import { MONTH_MS, least } from './rules.ts'

const TRANSIT = 'payout'
/** A buyer's money goes into a purse by these, and comes back by those. */
const BUYING: ReadonlySet<string> = new Set(['purchase', 'collateral'])
const BACK: ReadonlySet<string> = new Set(['close', 'release'])

/** The two piles that a balance is made of, and what a policy judges by. */
interface Sums {
  /** Came in from outside, or back from a purse: for buying. */
  depositedMinor: bigint
  /** Earned and neither spent nor paid out. */
  earnedMinor: bigint
  earned: Dated[]
  /** By payout, so that one that fails or returns is taken out again. */
  paid: Map<string, Dated & { earnedMinor: bigint }>
  /** Payouts that were ever requested. */
  payouts: number
}

/** Who bought a purse, and how much of what he paid for it he had earned. */
interface Bought {
  buyer: string
  earnedMinor: bigint
}

/**
 * Sums over journal lines in their order. What an account spends is taken from its deposits, then from its oldest earnings: a
 * deposit never takes the place of earnings that were spent before, and what is left of earnings is young, so it is held.
 */
export class Standings {
  readonly #sums = new Map<string, Sums>()
  readonly #bought = new Map<string, Bought>()
  readonly #windowMs: number
  /** Lines that were read. */
  read = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  add(line: JournalLine): void {
    this.read = line.seq
    const [from, to] = [uidOfAccount(line.debit), uidOfAccount(line.credit)]
    if (from !== undefined && line.credit === TRANSIT) this.#pay(from, line)
    else if (from !== undefined) this.#spend(from, line)
    if (to !== undefined) this.#receive(to, line)
  }

  #receive(uid: string, line: JournalLine): void {
    const { kind, purseId, at, amountMinor } = line
    const sums = this.#of(uid)
    if (kind === 'failed' || kind === 'returned') this.#unpay(sums, line)
    else if (this.#isEarned(line, uid)) {
      sums.earnedMinor += amountMinor
      sums.earned.push({ at, amountMinor })
    } else {
      const bought = BACK.has(kind) ? this.#bought.get(purseId) : undefined
      const backMinor = least(bought?.earnedMinor ?? 0n, amountMinor)
      if (bought !== undefined) bought.earnedMinor -= backMinor
      sums.earnedMinor += backMinor
      sums.depositedMinor += amountMinor - backMinor
    }
  }

  /** Pieces sold. A closing purse pays debts to sellers, and the rest back to its buyer, who earns nothing by it. */
  #isEarned({ kind, purseId }: JournalLine, to: string): boolean {
    if (kind === 'redeem' || kind === 'settle') return true
    return BACK.has(kind) && this.#bought.get(purseId)?.buyer !== to
  }

  #spend(uid: string, { kind, purseId, amountMinor }: JournalLine): void {
    const sums = this.#of(uid)
    const depositedMinor = least(sums.depositedMinor, amountMinor)
    const earnedMinor = amountMinor - depositedMinor
    sums.depositedMinor -= depositedMinor
    sums.earnedMinor -= earnedMinor
    if (!BUYING.has(kind)) return
    const before = this.#bought.get(purseId)?.earnedMinor ?? 0n
    this.#bought.set(purseId, { buyer: uid, earnedMinor: before + earnedMinor })
  }

  /** More than was earned is paid by no policy; should a ledger say so, it was a deposit. */
  #pay(uid: string, { at, ref, amountMinor }: JournalLine): void {
    const sums = this.#of(uid)
    const earnedMinor = least(sums.earnedMinor, amountMinor)
    sums.earnedMinor -= earnedMinor
    sums.depositedMinor -= amountMinor - earnedMinor
    sums.payouts += 1
    sums.paid.set(ref, { at, amountMinor, earnedMinor })
  }

  #unpay(sums: Sums, { ref, amountMinor }: JournalLine): void {
    const earnedMinor = sums.paid.get(ref)?.earnedMinor ?? 0n
    sums.earnedMinor += earnedMinor
    sums.depositedMinor += amountMinor - earnedMinor
    sums.paid.delete(ref)
  }

  #of(uid: string): Sums {
    let sums = this.#sums.get(uid)
    if (sums === undefined) {
      sums = { depositedMinor: 0n, earnedMinor: 0n, earned: [], paid: new Map(), payouts: 0 }
      this.#sums.set(uid, sums)
    }
    return sums
  }

  /** Accounts that have earnings left, in order of their uids. What is older than the windows is forgotten. */
  *all(now: number): Generator<Standing> {
    for (const uid of [...this.#sums.keys()].sort()) {
      const sums = this.#sums.get(uid)!
      sums.earned = sums.earned.filter(({ at }) => at > now - this.#windowMs)
      const paid = [...sums.paid.values()].filter(({ at }) => at > now - MONTH_MS)
      const { depositedMinor, earnedMinor, earned, payouts } = sums
      const balanceMinor = depositedMinor + earnedMinor
      if (earnedMinor <= 0n || balanceMinor <= 0n) continue
      yield { uid, balanceMinor, withdrawableMinor: earnedMinor, earned, paid, payouts }
    }
  }
}

/** Reads on from where `standings` is. */
export async function catchUp(standings: Standings, store: LedgerStore): Promise<void> {
  for await (const line of journalLines(store, standings.read)) standings.add(line)
}
