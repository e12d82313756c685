// The seller's half of a conversation: admits signed requests while the buyer's debt allows it, checks
// payments with bytes in hand, and never asks the provider anything (F33–F41, F83, I2). Debt is counted by
// uid over all connections and survives restarts, since it stands in the wallet.

import {
  FloodgateError,
  PURSES_SHOWN_MAX,
  WINDOW_MAX,
  decode,
  equal,
  toHex,
  type ErrorCode
} from '@floodgate/protocol'
import type { Proof } from '@floodgate/wallet'
import type { Admission, Selling as SellingSeam } from '../engine/seam.ts'
import { Desk } from './desk.ts'
import type { Party, ShownPurse } from './handshake.ts'
import { checkPayment } from './payment-check.ts'
import type { Speech } from './speech.ts'
import type { Market } from './terms.ts'

/** What the trade asks of the engine on the selling side. */
export interface Shelf {
  readonly isChoking: boolean
  admit(index: number): void
  refuse(index: number): void
}

export class Selling implements SellingSeam {
  readonly #market: Market
  readonly #speech: Speech
  readonly #shelf: Shelf
  readonly #buyer: Party
  /** By purse, in the order shown. */
  readonly #desks = new Map<string, Desk>()
  /** Pieces of accepted requests that wait until debt allows them, in the order asked, whatever they are paid from. */
  readonly #queue = new Map<number, Desk>()
  /** Pieces being served on this connection, and their bytes sent so far. */
  readonly #serving = new Map<number, { desk: Desk; sent: number }>()
  /** The request and our delivery that a queued piece was agreed with: they prove its debt (F43). */
  readonly #proofs = new Map<number, Proof>()
  /** Debts that this connection made and of which no byte is out yet. */
  readonly #untouched = new Map<number, Desk>()
  /** Request frames taken, by hash, and our answer; a repeated request gets the same one. */
  readonly #answers = new Map<string, Uint8Array>()
  #toldOtherDebts = false
  #closed = false

  constructor(market: Market, speech: Speech, shelf: Shelf, buyer: Party) {
    this.#market = market
    this.#speech = speech
    this.#shelf = shelf
    this.#buyer = buyer
    market.selling.add(this)
  }

  /** The buyer shows a purse: it is sold to from now on, beside the others. Shown again, the statement was lost. */
  show(purse: ShownPurse): void {
    const id = toHex(purse.certificate.purse)
    let desk = this.#desks.get(id)
    if (desk === undefined) {
      if (this.#desks.size === PURSES_SHOWN_MAX) throw new FloodgateError('too-many-requests')
      desk = new Desk(this.#market, this.#speech, this.#buyer, purse, () => this.limit())
      this.#desks.set(id, desk)
    } else {
      desk.sale.renew(purse.certificate, purse.frame)
    }
    desk.receipts.sayStatement()
    this.#market.met(this.#buyer.certificate.uid)
  }

  /** Was any purse shown? */
  get hasDesk(): boolean {
    return this.#desks.size > 0
  }

  #deskOf(purse: Uint8Array): Desk | undefined {
    return this.#desks.get(toHex(purse))
  }

  /** Unpaid pieces allowed to this buyer: 1, and one more for each piece he ever paid, up to the cap. */
  limit(): number {
    const { wallet, terms } = this.#market
    const uid = this.#buyer.certificate.uid
    if (wallet.blacklist.has(uid, wallet.now()) !== undefined) return 0
    return Math.min(terms.limitMax, 1 + wallet.sales.paidBy(uid))
  }

  sayStatements(): void {
    for (const desk of this.#desks.values()) desk.receipts.sayStatement()
  }

  // — the engine's questions —

  admission(index: number, length: number): Admission {
    const { content, samples } = this.#market
    if (index < content.free) {
      return samples.take(this.#buyer.certificate.uid, index, length) ? 'free' : 'refused'
    }
    if (this.#serving.has(index)) return 'admitted'
    return this.#queue.has(index) ? 'held' : 'refused'
  }

  sent(index: number, bytes: number): void {
    const serving = this.#serving.get(index)
    if (serving === undefined) return
    const { desk } = serving
    this.#untouched.delete(index)
    desk.sale.touch(index, this.#market.wallet.now())
    serving.sent += bytes
    if (serving.sent < this.#market.content.pieceLength(index)) return
    this.#serving.delete(index)
    desk.await(index, () => this.#timedOut())
  }

  unsent(index: number, bytes: number): void {
    this.#market.samples.giveBack(this.#buyer.certificate.uid, index, bytes)
  }

  choked(): void {
    this.#forget()
    this.sayStatements() // what is not owed is his again, for others
    this.#admitAll()
  }

  unwanted(): void {
    const refused = [...this.#untouched.keys(), ...this.#queue.keys()]
    for (const [index, desk] of this.#untouched) {
      desk.sale.unowe(index)
      desk.resends.breakOff(index, 0)
      this.#serving.delete(index)
    }
    for (const forgotten of [this.#untouched, this.#queue, this.#proofs, this.#answers])
      forgotten.clear()
    for (const index of refused) this.#shelf.refuse(index)
    this.sayStatements()
    this.#admitAll()
  }

  // — the buyer's messages —

  /** A signed request: what can be sold is queued and answered with our signed hashes (F33). */
  async takeRequest(frame: Uint8Array): Promise<void> {
    const { wallet, content } = this.#market
    const { message } = decode(frame, 'request')
    const mine =
      equal(message.session, this.#speech.sessionId) &&
      equal(message.infoHash, content.infoHash) &&
      equal(message.payee, wallet.uid)
    if (!mine) throw new FloodgateError('wrong-session')
    if (this.#shelf.isChoking) return
    const desk = this.#deskOf(message.purse)
    if (desk === undefined) throw new FloodgateError('wrong-purse')
    const hash = wallet.crypto.sha256(frame)
    const id = toHex(hash)
    const known = this.#answers.get(id)
    if (known !== undefined) return this.#speech.sayFrame(known)
    await wallet.trust.signedBy('request', frame, this.#buyer.certificate)
    if (this.#shelf.isChoking) return // since it came
    const accepted = message.indexes.filter((index) => this.#accept(desk, index, message.resend))
    if (accepted.length === 0) return
    const delivery = await desk.deliver(hash, accepted)
    this.#answers.set(id, delivery)
    if (this.#answers.size > 2 * WINDOW_MAX)
      this.#answers.delete(this.#answers.keys().next().value!)
    this.#speech.sayFrame(delivery)
    const proof = { request: frame, delivery }
    for (const index of accepted) this.#proofs.set(index, proof)
    this.#admit()
  }

  #accept(desk: Desk, index: number, resend: number): boolean {
    const busy = this.#queue.get(index) ?? this.#serving.get(index)?.desk
    if (busy === desk) return true
    const refusal = this.#refusalOf(index, busy) ?? desk.refusalOf(index, resend)
    if (refusal === undefined) this.#queue.set(index, desk)
    else this.#refuse(refusal, index)
    return refusal === undefined
  }

  /** Asked for at once from two purses, a piece is sold from the first. */
  #refusalOf(index: number, busy: Desk | undefined): ErrorCode | undefined {
    if (busy !== undefined || !this.#market.content.has(index)) return 'bad-index'
    if (this.limit() === 0) return 'blacklisted'
    return this.#queue.size >= WINDOW_MAX ? 'too-many-requests' : undefined
  }

  #refuse(code: ErrorCode, index: number): void {
    this.#speech.reject(code, 'request', [index])
    this.#shelf.refuse(index)
  }

  /**
   * Admits queued pieces while the debt stays within the limit: exactly at most `limit()` pieces of this
   * uid are served or sent and unpaid at any moment, over all its connections (I2, W6). What is owed or
   * paid already is sent again without new debt, a few times (F51).
   */
  #admit(): void {
    if (this.#closed || this.#queue.size === 0) return
    const { sales } = this.#market.wallet
    const { uid } = this.#buyer.certificate
    const limit = this.limit()
    let owed = sales.owedBy(uid)
    for (const [index, desk] of this.#queue) {
      const isCovered = desk.isCovered(index)
      if ((!isCovered && owed >= limit) || desk.isOver) continue
      this.#begin(index, desk, isCovered)
      owed = sales.owedBy(uid) // who hears of it may have done what changes more than this piece
    }
    if (this.#queue.size > 0) this.#tellOtherDebts(limit)
  }

  /** Nothing that he pays for here makes room: he is to know it. Said once. */
  #tellOtherDebts(limit: number): void {
    if (limit === 0 || this.#toldOtherDebts) return
    const { wallet, content } = this.#market
    if (wallet.sales.owedBy(this.#buyer.certificate.uid, content.infoHash) < limit) return
    this.#toldOtherDebts = true
    this.#speech.reject('limit-reached', 'request', [...this.#queue.keys()])
  }

  #begin(index: number, desk: Desk, isCovered: boolean): void {
    this.#queue.delete(index)
    const proof = this.#proofs.get(index)
    this.#proofs.delete(index)
    if (!desk.resends.allows(index)) return this.#refuse('too-many-resends', index)
    if (!isCovered) {
      desk.owe(index, proof)
      this.#untouched.set(index, desk)
    }
    desk.resends.begin(index)
    this.#serving.set(index, { desk, sent: 0 })
    this.#shelf.admit(index)
  }

  /** Debt is one number over all connections of a buyer: when it falls, any of them may go on. */
  #admitAll(): void {
    for (const selling of this.#market.selling) {
      if (selling.#speech.otherUid === this.#speech.otherUid) selling.#admit()
    }
  }

  /** A payment: tokens with paths, and the voucher that now covers them (F35, F40, F42). */
  async takePayment(frame: Uint8Array): Promise<void> {
    const { wallet } = this.#market
    const saleOf = (purse: Uint8Array) => this.#deskOf(purse)?.sale
    const checked = await checkPayment(wallet, saleOf, this.#buyer, frame)
    const desk = this.#deskOf(checked.sale.purse.purse)!
    if (checked.is === 'known') return desk.receipts.soon(0)
    if (checked.is === 'gap') return desk.receipts.sayStatement()
    if (checked.is === 'false') return desk.accuse(frame, checked.index)
    const { indexes, xor, count, voucher } = checked
    desk.sale.accept(indexes, xor, count, voucher)
    this.#settled(desk, indexes)
  }

  /** Our book changed without a payment on this connection: the court paid a debt. */
  debtFell(uid: Uint8Array): void {
    if (!equal(uid, this.#buyer.certificate.uid)) return
    this.sayStatements()
    this.#admit()
  }

  #settled(desk: Desk, indexes: number[]): void {
    const { emit, wallet } = this.#market
    const uid = this.#buyer.certificate.uid
    desk.settled(indexes)
    const entry = wallet.blacklist.has(uid, wallet.now())
    if (entry?.reason === 'unpaid' && wallet.sales.owedBy(uid) === 0) wallet.blacklist.remove(uid)
    this.#admitAll() // before the receipt: nothing on the payment's way waits for the disk (W1)
    desk.receipts.soon(indexes.length)
    emit('earned', { uid: this.#speech.otherUid, indexes, price: desk.sale.purse.price })
  }

  /** F36: no payment within the set time. Said first, recorded with the evidence, undone when he pays. */
  #timedOut(): void {
    this.#speech.blacklist('unpaid')
    this.sayStatements()
  }

  /** Forgets what was not begun. What was begun stays owed: its bytes are out (F36, F52). */
  #forget(): void {
    for (const [index, desk] of this.#untouched) desk.sale.unowe(index)
    for (const [index, { desk, sent }] of this.#serving) desk.resends.breakOff(index, sent)
    const all = [this.#untouched, this.#serving, this.#queue, this.#proofs, this.#answers]
    for (const forgotten of all) forgotten.clear()
  }

  close(): void {
    this.#closed = true
    this.#market.selling.delete(this)
    this.#forget()
    this.#admitAll()
    for (const other of this.#market.selling) {
      if (other.#speech.otherUid === this.#speech.otherUid) other.sayStatements()
    }
    for (const desk of this.#desks.values()) desk.close()
  }
}
