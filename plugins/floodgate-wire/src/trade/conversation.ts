// A conversation with one peer over one connection: handshake, then both halves of the trade. It takes
// frames one after another, routes each to the half it concerns, and turns every error into one reject or
// the end of this connection. Nothing a stranger sends gets past here as an exception.

import {
  FloodgateError,
  MESSAGES,
  SEALED,
  codeOf,
  decode,
  nameOf,
  toHex,
  type ErrorCode,
  type Message,
  type MessageName
} from '@floodgate/protocol'
import type { ReleaseReason, WireEngine } from '../engine/seam.ts'
import { Buying } from './buying.ts'
import { Handshake } from './handshake.ts'
import { Reminder } from './reminder.ts'
import { Selling } from './selling.ts'
import { Speech } from './speech.ts'
import type { Market } from './terms.ts'

/** Frames that wait for their turn; a peer that sends faster than we can verify is dropped. */
const INBOX_MAX = 512

/** Refusals after which the connection goes on: the other side may be honest and unlucky. */
const FORGIVABLE = new Set<ErrorCode>(['bad-index', 'wrong-purse', 'limit-reached', 'no-purse'])

export class Conversation {
  readonly #market: Market
  readonly #engine: WireEngine
  readonly #handshake: Handshake
  readonly #inbox: Uint8Array[] = []
  readonly #transmit: (frame: Uint8Array) => void
  #reading = false
  #afterwards: () => void = () => undefined
  #closed = false
  #speech: Speech | undefined
  #selling: Selling | undefined
  #buying: Buying | undefined
  #introduction: Reminder
  #stopClock: () => void = () => undefined

  constructor(market: Market, engine: WireEngine, transmit: (frame: Uint8Array) => void) {
    this.#market = market
    this.#engine = engine
    this.#transmit = (frame) => {
      if (!this.#closed) transmit(frame)
    }
    this.#handshake = new Handshake(market, this.#transmit)
    this.#introduction = new Reminder(market)
  }

  /** The other side's uid, once proven. */
  get uid(): Uint8Array | undefined {
    return this.#handshake.party?.certificate.uid
  }

  /** Id of the session, the same on both sides, in hex; once there is one. */
  get sessionId(): string | undefined {
    return this.#handshake.session && toHex(this.#handshake.session.id)
  }

  /** Does the other side wait for money that we have for it? */
  get owing(): boolean {
    return !this.#closed && this.#buying?.owing === true
  }

  /** Says hello, and from now on what was not answered again. */
  start(): void {
    this.#handshake.sayHello()
    this.#tick()
  }

  #tick(): void {
    this.#stopClock = this.#market.clock.after(this.#market.terms.retryMs, () => {
      this.#introduceAgain()
      this.#buying?.sayAgain()
      this.#tick()
    })
  }

  #introduceAgain(): void {
    const isMet = this.#handshake.party !== undefined
    if ((isMet && this.#buying?.heard !== false) || !this.#introduction.isDue()) return
    if (isMet) this.#speech?.alongside(() => this.#handshake.prove())
    else this.#handshake.sayHello()
  }

  /** Takes one frame of the other side. Never throws. */
  receive(frame: Uint8Array): void {
    if (this.#closed) return
    if (this.#inbox.length === INBOX_MAX) return this.#fail(new FloodgateError('too-many-requests'))
    this.#inbox.push(frame)
    if (!this.#reading) void this.#read()
  }

  async #read(): Promise<void> {
    this.#reading = true
    for (let frame = this.#inbox.shift(); frame !== undefined; frame = this.#inbox.shift()) {
      if (this.#closed) break
      try {
        await this.#take(frame)
      } catch (error) {
        this.#fail(error, frame)
      }
    }
    this.#reading = false
    if (!this.#closed) this.#afterwards()
    this.#afterwards = () => undefined
  }

  async #take(frame: Uint8Array): Promise<void> {
    if (frame[0] === MESSAGES.hello.id) {
      if (frame.length > MESSAGES.hello.bytesMax) throw new FloodgateError('too-long', 'hello')
      await this.#handshake.takeHello(frame)
      return this.#refuseBlacklisted()
    }
    if (frame[0] !== SEALED || this.#handshake.session === undefined) return // said too early: it comes again
    const message = this.#handshake.session.open(frame)
    const name = nameOf(message)
    if (name === 'proof') return this.#takeProof(message)
    if (this.#speech === undefined) return
    return this.#route(name, message)
  }

  async #route(name: MessageName | undefined, frame: Uint8Array): Promise<void> {
    switch (name) {
      case 'request':
        this.#speech!.remember(frame)
        return this.#expectPurse().takeRequest(frame)
      case 'payment':
        return this.#expectPurse().takePayment(frame)
      case 'delivery':
        return this.#buying?.takeDelivery(frame)
      case 'receipt':
        return this.#buying?.takeReceipt(frame)
      case 'statement':
        return this.#takeStatement(decode(frame, 'statement').message)
      case 'reject':
        return this.#takeReject(decode(frame, 'reject').message)
      case undefined:
        throw new FloodgateError('unknown-message')
      default:
        throw new FloodgateError('unexpected-message', name)
    }
  }

  async #takeStatement(statement: Message<'statement'>): Promise<void> {
    await this.#buying!.takeStatement(statement)
    const { limit, owed } = statement
    this.#market.emit('statement', { uid: this.#speech!.otherUid, limit, owed })
  }

  /** Nothing is sold to who showed no purse. */
  #expectPurse(): Selling {
    if (this.#selling?.hasDesk === true) return this.#selling
    throw new FloodgateError('no-purse')
  }

  async #takeProof(frame: Uint8Array): Promise<void> {
    const shown = await this.#handshake.takeProof(frame)
    if (this.#closed) return
    if (this.#speech === undefined) this.#open()
    if (shown !== undefined) this.#selling!.show(shown)
    else if (this.#market.content.free > 0) this.#greet()
  }

  #open(): void {
    const party = this.#handshake.party!
    this.#speech = new Speech(
      this.#market,
      this.#handshake.session!,
      party,
      this.#transmit,
      (error) => this.#fail(error)
    )
    this.#buying = new Buying(this.#market, this.#speech, () => this.#engine.wake())
    this.#selling = new Selling(this.#market, this.#speech, this.#engine, party)
    this.#engine.open(this.#buyingSeam(this.#buying), this.#sellingSeam(this.#selling))
    this.#market.emit('open', { uid: this.#speech.otherUid })
  }

  /** A statement on no purse: we know who asks, and what is free may be asked for. */
  #greet(): void {
    const none = new Uint8Array(0)
    const nothing = { purse: new Uint8Array(16), limit: 0, owed: [], paid: none, voucher: none }
    this.#speech!.say('statement', nothing)
  }

  /** Our wallet has another purse for this content: show it, and buy with it too. */
  async purseChanged(): Promise<void> {
    if (this.#closed || this.#handshake.session === undefined) return
    this.#buying?.takeUp()
    this.#introduction = new Reminder(this.#market)
    await this.#handshake.prove()
  }

  /** What stood in the way of our buying is gone: to be seen, we show our purses again. */
  showAgain(): void {
    this.#speech?.alongside(() => this.purseChanged())
  }

  #buyingSeam(half: Buying) {
    return {
      room: () => half.room(),
      mayBuy: (index: number) => half.mayBuy(index),
      bind: async (indexes: number[]) => {
        try {
          return await half.bind(indexes)
        } catch (error) {
          this.#fail(error)
          return false
        }
      },
      got: (index: number, stored: Promise<void>) => half.got(index, stored),
      ready: (index: number) => half.ready(index),
      junk: (index: number) => this.#fenced(() => half.junk(index)),
      released: (index: number, why: ReleaseReason) => half.released(index, why)
    }
  }

  #sellingSeam(half: Selling) {
    return {
      admission: (index: number, length: number) => {
        const answer = half.admission(index, length)
        // Blocks may be asked for while the signed request is still being verified.
        return answer === 'refused' && this.#reading ? 'held' : answer
      },
      sent: (index: number, bytes: number) => half.sent(index, bytes),
      unsent: (index: number, bytes: number) => half.unsent(index, bytes),
      choked: () => half.choked(),
      unwanted: () => this.#inTurn(() => half.unwanted())
    }
  }

  /** Runs after the frames that came before: what they ask for is still being verified. */
  #inTurn(action: () => void): void {
    if (this.#reading) this.#afterwards = action
    else action()
  }

  #fenced(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Peers on our blacklist are refused, but for those who only have to pay (F36, W15). */
  #refuseBlacklisted(): void {
    const { wallet } = this.#market
    const uid = this.#handshake.otherUid
    const entry = uid && wallet.blacklist.has(uid, wallet.now())
    if (entry && entry.reason !== 'unpaid') throw new FloodgateError('blacklisted')
  }

  #takeReject(reject: { code: string; indexes: number[] }): void {
    const code = codeOf({ code: reject.code })
    this.#market.emit('refused', {
      uid: this.#speech!.otherUid,
      by: 'peer',
      code,
      indexes: reject.indexes
    })
  }

  /** Says once what is wrong, and ends the connection unless the fault is forgivable. */
  #fail(error: unknown, frame?: Uint8Array): void {
    if (this.#closed) return
    const code = codeOf(error)
    const uid = this.#handshake.otherUid
    if (this.#speech !== undefined) {
      const about = (frame && nameOf(frame)) ?? 'hello'
      this.#speech.reject(code, about)
    } else {
      this.#market.emit('refused', { uid: uid ? toHex(uid) : '', by: 'us', code, indexes: [] })
    }
    if (FORGIVABLE.has(code)) return
    this.close()
    this.#engine.drop()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopClock()
    this.#inbox.length = 0
    this.#buying?.close()
    this.#selling?.close()
  }
}
