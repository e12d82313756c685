// The buyer's half of a conversation: asks for whole pieces, and pays each one that fits its hash and is in
// the store (F22, F32–F35, F51, I3). Tokens are reserved to this seller before anything is asked, so that no
// token is ever promised to two.

import {
  FloodgateError,
  RESENDS_MAX,
  WINDOW_MAX,
  decode,
  equal,
  type Message
} from '@floodgate/protocol'
import type { Purse } from '@floodgate/wallet'
import type { Buying as BuyingSeam, ReleaseReason } from '../engine/seam.ts'
import { Arrivals } from './arrivals.ts'
import { falseIndex, isTrueDelivery } from './delivery-check.ts'
import { Paying } from './paying.ts'
import type { Speech } from './speech.ts'
import type { Market } from './terms.ts'

/** A request we sent, and the seller's signed answer. */
interface Ask {
  frame: Uint8Array
  hash: Uint8Array
  delivery: Uint8Array | undefined
}

export class Buying implements BuyingSeam {
  readonly #market: Market
  readonly #speech: Speech
  readonly #wake: () => void
  readonly #paying: Paying
  readonly purse: Purse
  /** Pieces bound to this seller that did not arrive yet. */
  readonly #bound = new Set<number>()
  /** Pieces in our store whose signed delivery is still on its way. */
  readonly #arrived = new Set<number>()
  /** The request that asked for a piece, until the piece is owed or given back. */
  readonly #asked = new Map<number, Ask>()
  /** Pieces the seller sent, or began to send, before, and counts as owed. */
  #owed = new Set<number>()
  readonly #arrivals: Arrivals
  /** Tries of a piece that came and did not fit (F51). */
  readonly #junk = new Map<number, number>()
  /** Pieces that the seller will not sell for now. */
  readonly #refused = new Set<number>()
  #limit = 0
  /** Did the seller say where we stand? Until then nothing is asked of it. */
  heard = false
  #closed = false

  constructor(market: Market, speech: Speech, purse: Purse, wake: () => void) {
    this.#market = market
    this.#speech = speech
    this.#arrivals = new Arrivals(market.clock)
    this.#paying = new Paying(market, speech, purse, () => this.#paid())
    this.purse = purse
    this.#wake = wake
  }

  get #payee(): Uint8Array {
    return this.#speech.other.certificate.uid
  }

  /** A payment went out: there may be more to pay, and room for more pieces. */
  #paid(): void {
    this.#payIfTime()
    this.#wake()
  }

  // — the engine's questions —

  /**
   * One piece beyond the limit is asked for ahead, so that the pipe never runs dry while a payment is under
   * way; of a fast seller as many as came lately, so that their reservations are durable before they are
   * here. Room is given by the half window: one signature then covers several pieces.
   */
  room(): number {
    if (this.#closed || this.#limit === 0) return 0
    // What it counts as owed comes first: until that is paid it gives nothing else.
    if (this.#owed.size >= this.#limit)
      return [...this.#owed].filter((i) => !this.#bound.has(i)).length
    const window = Math.min(WINDOW_MAX, Math.max(this.#limit + 1, this.#arrivals.recent()))
    return this.#bound.size > window / 2 ? 0 : window - this.#bound.size
  }

  mayBuy(index: number): boolean {
    if (this.#refused.has(index)) return false
    const holder = this.purse.holder(index)
    if (holder !== undefined && !equal(holder, this.#payee)) return false
    return this.#owed.size < this.#limit || this.#owed.has(index)
  }

  async bind(indexes: number[]): Promise<boolean> {
    const payee = this.#payee
    for (const index of indexes) {
      const holder = this.purse.holder(index)
      const ours = holder === undefined ? this.purse.reserve(index, payee) : equal(holder, payee)
      if (!ours) return false
      this.#market.grace.end(this.purse, index)
      this.#bound.add(index)
    }
    const first = indexes.filter((index) => this.#triesOf(index) === 0)
    const again = indexes.filter((index) => this.#triesOf(index) > 0)
    if (first.length > 0) await this.#ask(first, 0)
    for (const index of again) await this.#ask([index], this.#triesOf(index))
    return true
  }

  /** Resends of this piece that were asked for so far, or that a payment or debt on record implies. */
  #triesOf(index: number): number {
    const known = this.#owed.has(index) || this.purse.isPaid(index) ? 1 : 0
    return Math.min(RESENDS_MAX, Math.max(known, this.#junk.get(index) ?? 0))
  }

  async #ask(indexes: number[], resend: number): Promise<void> {
    const frame = await this.#speech.sign('request', {
      payee: this.#payee,
      infoHash: this.#market.content.infoHash,
      purse: this.purse.id,
      indexes,
      resend
    })
    const hash = this.#market.wallet.crypto.sha256(frame)
    const ask: Ask = { frame, hash, delivery: undefined }
    for (const index of indexes) this.#asked.set(index, ask)
    this.#speech.sayFrame(frame)
  }

  /** A wallet that cannot save tells its owner, and pays nothing until it can; a true piece is kept all the same. */
  ready = (index: number): Promise<void> =>
    this.purse.reservationSaved([index]).catch(() => undefined)

  got(index: number, stored: Promise<void>): void {
    this.#bound.delete(index)
    this.#arrivals.note()
    // Only what is in the store is paid: after a crash, what is not there cannot have been paid.
    this.#speech.alongside(async () => {
      await stored
      this.#arrived.add(index)
      this.#settle(index)
    })
  }

  /** A piece in the store, and the seller's signature for it: pay. In either order. */
  #settle(index: number): void {
    const delivery = this.#asked.get(index)?.delivery
    if (delivery === undefined || !this.#arrived.delete(index)) return
    this.#asked.delete(index)
    this.#owed.delete(index)
    this.#paying.owe(index, delivery)
    this.#payIfTime()
  }

  /**
   * Half of what the seller lets us owe is paid at once, with one signature; the other half is on its way
   * meanwhile. When nothing is, all is paid.
   */
  #payIfTime(): void {
    const free = this.#limit - this.#owed.size
    const few = this.#bound.size > 0 && this.#paying.dueCount < Math.floor(free / 2)
    if (!few) this.#paying.pay()
  }

  junk(index: number): void {
    this.#giveBack(index)
    this.#owed.add(index) // the seller believes that it came
    this.#junk.set(index, (this.#junk.get(index) ?? 0) + 1)
    this.#speech.reject('junk-piece', 'delivery', [index])
    const { junk } = this.#market
    const all = (junk.get(this.#speech.otherUid) ?? 0) + 1
    junk.set(this.#speech.otherUid, all)
    if (all <= RESENDS_MAX) return
    this.#speech.blacklist('junk-piece')
    throw new FloodgateError('junk-piece', String(index))
  }

  released(index: number, why: ReleaseReason): void {
    if (why === 'refused') this.#refused.add(index)
    const { grace, wakeAll, wallet } = this.#market
    const over = why === 'refused' || wallet.blacklist.has(this.#payee, wallet.now()) !== undefined
    if (over || !this.#asked.has(index)) return this.#giveBack(index)
    this.#bound.delete(index)
    this.#asked.delete(index)
    grace.begin(this.purse, index, this.#payee, wakeAll)
    this.#payIfTime()
  }

  #giveBack(index: number): void {
    this.#bound.delete(index)
    this.#asked.delete(index)
    this.purse.release(index, this.#payee)
  }

  // — the seller's messages —

  /** The seller's signed hashes must be the content's: else its own signature convicts it (F34). */
  async takeDelivery(frame: Uint8Array): Promise<void> {
    const { wallet, content } = this.#market
    const { message } = decode(frame, 'delivery')
    if (!equal(message.session, this.#speech.sessionId)) throw new FloodgateError('wrong-session')
    const asks = message.indexes.map((index) => this.#asked.get(index))
    const ask = asks.find((found) => found !== undefined && equal(found.hash, message.request))
    if (ask === undefined || ask.delivery !== undefined) return // given back meanwhile, or said again
    await wallet.trust.signedBy('delivery', frame, this.#speech.other.certificate)
    this.#speech.remember(frame)
    if (!isTrueDelivery(content, wallet.uid, message)) {
      this.#accuse(frame, falseIndex(content, message))
    }
    ask.delivery = frame
    for (const index of message.indexes) if (this.#asked.get(index) === ask) this.#settle(index)
  }

  /** The seller signed hashes that are not the content's. What its signature does not prove is not filed. */
  #accuse(delivery: Uint8Array, index: number | undefined): never {
    const { content, accuse } = this.#market
    const { certificate, frame } = this.#speech.other
    if (index !== undefined) {
      accuse({
        ...{ kind: 'bad-delivery', accused: certificate.uid, certificate: frame },
        ...{ infoHash: content.infoHash, purse: this.purse.id, index, frames: [delivery] }
      })
    }
    this.#speech.blacklist('bad-delivery')
    throw new FloodgateError('bad-delivery')
  }

  /** Where the seller says we stand: level-triggered, and never a reason to pay more than we owe (W3). */
  async takeStatement(message: Message<'statement'>): Promise<void> {
    if (!equal(message.purse, this.purse.id)) return
    this.heard = true
    await this.#paying.takeStatement(message)
    this.#limit = message.limit
    this.#owed = new Set(message.owed.filter((index) => !this.purse.isPaid(index)))
    this.#refused.clear()
    this.#endGrace()
    this.#oweUnsettled()
    this.#paying.pay()
    this.#wake()
  }

  /** What it counts as owed, and what came before a crash or on a connection that ended: reserved to it, and here. */
  #oweUnsettled(): void {
    const unsettled = this.purse.reservedTo(this.#payee).filter((index) => !this.#isDue(index))
    for (const index of [...this.#owed, ...unsettled].filter((one) => this.#hasAndCanPay(one))) {
      this.#owed.delete(index)
      this.#paying.owe(index, undefined)
    }
  }

  /** Is it on its way, on this connection? */
  #isDue = (index: number): boolean => this.#bound.has(index) || this.#asked.has(index)

  /** What this seller does not count as owed need not wait for it. */
  #endGrace(): void {
    for (const index of this.purse.reservedTo(this.#payee)) {
      if (this.#owed.has(index) || this.#bound.has(index)) continue
      if (this.#market.grace.end(this.purse, index)) this.purse.release(index, this.#payee)
    }
  }

  /** Is it in our store, and its token this seller's? A free one is nobody's on a stranger's word (I3); the court has ours. */
  #hasAndCanPay(index: number): boolean {
    if (index >= this.purse.count || !this.#market.content.has(index)) return false
    const holder = this.purse.holder(index)
    return holder !== undefined && equal(holder, this.#payee)
  }

  async takeReceipt(frame: Uint8Array): Promise<void> {
    const limit = await this.#paying.takeReceipt(frame)
    if (limit === undefined) return
    this.#limit = limit
    this.#payIfTime()
    this.#wake()
  }

  /** Says again what was not answered: requests without delivery, and the last payment. */
  sayAgain(): void {
    // What another connection brought may be stored only now that it has ended, and after the last statement.
    if (this.heard) this.#oweUnsettled()
    const asks = new Set([...this.#bound, ...this.#arrived].map((index) => this.#asked.get(index)))
    for (const ask of asks) {
      if (ask !== undefined && ask.delivery === undefined) this.#speech.sayFrame(ask.frame)
    }
    this.#paying.pay()
    this.#paying.sayAgain()
  }

  /** Does this seller wait for money that we have for it? */
  get owing(): boolean {
    return this.#arrived.size > 0 || this.#paying.owing
  }

  close(): void {
    this.#closed = true
    this.#paying.close()
  }
}
