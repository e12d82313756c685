// Customers of a provider that may die at any moment: over HTTP each registers, has money booked, buys a purse, and two sellers
// claim from it. What gets no answer is said again with the same ids, and now and then what did get one; in the end the
// journal must hold exactly what `postings` says, however often it was said.

import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { toHex } from '@floodgate/protocol'
import { postDeposit } from '../../hosts/src/provider/api-client.ts'
import {
  cash,
  escrow,
  peerAccount,
  type JournalRow
} from '../../tracker-extension/src/ledger/rows.ts'
import type { Random } from '../support/random.ts'
import { claimed, redeem } from '../tracker/mint/trade.ts'
import {
  buy,
  crypto,
  newKeys,
  register,
  type Bought,
  type RemoteProvider,
  type Trader
} from '../tracker/mint/world.ts'

export const PRICE = 3n
export const PIECES = 8
const DEPOSIT = 30n
/** What each claim adds: whose it is, the tokens of its voucher, and how many of them are new. */
const CLAIMS = [
  { of: 0, tokens: [0, 1, 2], fresh: 3 },
  { of: 1, tokens: [3, 4], fresh: 2 },
  { of: 0, tokens: [0, 1, 2, 5], fresh: 1 }
]
const SELLERS = 2
/** One in so many answered requests is made again. */
const REPEAT_ONE_IN = 4

/** No answer, or one that says: try again. */
const PASSING = new Set([
  ...['fetch failed', 'terminated', 'unreachable', 'internal', 'not-ready', 'too-many-requests']
])

function isPassing(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  return PASSING.has(code ?? '') || PASSING.has(message ?? '')
}

/** A line of the journal, all but its place and time. */
export const postingOf = (line: Omit<JournalRow, 'at'>): string => {
  const { kind, ref, purseId, debit, credit, amountMinor } = line
  return [kind, ref, purseId, debit, credit, amountMinor].join(' ')
}

export class Customers {
  readonly #provider: RemoteProvider
  readonly #operatorToken: string
  readonly #infoHash: string
  readonly #random: Random
  readonly #answers = new EventEmitter()
  #sellers: Trader[] = []
  #stopped = false
  /** Nobody goes on asking then. */
  #failed = false
  /** Requests that were answered, and tries that were not. */
  answered = 0
  unanswered = 0
  /** Whom each key was registered as. */
  readonly accounts: { signKey: Uint8Array; uid: string }[] = []
  /** All that the journal must hold for what was answered. */
  readonly postings: string[] = []

  constructor(
    provider: RemoteProvider,
    { operatorToken, infoHash }: { operatorToken: string; infoHash: string },
    random: Random
  ) {
    this.#provider = provider
    this.#operatorToken = operatorToken
    this.#infoHash = infoHash
    this.#random = random
  }

  /** So many customers at a time, one after the other, until `stop`; then those that began have ended. */
  async run(atATime: number): Promise<void> {
    this.#sellers = await Promise.all(Array.from({ length: SELLERS }, () => this.#register()))
    const line = async (): Promise<void> => {
      while (!this.#stopped) await this.#trade()
    }
    try {
      await Promise.all(Array.from({ length: atATime }, line))
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  stop(): void {
    this.#stopped = true
  }

  /** Resolves after so many more answers. */
  async more(count: number): Promise<void> {
    const until = this.answered + count
    while (this.answered < until) await once(this.#answers, 'answer')
  }

  async #trade(): Promise<void> {
    const buyer = await this.#register()
    await this.#deposit(buyer.uidHex)
    const bought = await this.#buy(buyer)
    for (const { of, tokens, fresh } of CLAIMS) {
      const seller = this.#sellers[of]!
      const purses = [await claimed(this.#provider, buyer, bought, seller.uid, tokens)]
      const id = crypto.random(32)
      const rows = await this.#settle(async () => {
        const said = await redeem(this.#provider, seller, purses, id)
        // A refusal of the whole claim is its code.
        if (PASSING.has(said[0]!)) throw new Error(said[0])
        return said
      })
      const amountMinor = PRICE * BigInt(fresh)
      assert.deepEqual(rows, [`ok ${fresh} 0 ${amountMinor}`])
      const sides = { debit: escrow, credit: peerAccount(seller.uidHex), amountMinor }
      const purseId = toHex(bought.purse.purse)
      this.postings.push(postingOf({ kind: 'redeem', ref: toHex(id), purseId, ...sides }))
    }
  }

  async #register(): Promise<Trader> {
    const own = newKeys()
    const trader = await this.#settle(
      () => register(this.#provider, 0n, own),
      ({ uidHex }) => uidHex
    )
    this.accounts.push({ signKey: own.key.publicKey, uid: trader.uidHex })
    return trader
  }

  async #deposit(uid: string): Promise<void> {
    const id = toHex(crypto.random(16))
    const order = { uid, amount: String(DEPOSIT), reason: 'test', id }
    await this.#settle(
      () => postDeposit({ url: this.#provider.url, token: this.#operatorToken }, order),
      ({ balance }) => balance
    )
    const sides = { debit: cash, credit: peerAccount(uid), amountMinor: DEPOSIT }
    this.postings.push(postingOf({ kind: 'deposit', ref: id, purseId: '', ...sides }))
  }

  async #buy(buyer: Trader): Promise<Bought> {
    const session = crypto.random(32)
    const bought = await this.#settle(
      () => buy(this.#provider, buyer, this.#infoHash, { session }),
      ({ purse }) => toHex(purse.purse)
    )
    const id = toHex(bought.purse.purse)
    const amountMinor = PRICE * BigInt(PIECES)
    const sides = { debit: peerAccount(buyer.uidHex), credit: escrow, amountMinor }
    this.postings.push(postingOf({ kind: 'purchase', ref: id, purseId: id, ...sides }))
    return bought
  }

  /** Asks until there is an answer; the same question again gets the same one. */
  async #settle<T>(ask: () => Promise<T>, said: (answer: T) => unknown = (it) => it): Promise<T> {
    const answer = await this.#ask(ask)
    if (this.#random.below(REPEAT_ONE_IN) === 0) {
      assert.deepEqual(said(await this.#ask(ask)), said(answer))
    }
    return answer
  }

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const answer = await ask()
        this.answered += 1
        this.#answers.emit('answer')
        return answer
      } catch (error) {
        if (!isPassing(error) || this.#failed) throw error
        this.unanswered += 1
        // Who is being started says at once that he is not there yet.
        await sleep(20)
      }
    }
  }
}
