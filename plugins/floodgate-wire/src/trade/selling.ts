// The seller's half of a conversation: admits signed requests while the buyer's debt allows it, checks
// payments with bytes in hand, and never asks the provider anything (F33–F41, F83, I2). Debt is counted by
// uid over all connections and survives restarts, since it stands in the wallet.

import {
  FloodgateError,
  WINDOW_MAX,
  concat,
  decode,
  equal,
  type Message
} from '@floodgate/protocol'
import type { Proof, Sale } from '@floodgate/wallet'
import type { Admission, Selling as SellingSeam } from '../engine/seam.ts'
import type { Party, ShownPurse } from './handshake.ts'
import { checkPayment } from './payment-check.ts'
import { Receipts } from './receipts.ts'
import { Resends } from './resends.ts'
import type { Speech } from './speech.ts'
import type { Market } from './terms.ts'

/** What the trade asks of the engine on the selling side. */
export interface Shelf {
  admit(index: number): void
  refuse(index: number): void
}

export class Selling implements SellingSeam {
  readonly #market: Market
  readonly #speech: Speech
  readonly #shelf: Shelf
  readonly #buyer: Party
  readonly #sale: Sale
  readonly #receipts: Receipts
  readonly #resends: Resends
  /** Pieces of accepted requests that wait until debt allows them, in the order asked. */
  readonly #queue = new Set<number>()
  /** Pieces being served on this connection, and their bytes sent so far. */
  readonly #serving = new Map<number, number>()
  /** The request and our delivery that a queued piece was agreed with: they prove its debt (F43). */
  readonly #proofs = new Map<number, Proof>()
  /** Debts that this connection made and of which no byte is out yet. */
  readonly #untouched = new Set<number>()
  /** Calls off the time-out of each piece sent and unpaid. */
  readonly #unpaid = new Map<number, () => void>()
  /** Request frames taken, by hash, and our answer; a repeated request gets the same one. */
  readonly #answers = new Map<string, Uint8Array>()
  #closed = false

  constructor(market: Market, speech: Speech, shelf: Shelf, buyer: Party, purse: ShownPurse) {
    this.#market = market
    this.#speech = speech
    this.#shelf = shelf
    this.#buyer = buyer
    this.#sale = market.wallet.sales.open(purse.certificate, purse.frame)
    this.#receipts = new Receipts(market, speech, this.#sale, () => this.limit())
    this.#resends = Resends.of(this.#sale, market.content)
    market.selling.add(this)
  }

  get purse(): Uint8Array {
    return this.#sale.purse.purse
  }

  /** Unpaid pieces allowed to this buyer: 1, and one more for each piece he ever paid, up to the cap. */
  limit(): number {
    const { wallet, terms } = this.#market
    const uid = this.#buyer.certificate.uid
    if (wallet.blacklist.has(uid, wallet.now()) !== undefined) return 0
    return Math.min(terms.limitMax, 1 + wallet.sales.paidBy(uid))
  }

  /** What is sold after the purse's end may be too late to be claimed. */
  #isOver = (): boolean => this.#market.wallet.now() >= this.#sale.purse.expiry

  sayStatement(): void {
    this.#receipts.sayStatement()
  }

  // — the engine's questions —

  admission(index: number): Admission {
    if (this.#serving.has(index)) return 'admitted'
    return this.#queue.has(index) ? 'held' : 'refused'
  }

  sent(index: number, bytes: number): void {
    const before = this.#serving.get(index)
    if (before === undefined) return
    this.#untouched.delete(index)
    this.#sale.touch(index, this.#market.wallet.now())
    this.#serving.set(index, before + bytes)
    if (before + bytes < this.#market.content.pieceLength(index)) return
    this.#serving.delete(index)
    if (!this.#sale.owed.has(index)) return
    const { clock, terms } = this.#market
    this.#unpaid.get(index)?.()
    this.#unpaid.set(
      index,
      clock.after(terms.paymentTimeoutMs, () => this.#timedOut(index))
    )
  }

  choked(): void {
    this.#forget()
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
    if (!equal(message.purse, this.#sale.purse.purse)) throw new FloodgateError('wrong-purse')
    const known = this.#answers.get(this.#speech.hashText(frame))
    if (known !== undefined) return this.#speech.sayFrame(known)
    await wallet.trust.signedBy('request', frame, this.#buyer.certificate)
    const accepted = message.indexes.filter((index) => this.#accept(index, message.resend))
    if (accepted.length === 0) return
    const delivery = await this.#deliver(frame, message, accepted)
    this.#answers.set(this.#speech.hashText(frame), delivery)
    if (this.#answers.size > 2 * WINDOW_MAX)
      this.#answers.delete(this.#answers.keys().next().value!)
    this.#speech.sayFrame(delivery)
    const proof = { request: frame, delivery }
    for (const index of accepted) this.#proofs.set(index, proof)
    this.#admit()
  }

  #accept(index: number, resend: number): boolean {
    if (this.#queue.has(index) || this.#serving.has(index)) return true
    const paid = this.#sale.isCovered(index)
    if (!this.#market.content.has(index)) this.#refuse('bad-index', index)
    else if (this.limit() === 0) this.#refuse('blacklisted', index)
    else if (this.#isOver()) this.#refuse('expired', index)
    else if (paid && resend === 0) this.#refuse('already-paid', index)
    else if (!this.#resends.allows(index)) this.#refuse('too-many-resends', index)
    else if (this.#queue.size >= WINDOW_MAX) this.#refuse('too-many-requests', index)
    else {
      this.#queue.add(index)
      return true
    }
    return false
  }

  #refuse(code: Parameters<Speech['reject']>[0], index: number): void {
    this.#speech.reject(code, 'request', [index])
    this.#shelf.refuse(index)
  }

  /** The delivery: our signature under the hashes of what we are about to send (F33, F64, G4). */
  #deliver(
    request: Uint8Array,
    message: Message<'request'>,
    indexes: number[]
  ): Promise<Uint8Array> {
    const { wallet, content } = this.#market
    return this.#speech.sign('delivery', {
      payer: this.#buyer.certificate.uid,
      infoHash: content.infoHash,
      purse: message.purse,
      indexes,
      hashes: concat(...indexes.map((index) => content.pieceHash(index))),
      request: wallet.crypto.sha256(request)
    })
  }

  /**
   * Admits queued pieces while the debt stays within the limit: exactly at most `limit()` pieces of this
   * uid are served or sent and unpaid at any moment, over all its connections (I2, W6). What is owed or
   * paid already is sent again without new debt, a few times (F51).
   */
  #admit(): void {
    if (this.#closed || this.#isOver()) return
    const { wallet } = this.#market
    const limit = this.limit()
    for (const index of this.#queue) {
      const covered = this.#sale.owed.has(index) || this.#sale.isCovered(index)
      if (!covered && wallet.sales.owedBy(this.#buyer.certificate.uid) >= limit) continue
      this.#queue.delete(index)
      if (!this.#resends.allows(index)) {
        this.#proofs.delete(index)
        this.#refuse('too-many-resends', index)
        continue
      }
      if (!covered) this.#owe(index)
      this.#proofs.delete(index)
      this.#resends.begin(index)
      this.#serving.set(index, 0)
      this.#shelf.admit(index)
    }
  }

  #owe(index: number): void {
    const window = this.#proofs.get(index)
    const { frame: buyer } = this.#buyer
    const at = this.#market.wallet.now()
    this.#sale.owe(index, window && { window, buyer, at })
    this.#untouched.add(index)
  }

  /** Debt is one number over all connections of a buyer: when it falls, any of them may go on. */
  #admitAll(): void {
    for (const selling of this.#market.selling) {
      if (selling.#speech.otherUid === this.#speech.otherUid) selling.#admit()
    }
  }

  /** A payment: tokens with paths, and the voucher that now covers them (F35, F40, F42). */
  async takePayment(frame: Uint8Array): Promise<void> {
    const checked = await checkPayment(this.#market.wallet, this.#sale, this.#buyer, frame)
    if (checked.is === 'known') return this.#receipts.soon(0)
    if (checked.is === 'gap') return this.sayStatement()
    if (checked.is === 'false') return this.#accuse(frame, checked.index)
    const { indexes, xor, count, voucher } = checked
    this.#sale.accept(indexes, xor, count, voucher)
    this.#settled(indexes)
  }

  /** The buyer signed a token that is not the purse's: its own payment convicts it (F43, F61). */
  #accuse(payment: Uint8Array, index: number): never {
    const { certificate, frame } = this.#buyer
    const { purse, infoHash } = this.#sale.purse
    this.#market.accuse({
      ...{ kind: 'bad-token', accused: certificate.uid, certificate: frame },
      ...{ infoHash, purse, index, frames: [payment] }
    })
    this.#speech.remember(payment)
    this.#speech.blacklist('bad-token')
    throw new FloodgateError('bad-token', String(index))
  }

  /** Our book changed without a payment on this connection: the court paid a debt. */
  debtFell(uid: Uint8Array): void {
    if (!equal(uid, this.#buyer.certificate.uid)) return
    this.sayStatement()
    this.#admit()
  }

  #settled(indexes: number[]): void {
    const { emit, wallet } = this.#market
    const uid = this.#buyer.certificate.uid
    for (const index of indexes) {
      this.#unpaid.get(index)?.()
      this.#unpaid.delete(index)
    }
    const entry = wallet.blacklist.has(uid, wallet.now())
    if (entry?.reason === 'unpaid' && wallet.sales.owedBy(uid) === 0) wallet.blacklist.remove(uid)
    this.#admitAll() // before the receipt: nothing on the payment's way waits for the disk (W1)
    this.#receipts.soon(indexes.length)
    emit('earned', { uid: this.#speech.otherUid, indexes, price: this.#sale.purse.price })
  }

  /** F36: no payment within the set time. Said first, recorded with the evidence, undone when he pays. */
  #timedOut(index: number): void {
    this.#unpaid.delete(index)
    if (!this.#sale.owed.has(index)) return
    this.#speech.blacklist('unpaid')
    this.sayStatement()
  }

  /** Forgets what was not begun. What was begun stays owed: its bytes are out (F36, F52). */
  #forget(): void {
    for (const index of this.#untouched) this.#sale.unowe(index)
    this.#untouched.clear()
    for (const [index, sent] of this.#serving) this.#resends.breakOff(index, sent)
    this.#serving.clear()
    this.#queue.clear()
    this.#proofs.clear()
    this.#answers.clear()
  }

  close(): void {
    this.#closed = true
    this.#market.selling.delete(this)
    this.#forget()
    this.#admitAll()
    for (const other of this.#market.selling) {
      if (other.#speech.otherUid === this.#speech.otherUid) other.sayStatement()
    }
    this.#receipts.close()
    for (const callOff of this.#unpaid.values()) callOff()
    this.#unpaid.clear()
  }
}
