// Follows a history of commands and holds the books after every step against what the outcomes said. It knows no rule of
// the ledger: what a seller sold it has from claims and cases, and what that brought from the seller's balance.
import assert from 'node:assert/strict'
import type {
  Claim,
  ClaimOutcome,
  Command,
  LedgerStore,
  Outcome
} from '../../../tracker-extension/src/ledger/index.ts'
import { asRepeated, commandOf } from './script.ts'

type Result = Outcome | string

/** Refusals are results like any other: the code, also for the one claim of a batch. */
async function attempt(store: LedgerStore, command: Command): Promise<Result> {
  const outcome = await store.execute(command).catch((error: { code: string }) => error.code)
  if (typeof outcome === 'string' || !('claims' in outcome)) return outcome
  const [result] = outcome.claims
  return 'error' in result! ? result.error : outcome
}

const isOfCourt = (line: string): boolean => /^(complain|prove|settle|answer) /.test(line)

/** What a seller sold of a purse, and what it got. What is missing is owed to it. */
interface Sale {
  tokens: Set<number>
  paidMinor: bigint
  owedMinor: bigint
}

interface Purse {
  buyer: string
  priceMinor: bigint
  /** By payee. */
  sales: Map<string, Sale>
}

type Balances = ReadonlyMap<string, bigint>

export class Auditor {
  readonly #store: LedgerStore
  readonly #uids: readonly string[]
  readonly #answered = new Map<string, Outcome>()
  readonly #purses = new Map<string, Purse>()
  readonly #settled = new Set<string>()
  /** As they were after the step before. */
  #balances: Balances = new Map()
  #depositsMinor = 0n
  #postings = 0

  /** `uids` are all accounts there are. */
  constructor(store: LedgerStore, uids: readonly string[]) {
    this.#store = store
    this.#uids = uids
  }

  async step(line: string): Promise<void> {
    const command = commandOf(line)
    const result = await attempt(this.#store, command)
    const books = await this.#store.audit()
    assert.deepEqual(books.faults, [], line)
    const before = this.#answered.get(line)
    const settled = await this.#noteSettled(line)
    // A case answers as it stands now; all else, as it did the first time.
    const isOk = typeof result !== 'string' && before === undefined
    const moved = books.postings !== this.#postings
    if (moved) assert.ok(isOfCourt(line) ? settled !== undefined : isOk, `${line} moved money`)
    this.#postings = books.postings
    // A close says what came back by now: of a cancelled purse twice.
    const isClose = command.kind === 'close'
    if (before !== undefined && !isClose) assert.deepEqual(result, asRepeated(before), line)
    if (isOk && !isOfCourt(line)) this.#note(line, command, result)

    const balances = await this.#readBalances()
    if (command.kind === 'redeem' && isOk && 'claims' in result) {
      this.#noteClaim(line, command.claims[0]!, result.claims[0] as ClaimOutcome, balances)
    }
    const paying = moved && isClose ? command.purseId : settled
    if (paying !== undefined) {
      const purse = this.#purses.get(paying)!
      this.#notePaid(line, purse, balances)
      if (isClose) {
        expectAllPaid(line, purse, purse.sales.values(), balances)
        await this.#expectDecided(line, paying)
      }
    }
    this.#balances = balances
    assert.equal(books.depositsMinor, this.#depositsMinor, line)
    const held = [...balances.values()].reduce((sum, minor) => sum + minor, 0n)
    assert.equal(held + books.escrowMinor, this.#depositsMinor, `${line}: money came or went`)
  }

  async #readBalances(): Promise<Balances> {
    const accounts = await Promise.all(this.#uids.map((uid) => this.#store.account(uid)))
    return new Map(this.#uids.map((uid, i) => [uid, accounts[i]!.balanceMinor]))
  }

  #saleOf(payee: string, purseId: string): Sale {
    const { sales } = this.#purses.get(purseId)!
    const sale = sales.get(payee) ?? { tokens: new Set(), paidMinor: 0n, owedMinor: 0n }
    sales.set(payee, sale)
    return sale
  }

  /**
   * I3: what the court pays, on acceptance or as a purse closes, is one token that this seller was not paid for. Answers
   * whose purse paid.
   */
  async #noteSettled(line: string): Promise<string | undefined> {
    let paying: string | undefined
    for (const { complaintId, outcome, ...row } of await this.#store.complaints()) {
      if (outcome !== 'settled' || this.#settled.has(complaintId)) continue
      this.#settled.add(complaintId)
      paying = row.purseId
      const { tokens } = this.#saleOf(row.accuser, row.purseId)
      assert.ok(!tokens.has(row.index), `${line} paid twice`)
      tokens.add(row.index)
    }
    return paying
  }

  #note(line: string, command: Command, result: Outcome): void {
    // Another purchase's purse is an answer of the moment; everything else is an answer for good.
    if ('purse' in result && result.chargedMinor === 0n) return
    this.#answered.set(line, result)
    if (command.kind === 'deposit') this.#depositsMinor += command.amountMinor
    if (command.kind === 'correct') this.#depositsMinor -= command.amountMinor
    if (!('purse' in result) || this.#purses.has(result.purse.purseId)) return
    const { purseId, uid: buyer, priceMinor } = result.purse
    this.#purses.set(purseId, { buyer, priceMinor, sales: new Map() })
  }

  /** W8, I3: whatever the order, a seller's money and what it is owed are price × distinct tokens. */
  #noteClaim(
    line: string,
    { payee, purseId, bitmap }: Claim,
    { creditedMinor, uncovered }: ClaimOutcome,
    balances: Balances
  ): void {
    const purse = this.#purses.get(purseId)!
    const sale = this.#saleOf(payee, purseId)
    for (let i = 0; i < bitmap.length * 8; i++) {
      if (bitmap[i >> 3]! & (0x80 >> (i & 7))) sale.tokens.add(i)
    }
    sale.owedMinor = purse.priceMinor * BigInt(sale.tokens.size)
    assert.equal(balances.get(payee)! - this.#balances.get(payee)!, creditedMinor, line)
    this.#notePaid(line, purse, balances)
    assert.equal(sale.owedMinor, purse.priceMinor * BigInt(uncovered), line)
    expectAllPaid(line, purse, [sale], balances)
  }

  /** I3: what reaches the sellers of a purse is what they are owed of it, and never more. */
  #notePaid(line: string, { priceMinor, sales }: Purse, balances: Balances): void {
    for (const [payee, sale] of sales) {
      sale.paidMinor += balances.get(payee)! - this.#balances.get(payee)!
      const owedMinor = priceMinor * BigInt(sale.tokens.size) - sale.paidMinor
      assert.ok(owedMinor >= 0n, `${line}: ${payee} got more than it sold`)
      assert.ok(owedMinor <= sale.owedMinor, `${line}: ${payee} did not get what it sold`)
      sale.owedMinor = owedMinor
    }
  }

  /** I4: proved cases come before what goes back to the buyer. */
  async #expectDecided(line: string, purseId: string): Promise<void> {
    for (const { outcome, ...row } of await this.#store.complaints()) {
      assert.ok(row.purseId !== purseId || outcome !== 'proved', `${line}: a case was passed over`)
    }
  }

  /** I7, W9: rows follow purses, sellers and claims, never tokens. */
  async checkSize(): Promise<void> {
    const { tables } = await this.#store.bytes()
    const claims = [...this.#answered.keys()].filter((line) => line.startsWith('redeem')).length
    const sales = [...this.#purses.values()].reduce((sum, purse) => sum + purse.sales.size, 0)
    assert.equal(tables.purse.rows, this.#purses.size)
    assert.equal(tables.sale.rows, sales)
    assert.equal(tables.claim.rows, claims)
    assert.equal(tables.journal.rows, this.#postings)
    assert.ok(tables.offence.rows <= sales * this.#uids.length)
  }
}

/** I4: a buyer who owes a seller of this purse is left with less than a token's price. */
function expectAllPaid(
  line: string,
  { buyer, priceMinor }: Purse,
  sales: Iterable<Sale>,
  balances: Balances
): void {
  const left = balances.get(buyer)!
  for (const { owedMinor } of sales) {
    assert.ok(
      owedMinor === 0n || left < priceMinor,
      `${line}: ${buyer} owes ${owedMinor} and keeps ${left}`
    )
  }
}
