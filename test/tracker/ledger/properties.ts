// Random histories against any store: money (I1), idempotence and order (W8, G14), and size (I7).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {
  Claim,
  ClaimOutcome,
  Command,
  LedgerStore,
  Outcome,
  Outcomes
} from '../../../tracker-extension/src/ledger/index.ts'
import type { OpenLedger } from './compliance.ts'
import { asRepeated, commandOf, openAccount } from './script.ts'

const uids = ['alice', 'bob', 'carol']
const contents = { film: { pieces: 11, price: 3 }, book: { pieces: 3, price: 7 } }
const pick = (...words: string[]) => fc.constantFrom(...words)
const number = (min: number, max: number) => fc.integer({ min, max })

const deposit = fc
  .tuple(number(0, 5), pick(...uids, 'zoe'), number(0, 40))
  .map(([id, uid, amount]) => `deposit d${id} ${uid} ${amount}`)

/** Purses p0 and p1 are mostly films, p2 mostly books: random bitmaps should often fit. */
const orders = ['p0 alice film 3', 'p1 bob film 3', 'p1 alice film 3', 'p2 alice book 7']
const purchase = fc
  .tuple(
    pick(...orders, 'p0 carol book 8', 'p3 alice film 3', 'p4 alice film 3'),
    pick('', 'again', 'part=0-2', 'part=1-6,8-11', 'part=4-9 again', 'part=3-20'),
    number(1, 90),
    number(50, 120)
  )
  .map(([order, how, now, until]) => `purchase ${order} ${how} at=${now} until=${until}`)

/** What is kept is seldom all that was paid: buyers who go on paying are met often. */
const cancel = fc
  .tuple(pick('p0 alice', 'p1 bob', 'p1 alice', 'p3 alice'), number(0, 2 ** 11 - 1), number(1, 99))
  .map(([purse, kept, early]) => {
    return `cancel ${purse} ${kept.toString(2).padStart(11, '0')} early=${early} at=${early}`
  })

const redeem = fc
  .tuple(number(0, 9), pick(...uids), pick('p0', 'p0', 'p1', 'p2', 'p3', 'p4'))
  .chain(([id, payee, purse]) => {
    const length = purse === 'p2' ? contents.book.pieces : contents.film.pieces
    const digits = fc.array(pick('0', '1'), { minLength: length, maxLength: length })
    return digits.map((bits) => `redeem c${id} ${payee} ${purse} ${bits.join('')}`)
  })

/** Few cases, so that they are repeated, proved, settled, answered and met by claims of the same tokens. */
const file = fc
  .tuple(number(0, 9), pick(...uids), pick('alice p0', 'bob p1', 'alice p2'), number(0, 3))
  .map(([id, accuser, purse, index]) => `complain k${id} ${accuser} ${purse} ${index}`)
const follow = fc
  .tuple(pick('prove', 'settle', 'prove', 'settle', 'answer'), number(0, 9), pick('void', 'guilty'))
  .map(([verb, id, word]) => `${verb} k${id}${verb === 'answer' ? ` ${word}` : ''}`)

const close = fc
  .tuple(number(0, 4), number(40, 130))
  .map(([purse, now]) => `close p${purse} at=${now}`)

/** Small worlds of ids, so that repeats, conflicts and double spends are frequent. */
const line = fc.oneof(
  { weight: 3, arbitrary: deposit },
  { weight: 3, arbitrary: purchase },
  { weight: 9, arbitrary: redeem },
  { weight: 4, arbitrary: file },
  { weight: 6, arbitrary: follow },
  { weight: 1, arbitrary: cancel },
  { weight: 2, arbitrary: close }
)

async function prepare(store: LedgerStore): Promise<void> {
  for (const uid of uids) await openAccount(store, uid)
  for (const [infoHash, { pieces, price }] of Object.entries(contents)) {
    await store.execute(commandOf(`publish ${infoHash} ${pieces} ${price}`))
  }
}

type Result = Outcome | string

/** Refusals are results like any other: the code, also for the one claim of a batch. */
async function attempt(store: LedgerStore, command: Command): Promise<Result> {
  const outcome = await store.execute(command).catch((error: { code: string }) => error.code)
  if (typeof outcome === 'string' || !('claims' in outcome)) return outcome
  const [result] = outcome.claims
  return 'error' in result! ? result.error : outcome
}

/** What one seller got from one purse, reckoned from outcomes alone. */
interface Earned {
  tokens: Set<number>
  paid: bigint
}

const isOfCourt = (line: string): boolean => /^(complain|prove|settle|answer) /.test(line)

/** Follows a history and checks the books after every step against what the outcomes said. */
class Auditor {
  readonly #store: LedgerStore
  readonly #answered = new Map<string, Outcome>()
  readonly #earned = new Map<string, Earned>()
  readonly #settled = new Set<string>()
  #depositsMinor = 0n
  #postings = 0
  readonly #purses = new Set<string>()

  constructor(store: LedgerStore) {
    this.#store = store
  }

  async step(line: string): Promise<void> {
    const command = commandOf(line)
    const result = await attempt(this.#store, command)
    const books = await this.#store.audit()
    assert.deepEqual(books.faults, [], line)
    const before = this.#answered.get(line)
    const settled = await this.#noteSettled(line)
    // A case answers as it stands now; all else, as it did the first time.
    const moves = isOfCourt(line) ? settled > 0 : typeof result !== 'string' && before === undefined
    if (!moves) assert.equal(books.postings, this.#postings, `${line} moved money`)
    this.#postings = books.postings
    // A close says what came back by now: of a cancelled purse twice.
    const isClose = command.kind === 'close'
    if (before !== undefined && !isClose) assert.deepEqual(result, asRepeated(before), line)
    if (before === undefined && typeof result !== 'string' && !isOfCourt(line))
      this.#note(line, command, result)
    assert.equal(books.depositsMinor, this.#depositsMinor, line)
    const accounts = await Promise.all(uids.map((uid) => this.#store.account(uid)))
    const held = accounts.reduce((sum, account) => sum + account!.balanceMinor, 0n)
    assert.equal(held + books.escrowMinor, this.#depositsMinor, `${line}: money came or went`)
  }

  /** I3: what the court pays, on acceptance or as a purse closes, is one token that this seller was not paid for. */
  async #noteSettled(line: string): Promise<number> {
    let settled = 0
    for (const { complaintId, outcome, ...row } of await this.#store.complaints()) {
      if (outcome !== 'settled' || this.#settled.has(complaintId)) continue
      this.#settled.add(complaintId)
      settled += 1
      const earned = this.#earnedOf(row.accuser, row.purseId)
      assert.ok(!earned.tokens.has(row.index), `${line} paid twice`)
      earned.tokens.add(row.index)
      earned.paid += row.creditedMinor
    }
    return settled
  }

  #earnedOf(payee: string, purseId: string): Earned {
    const key = `${payee} ${purseId}`
    const earned = this.#earned.get(key) ?? { tokens: new Set(), paid: 0n }
    this.#earned.set(key, earned)
    return earned
  }

  #note(line: string, command: Command, result: Outcome): void {
    // Another purchase's purse is an answer of the moment; everything else is an answer for good.
    if ('purse' in result && result.chargedMinor === 0n) return
    const repeated = this.#sameBefore(command, result)
    this.#answered.set(line, result)
    if (repeated) return
    if (command.kind === 'deposit') this.#depositsMinor += command.amountMinor
    if ('purse' in result) this.#purses.add(result.purse.purseId)
    if (command.kind === 'redeem' && 'claims' in result) this.#credit(command.claims[0]!, result)
  }

  /** The same purchase at another time of day is the same command on another line. */
  #sameBefore(command: Command, result: Outcome): boolean {
    if (command.kind !== 'purchase' || !('purse' in result)) return false
    return result.purse.openedAt !== command.now || result.purse.expiresAt !== command.expiresAt
  }

  /** W8, I3: whatever the order, a seller's money and what it is owed are price × distinct tokens. */
  #credit({ payee, purseId, bitmap }: Claim, result: Outcomes['redeem']): void {
    const outcome = result.claims[0] as ClaimOutcome
    const earned = this.#earnedOf(payee, purseId)
    for (let i = 0; i < bitmap.length * 8; i++) {
      if (bitmap[i >> 3]! & (0x80 >> (i & 7))) earned.tokens.add(i)
    }
    earned.paid += outcome.creditedMinor
    const price = bitmap.length === 1 ? 7n : 3n
    const owed = price * BigInt(outcome.uncovered)
    assert.equal(earned.paid + owed, price * BigInt(earned.tokens.size), payee)
  }

  /** I7, W9: rows follow purses, sellers and claims, never tokens. */
  async checkSize(): Promise<void> {
    const { tables } = await this.#store.bytes()
    const claims = [...this.#answered.keys()].filter((line) => line.startsWith('redeem')).length
    assert.equal(tables.purse.rows, this.#purses.size)
    assert.equal(tables.sale.rows, this.#earned.size)
    assert.equal(tables.claim.rows, claims)
    assert.equal(tables.journal.rows, this.#postings)
    assert.ok(tables.offence.rows <= this.#earned.size * uids.length)
  }
}

/** Claims as honest trade makes them: each seller's bitmaps grow, and no token goes to two sellers. */
const honestTrade = fc
  .array(pick(...uids.slice(1)), { minLength: 1, maxLength: 11 })
  .chain((payees) => {
    const claims = payees.map((payee, index) => {
      const bits = payees.map((one, i) => (one === payee && i <= index ? '1' : '0')).join('')
      return `redeem c${index} ${payee} p0 ${bits.padEnd(11, '0')}`
    })
    const parts = fc.array(fc.shuffledSubarray(claims), { maxLength: 3 })
    const whole = fc.shuffledSubarray(claims, { minLength: claims.length })
    return fc.tuple(fc.constant(payees), parts, whole)
  })

/** Each run opens a store of its own, so `numRuns` is chosen by what opening costs. */
export function ledgerProperties(name: string, open: OpenLedger, numRuns: number): void {
  const seed = Number(process.env.FLOODGATE_SEED ?? Date.now() % 2 ** 31)

  const onLedger = async (work: (store: LedgerStore) => Promise<void>): Promise<void> => {
    const store = await open()
    try {
      await prepare(store)
      await work(store)
    } finally {
      await store.close()
    }
  }

  describe(`ledger properties: ${name} (FLOODGATE_SEED=${seed})`, () => {
    it('I1 I3 I4 I7: whatever is done, repeated or refused, the books balance', async () => {
      const history = fc.array(line, { minLength: 20, maxLength: 80, size: 'max' })
      const property = fc.asyncProperty(history, (lines) =>
        onLedger(async (store) => {
          const auditor = new Auditor(store)
          await auditor.step('deposit start alice 50')
          for (const one of lines) await auditor.step(one)
          await auditor.checkSize()
        })
      )
      await fc.assert(property, { seed, numRuns })
    }).timeout(120_000)

    it('W8 G14: honest claims in any order, with repeats, pay each seller its tokens', async () => {
      const property = fc.asyncProperty(honestTrade, ([payees, parts, whole]) =>
        onLedger(async (store) => {
          for (const one of ['deposit d0 alice 33', 'purchase p0 alice film 3']) {
            await store.execute(commandOf(one))
          }
          for (const one of [...parts.flat(), ...whole]) await store.execute(commandOf(one))
          await store.execute(commandOf('close p0 at=200'))
          for (const uid of uids) {
            const sold = payees.filter((payee) => payee === uid).length
            const tokens = uid === 'alice' ? 11 - payees.length : sold
            assert.equal((await store.account(uid))?.balanceMinor, 3n * BigInt(tokens), uid)
          }
          assert.deepEqual((await store.audit()).faults, [])
        })
      )
      await fc.assert(property, { seed, numRuns })
    }).timeout(120_000)
  })
}
