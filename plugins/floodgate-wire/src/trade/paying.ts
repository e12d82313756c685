// What the buyer pays one seller: tokens with their paths, and the voucher that covers them. Every payment
// can be made again from the purse alone, so a lost one costs a message and never a token (W14, G14).

import {
  WINDOW_MAX,
  countBits,
  decode,
  equal,
  itemsHash,
  paidHash,
  toHex,
  type Message
} from '@floodgate/protocol'
import type { PayeeAccount, Purse } from '@floodgate/wallet'
import { Reminder } from './reminder.ts'
import type { Speech } from './speech.ts'
import type { Market } from './terms.ts'

const NO_DELIVERY = new Uint8Array(32)

export class Paying {
  readonly #market: Market
  readonly #speech: Speech
  readonly #purse: Purse
  /** Pieces the seller sent, or began to send, before, and counts as owed. */
  owed = new Set<number>()
  /** Did the seller say where we stand? Until then nothing is asked of it from this purse. */
  heard = false
  /** Pieces in our store that this seller has not been paid for, and the delivery that is paid, if here. */
  readonly #due = new Map<number, Uint8Array | undefined>()
  readonly #paid: () => void
  /** Vouchers without receipt, by their hash in hex: a receipt is kept with the voucher that it names. */
  readonly #vouchers = new Map<string, Uint8Array>()
  #lastPayment: { frame: Uint8Array; reminder: Reminder } | undefined
  /** Bitmap of what the seller has once it took the last repeat. */
  #repeated: Uint8Array | undefined
  #busy = false
  #closed = false

  constructor(market: Market, speech: Speech, purse: Purse, paid: () => void) {
    this.#market = market
    this.#speech = speech
    this.#purse = purse
    this.#paid = paid
  }

  get purse(): Purse {
    return this.#purse
  }

  get #payee(): Uint8Array {
    return this.#speech.other.certificate.uid
  }

  #unreceipted(): number {
    return this.#purse.unreceipted(this.#payee)
  }

  /** Owes for piece `index`, which `delivery` promised. */
  owe(index: number, delivery: Uint8Array | undefined): void {
    if (this.#purse.isPaid(index)) return // paid before, sent again
    if (delivery === undefined && this.#due.has(index)) return
    this.#due.set(index, delivery)
  }

  /** Pieces that are owed for and not paid yet. */
  get dueCount(): number {
    return this.#due.size
  }

  /** Pays all that is due, with one voucher. */
  pay(): void {
    if (this.#busy || this.#closed) return
    const indexes = [...this.#due.keys()].slice(0, WINDOW_MAX - this.#unreceipted())
    if (indexes.length === 0) return
    this.#busy = true
    this.#speech.alongside(async () => {
      try {
        await this.#payFor(indexes)
      } finally {
        this.#busy = false
      }
      this.#paid()
    })
  }

  async #payFor(indexes: number[]): Promise<void> {
    const { wallet, emit } = this.#market
    // Durable before it is sent: after a crash no token can go to a second payee (I3).
    await this.#purse.reservationSaved(indexes)
    if (this.#closed) return
    const delivery = this.#due.get(indexes.at(-1)!)
    const total = this.#purse.pay(this.#payee, indexes)
    for (const index of indexes) this.#due.delete(index)
    await this.#say(indexes, total, delivery && wallet.crypto.sha256(delivery))
    emit('paid', { uid: this.#speech.otherUid, indexes, price: this.#purse.price })
  }

  async #say(
    indexes: number[],
    { count, xor, paid }: Pick<PayeeAccount, 'count' | 'xor' | 'paid'>,
    delivery: Uint8Array = NO_DELIVERY
  ): Promise<void> {
    const { crypto } = this.#market.wallet
    const { tokens } = this.#purse
    const items = indexes.map((index) => ({
      index,
      token: tokens.token(index),
      path: tokens.path(index)
    }))
    const voucher = await this.#speech.sign('voucher', {
      payee: this.#payee,
      purse: this.#purse.id,
      count,
      xor,
      paid: paidHash(crypto, paid),
      items: itemsHash(crypto, items),
      delivery
    })
    this.#vouchers.set(this.#speech.hashText(voucher), voucher)
    if (this.#vouchers.size > WINDOW_MAX) this.#vouchers.delete(this.#vouchers.keys().next().value!)
    const frame = this.#speech.say('payment', { voucher, items })
    this.#lastPayment = { frame, reminder: new Reminder(this.#market) }
  }

  /**
   * The seller says what it holds. Its proof is our own voucher, from which we learn, after a crash, what
   * we paid; and what it does not hold is paid again over what it does, a window at a time.
   */
  async takeStatement(message: Message<'statement'>): Promise<void> {
    const { wallet } = this.#market
    this.heard = true
    if (message.voucher.length > 0) {
      const own = { uid: wallet.uid, signKey: wallet.signer.publicKey }
      const voucher = await wallet.trust.signedBy('voucher', message.voucher, own)
      if (equal(voucher.payee, this.#payee) && equal(voucher.purse, this.#purse.id)) {
        this.#adopt(message.paid, voucher)
      }
    }
    if (!this.#busy) await this.#repeat(message.paid)
    this.owed = new Set(message.owed.filter((index) => !this.#purse.isPaid(index)))
  }

  /** Pays again what the seller lacks beside `shown`, a window at a time. */
  async #repeat(shown: Uint8Array): Promise<void> {
    const missing = this.#purse.missing(this.#payee, shown, WINDOW_MAX)
    this.#repeated = missing?.paid
    if (missing !== undefined) await this.#say(missing.indexes, missing)
  }

  /** What the seller shows is as good as the receipt that was lost with another connection. */
  #adopt(paid: Uint8Array, { count, xor, paid: hash }: Message<'voucher'>): void {
    if (!equal(paidHash(this.#market.wallet.crypto, paid), hash)) return
    const before = this.#unreceipted()
    if (!this.#purse.adopt(this.#payee, paid, count, xor) || this.#unreceipted() === before) return
    this.#market.emit('receipted', { uid: this.#speech.otherUid, count })
  }

  /** A receipt: the seller's wallet is durable up to `count` tokens (F41). Returns the limit it grants. */
  async takeReceipt(frame: Uint8Array): Promise<number | undefined> {
    const { wallet, emit } = this.#market
    const { message } = decode(frame, 'receipt')
    if (!equal(message.payer, wallet.uid)) return undefined
    await wallet.trust.signedBy('receipt', frame, this.#speech.other.certificate)
    const voucher = this.#vouchers.get(toHex(message.voucher))
    const proof = voucher && { voucher, receipt: frame }
    this.#purse.receipted(this.#payee, message.count, proof)
    if (this.#unreceipted() === 0) {
      this.#lastPayment = undefined
      this.#vouchers.clear()
    }
    emit('receipted', { uid: this.#speech.otherUid, count: message.count })
    const repeated = this.#repeated
    if (repeated !== undefined && message.count === countBits(repeated))
      await this.#repeat(repeated)
    return message.limit
  }

  /** Is anything due, or paid and not acknowledged? */
  get owing(): boolean {
    return this.#due.size > 0 || this.#unreceipted() > 0
  }

  /** Says the last payment again, if no receipt has covered it for a while. */
  sayAgain(): void {
    if (this.#lastPayment?.reminder.isDue() === true) this.#speech.sayFrame(this.#lastPayment.frame)
  }

  close(): void {
    this.#closed = true
  }
}
