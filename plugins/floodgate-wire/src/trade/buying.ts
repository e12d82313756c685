// The buyer's half of a conversation: asks for whole pieces, and pays each one that fits its hash and is in
// the store (F22, F32–F35, F51, I3). Tokens are reserved to this seller before anything is asked, so that no
// token is ever promised to two.

import { FloodgateError, RESENDS_MAX, WINDOW_MAX, equal, type Message } from '@floodgate/protocol'
import type { Purse } from '@floodgate/wallet'
import type { Buying as BuyingSeam, ReleaseReason } from '../engine/seam.ts'
import { Arrivals } from './arrivals.ts'
import { Asks } from './asks.ts'
import type { Paying } from './paying.ts'
import { Payings } from './payings.ts'
import type { Speech } from './speech.ts'
import type { Market } from './terms.ts'

export class Buying implements BuyingSeam {
  readonly #market: Market
  readonly #speech: Speech
  readonly #wake: () => void
  readonly #payings: Payings
  /** Pieces bound to this seller that did not arrive yet, and since when; milliseconds. */
  readonly #bound = new Map<number, number>()
  /** Pieces in our store whose signed delivery is still on its way. */
  readonly #arrived = new Set<number>()
  readonly #asked: Asks
  readonly #arrivals: Arrivals
  /** Tries of a piece that came and did not fit (F51). */
  readonly #junk = new Map<number, number>()
  /** Pieces that the seller will not sell for now. */
  readonly #refused = new Set<number>()
  #limit = 0
  /** Was there room for pieces to pay, when we were asked last? */
  #mayPay = false
  /** Has the seller taken our proof? Before that it would not even hear what is asked for nothing. */
  #met = false
  #closed = false

  constructor(market: Market, speech: Speech, wake: () => void) {
    this.#market = market
    this.#speech = speech
    this.#arrivals = new Arrivals(market.clock)
    this.#wake = wake
    this.#asked = new Asks(market, speech)
    this.#payings = new Payings(market, speech, () => this.#paid())
  }

  get #payee(): Uint8Array {
    return this.#speech.other.certificate.uid
  }

  /** Our purses have changed. */
  takeUp(): void {
    this.#payings.takeUp()
  }

  /** Did the seller answer each purse that it was shown, or at least our proof? */
  get heard(): boolean {
    const isMet = this.#met || this.#market.content.free === 0
    return isMet && this.#payings.heard
  }

  /** A payment went out: there may be more to pay, and room for more pieces. */
  #paid(): void {
    this.#payIfTime()
    this.#wake()
  }

  #isFree = (index: number): boolean => index < this.#market.content.free

  // — the engine's questions —

  room(): number {
    if (this.#closed) return 0
    this.#payings.refresh()
    const room = this.#roomToPay()
    this.#mayPay = room > 0
    if (room > 0 || this.#market.content.free === 0 || !this.#met) return room
    return this.#bound.size > WINDOW_MAX / 2 ? 0 : WINDOW_MAX - this.#bound.size
  }

  /**
   * One piece beyond the limit is asked for ahead, so that the pipe never runs dry while a payment is under
   * way; of a fast seller as many as came lately, so that their reservations are durable before they are
   * here, and of a far one as many as fill the round trip. Room is given by the half window: one signature then
   * covers several pieces.
   */
  #roomToPay(): number {
    if (this.#limit === 0) return 0
    // What it counts as owed comes first: until that is paid it gives nothing else.
    if (this.#payings.owedCount() >= this.#limit) {
      return this.#payings.owed().filter((index) => !this.#bound.has(index)).length
    }
    const window = Math.min(WINDOW_MAX, Math.max(this.#limit + 1, this.#arrivals.recent()))
    return this.#bound.size > window / 2 ? 0 : window - this.#bound.size
  }

  mayBuy(index: number): boolean {
    if (this.#refused.has(index)) return false
    if (this.#isFree(index)) return this.#met
    const paying = this.#payings.for(index)
    if (paying?.heard !== true) return false
    const holder = paying.purse.holder(index)
    if (holder !== undefined && !equal(holder, this.#payee)) return false
    if (paying.owed.has(index)) return true
    return this.#mayPay && this.#payings.owedCount() < this.#limit
  }

  async bind(indexes: number[]): Promise<boolean> {
    const byPurse = new Map<Paying, number[]>()
    for (const index of indexes) {
      if (!this.#isFree(index)) {
        const paying = this.#payings.for(index)
        if (paying === undefined || !this.#reserve(paying.purse, index)) return false
        byPurse.set(paying, [...(byPurse.get(paying) ?? []), index])
      }
      this.#bound.set(index, this.#market.clock.now())
    }
    for (const [paying, asked] of byPurse) await this.#askFrom(paying, asked)
    return true
  }

  #reserve(purse: Purse, index: number): boolean {
    if (!purse.reserve(index, this.#payee) && !this.#isOurs(purse, index)) return false
    this.#market.grace.end(purse, index)
    return true
  }

  #isOurs(purse: Purse, index: number): boolean {
    const holder = purse.holder(index)
    return holder !== undefined && equal(holder, this.#payee)
  }

  async #askFrom(paying: Paying, indexes: number[]): Promise<void> {
    const triesOf = (index: number): number => this.#triesOf(paying, index)
    const first = indexes.filter((index) => triesOf(index) === 0)
    const again = indexes.filter((index) => triesOf(index) > 0)
    const isBound = (index: number): boolean => this.#bound.has(index)
    const ask = (indexes: number[], resend: number): Promise<void> =>
      this.#asked.ask(paying, { indexes, resend }, isBound)
    if (first.length > 0) await ask(first, 0)
    for (const index of again) await ask([index], triesOf(index))
  }

  /** Resends of this piece that were asked for so far, or that a payment or debt on record implies. */
  #triesOf({ owed, purse }: Paying, index: number): number {
    const known = owed.has(index) || purse.isPaid(index) ? 1 : 0
    return Math.min(RESENDS_MAX, Math.max(known, this.#junk.get(index) ?? 0))
  }

  /** A wallet that cannot save tells its owner, and pays nothing until it can; a true piece is kept all the same. */
  ready = async (index: number): Promise<void> => {
    const purse = this.#asked.get(index)?.paying.purse
    await purse?.reservationSaved([index]).catch(() => undefined)
  }

  got(index: number, stored: Promise<void>): void {
    this.#arrivals.note(this.#bound.get(index))
    this.#bound.delete(index)
    // While many free pieces were on their way nothing was bought; the picker noted that there is nothing here.
    if (this.#isFree(index) && !this.#mayPay && this.#roomToPay() > 0) this.#wake()
    // Only what is in the store is paid: after a crash, what is not there cannot have been paid.
    this.#speech.alongside(async () => {
      await stored
      if (this.#isFree(index)) return
      this.#arrived.add(index)
      this.#settle(index)
    })
  }

  /** A piece in the store, and the seller's signature for it: pay. In either order. */
  #settle(index: number): void {
    const ask = this.#asked.get(index)
    if (ask?.delivery === undefined || !this.#arrived.delete(index)) return
    this.#asked.delete(index)
    ask.paying.owed.delete(index)
    ask.paying.owe(index, ask.delivery)
    this.#payIfTime()
  }

  /**
   * Half of what the seller lets us owe is paid at once, with one signature; the other half is on its way
   * meanwhile. When nothing is, all is paid.
   */
  #payIfTime(): void {
    const half = Math.floor((this.#limit - this.#payings.owedCount()) / 2)
    if (this.#bound.size === 0 || this.#payings.dueCount() >= half) this.#payings.pay()
  }

  junk(index: number): void {
    const paying = this.#asked.get(index)?.paying
    this.#giveBack(index)
    paying?.owed.add(index) // the seller believes that it came
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
    const ask = this.#asked.get(index)
    if (over || ask === undefined) return this.#giveBack(index)
    this.#bound.delete(index)
    this.#asked.delete(index)
    grace.begin(ask.paying.purse, index, this.#payee, wakeAll)
    this.#payIfTime()
  }

  #giveBack(index: number): void {
    const purse = (this.#asked.get(index)?.paying ?? this.#payings.for(index))?.purse
    this.#bound.delete(index)
    this.#asked.delete(index)
    purse?.release(index, this.#payee)
  }

  // — the seller's messages —

  async takeDelivery(frame: Uint8Array): Promise<void> {
    for (const index of await this.#asked.takeDelivery(frame)) this.#settle(index)
  }

  /** Where the seller says we stand: level-triggered, and never a reason to pay more than we owe (W3). */
  async takeStatement(message: Message<'statement'>): Promise<void> {
    const paying = this.#payings.of(message.purse)
    if (paying !== undefined) {
      await paying.takeStatement(message)
      this.#limit = message.limit
    }
    this.#met = true
    this.#refused.clear()
    if (paying !== undefined) {
      this.#endGrace(paying)
      this.#oweUnsettled(paying)
      paying.pay()
    }
    this.#wake()
  }

  /** What it counts as owed, and what came before a crash or on a connection that ended: reserved to it, and here. */
  #oweUnsettled(paying: Paying): void {
    const reserved = paying.purse.reservedTo(this.#payee)
    const unsettled = reserved.filter((index) => !this.#isDue(index))
    const all = [...paying.owed, ...unsettled]
    for (const index of all.filter((one) => this.#hasAndCanPay(paying.purse, one))) {
      paying.owed.delete(index)
      paying.owe(index, undefined)
    }
  }

  /** Is it on its way, on this connection? */
  #isDue = (index: number): boolean =>
    this.#bound.has(index) || this.#asked.get(index) !== undefined

  /** What this seller does not count as owed need not wait for it. */
  #endGrace({ purse, owed }: Paying): void {
    for (const index of purse.reservedTo(this.#payee)) {
      if (owed.has(index) || this.#bound.has(index)) continue
      if (this.#market.grace.end(purse, index)) purse.release(index, this.#payee)
    }
  }

  /** Is it in our store, and its token this seller's? A free one is nobody's on a stranger's word (I3); the court has ours. */
  #hasAndCanPay(purse: Purse, index: number): boolean {
    return index < purse.count && this.#market.content.has(index) && this.#isOurs(purse, index)
  }

  async takeReceipt(frame: Uint8Array): Promise<void> {
    const limit = await this.#payings.takeReceipt(frame)
    if (limit === undefined) return
    this.#limit = limit
    this.#payIfTime()
    this.#wake()
  }

  /** Says again what was not answered: requests without delivery, and the last payment. */
  sayAgain(): void {
    for (const paying of this.#payings.all()) {
      // What another connection brought may be stored only now that it has ended, and after the last statement.
      if (paying.heard) this.#oweUnsettled(paying)
    }
    this.#asked.sayAgain([...this.#bound.keys(), ...this.#arrived])
    this.#payings.pay()
    for (const paying of this.#payings.all()) paying.sayAgain()
  }

  /** Does this seller wait for money that we have for it? */
  get owing(): boolean {
    return this.#arrived.size > 0 || this.#payings.owing
  }

  close(): void {
    this.#closed = true
    this.#payings.close()
  }
}
