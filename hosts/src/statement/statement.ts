// A statement of accounts out of postings: each posting is an entry of the account that it debits and one of the account that
// it credits, with the running balance. Pure; where postings come from and how entries are written is the caller's.

/** A posting of the journal. Amounts in minor units, `at` in Unix milliseconds. */
export interface Posting {
  at: number
  kind: string
  ref: string
  purse: string
  debit: string
  credit: string
  amountMinor: bigint
}

export interface Entry {
  at: number
  /** Of the posting; `opening` and `closing` say what an account stood at before and after. */
  kind: string
  ref: string
  purse: string
  account: string
  /** What the account got; below zero, what it gave. */
  amountMinor: bigint
  /** After it. */
  balanceMinor: bigint
}

export interface Period {
  /** From here on, Unix milliseconds. */
  from: number
  /** Up to here, this moment not among it. */
  to: number
}

export const EVER: Period = { from: 0, to: Infinity }

export class Statement {
  readonly #period: Period
  readonly #only: string | undefined
  readonly #now: number
  readonly #balances = new Map<string, bigint>()
  readonly #opened = new Set<string>()
  #last = 0

  /** Of one account, or of all. `now`, Unix milliseconds: no statement is of a later day. */
  constructor(period: Period, now: number, only?: string) {
    this.#period = period
    this.#now = now
    this.#only = only
  }

  get ofAll(): boolean {
    return this.#only === undefined
  }

  /** The entries that a posting adds; the next in the order of the journal. */
  take(posting: Posting): Entry[] {
    const { at, debit, credit, amountMinor } = posting
    if (at >= this.#period.to) return []
    return [
      ...this.#entries(posting, debit, -amountMinor),
      ...this.#entries(posting, credit, amountMinor)
    ]
  }

  /** What every account stands at, in the end. */
  closings(): Entry[] {
    const { to } = this.#period
    // Of a month that is not over: by now, but not before its last entry, should clocks differ.
    const at = Number.isFinite(to) ? Math.min(to - 1, Math.max(this.#now, this.#last)) : this.#last
    return [...this.#balances].map(([account, balanceMinor]) => ({
      ...{ at, kind: 'closing', ref: '', purse: '', account, amountMinor: 0n, balanceMinor }
    }))
  }

  /** The money outside, and all that stands on accounts: what came in and did not leave is somebody's. */
  sums(): { cashMinor: bigint; accountsMinor: bigint } {
    const cashMinor = this.#balances.get('cash') ?? 0n
    const allMinor = [...this.#balances.values()].reduce((sum, minor) => sum + minor, 0n)
    return { cashMinor, accountsMinor: allMinor - cashMinor }
  }

  #entries(posting: Posting, account: string, creditedMinor: bigint): Entry[] {
    if (this.#only !== undefined && account !== this.#only) return []
    const { at, kind, ref, purse } = posting
    // The money outside stands on the other side: it grows by what is debited.
    const amountMinor = account === 'cash' ? -creditedMinor : creditedMinor
    const before = this.#balances.get(account) ?? 0n
    const balanceMinor = before + amountMinor
    this.#balances.set(account, balanceMinor)
    this.#last = Math.max(this.#last, at)
    if (at < this.#period.from) return []
    const entry = { at, kind, ref, purse, account, amountMinor, balanceMinor }
    const isFirst = !this.#opened.has(account)
    this.#opened.add(account)
    if (!isFirst || before === 0n) return [entry]
    const opening = { at: this.#period.from, kind: 'opening', ref: '', purse: '', account }
    return [{ ...opening, amountMinor: 0n, balanceMinor: before }, entry]
  }
}
