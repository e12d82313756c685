// What each account holds in escrow, has earned and has spent: sums over the ledger's journal, read once from its
// begin and then only where it grew. A view for people: no decision about money rests on it.

import { journalLines, uidOfAccount, type JournalLine, type LedgerStore } from '../ledger/index.ts'

/** Minor units. What a coupon paid for a buyer counts as his: in escrow, and as spent. */
export interface Statement {
  /** Came in from outside: deposits and gift codes, without what was booked by mistake. */
  deposited: bigint
  escrow: bigint
  earned: bigint
  spent: bigint
}

/** The ledger's name for the escrow (ledger/rows.ts). */
const ESCROW = 'escrow'
const REFUNDS: ReadonlySet<string> = new Set(['close', 'release'])
/** Kinds of lines by which money comes in. */
const INCOMING = new Set(['deposit', 'redeemGift'])

export class Statements {
  readonly #store: LedgerStore
  readonly #statements = new Map<string, Statement>()
  /** Who bought which purse, and what is left of it in escrow; gone with the last of it. */
  readonly #held = new Map<string, { buyer: string; heldMinor: bigint }>()
  #read = 0
  #reading: Promise<void> | undefined

  constructor(store: LedgerStore) {
    this.#store = store
  }

  /** The statement of `uid`, with all postings up to now. */
  async of(uid: string): Promise<Statement> {
    // A reading that is under way may have passed what this caller wants to see.
    await this.#reading
    this.#reading ??= this.#catchUp().finally(() => (this.#reading = undefined))
    await this.#reading
    return { ...this.#of(uid) }
  }

  async #catchUp(): Promise<void> {
    for await (const line of journalLines(this.#store, this.#read)) this.#add(line)
  }

  #of(uid: string): Statement {
    let statement = this.#statements.get(uid)
    if (statement === undefined) {
      statement = { deposited: 0n, escrow: 0n, earned: 0n, spent: 0n }
      this.#statements.set(uid, statement)
    }
    return statement
  }

  #add({ seq, kind, purseId, debit, credit, amountMinor }: JournalLine): void {
    this.#read = seq
    const [from, to] = [uidOfAccount(debit), uidOfAccount(credit)]
    if (to !== undefined && INCOMING.has(kind)) {
      this.#of(to).deposited += amountMinor
    } else if (from !== undefined && kind === 'correction') {
      this.#of(from).deposited -= amountMinor
    } else if (kind === 'purchase' && from !== undefined) {
      this.#held.set(purseId, { buyer: from, heldMinor: amountMinor })
      this.#of(from).escrow += amountMinor
    } else if (kind === 'key' && from !== undefined) {
      this.#pay(from, undefined, amountMinor)
    } else if (to !== undefined && kind === 'credit') {
      // A promise was missed: so much less was spent.
      this.#of(to).spent -= amountMinor
    } else if (from !== undefined && kind === 'cover') {
      this.#of(from).spent += amountMinor
    } else if (credit === ESCROW) {
      // A collateral, or what a coupon pays for the buyer.
      const held = this.#held.get(purseId)
      if (held === undefined) return
      held.heldMinor += amountMinor
      this.#of(held.buyer).escrow += amountMinor
    } else if (debit === ESCROW) {
      const buyer = this.#release(purseId, amountMinor)
      // A purse that ends pays debts to sellers too: only what its buyer himself gets is a refund.
      const isRefund = REFUNDS.has(kind) && to === buyer
      const isPay = !isRefund && (to !== undefined || kind === 'share')
      if (isPay) this.#pay(buyer, to, amountMinor)
    } else if (from !== undefined && to !== undefined) {
      // A debt beyond the escrow, of a token that the buyer gave to two sellers.
      this.#pay(from, to, amountMinor)
    }
  }

  /** `from` is nobody for a purse that the provider paid, `to` for the provider's share. */
  #pay(from: string | undefined, to: string | undefined, amountMinor: bigint): void {
    if (from !== undefined) this.#of(from).spent += amountMinor
    if (to !== undefined) this.#of(to).earned += amountMinor
  }

  /** Money leaves the escrow of a purse; answers whose it was. */
  #release(purseId: string, amountMinor: bigint): string | undefined {
    const held = this.#held.get(purseId)
    if (held === undefined) return undefined
    held.heldMinor -= amountMinor
    this.#of(held.buyer).escrow -= amountMinor
    if (held.heldMinor === 0n) this.#held.delete(purseId)
    return held.buyer
  }
}
