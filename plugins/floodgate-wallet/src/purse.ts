// The buyer's book on one purse: which token is whose. A token is reserved to ONE payee, durably, before a payment with it
// is sent, and is paid only after its piece is in the store. So, whenever the process dies: no token ever goes to two
// payees (the durable reservation names the one that may have it), and a token whose piece is not in the store was never
// paid. What was reserved when the process died is uncertain: it stays with its payee until that payee shows our voucher
// (`adopt`), is paid, or the store, which must keep what it said it has, says that the piece never came (`settleUncertain`).

import {
  FloodgateError,
  bits,
  clearBit,
  countBits,
  eachOf,
  equal,
  hasBit,
  isBitmapOf,
  makeTokens,
  setBit,
  toHex,
  type Crypto,
  type Tokens
} from '@floodgate/protocol'
import { PursePaper, type Cancellation } from './purse-paper.ts'
import { PayeeBook, type Missing, type PayeeAccount, type Receipted } from './payee-book.ts'
import { Reservations } from './reservations.ts'
import type { Saver } from './saver.ts'
import { packBitmap, unpackBitmap, type PurseState } from './state.ts'

export class Purse extends PursePaper {
  readonly seed: Uint8Array
  readonly #crypto: Crypto
  readonly #saver: Saver
  readonly #sealedSeed: string
  readonly #paid: Uint8Array
  readonly #uncertain: Uint8Array
  readonly #payees = new Map<string, PayeeBook>()
  readonly #holders: (PayeeBook | undefined)[]
  readonly #reservations: Reservations
  #tokens: Tokens | undefined
  #state: PurseState | undefined

  /** For `Purses`, which verified the certificate. Throws `wallet-damaged` when the state contradicts itself. */
  constructor(
    crypto: Crypto,
    saver: Saver,
    from: { state: PurseState; seed: Uint8Array; tokens?: Tokens; reopened: boolean }
  ) {
    super(from.state)
    this.#crypto = crypto
    this.#saver = saver
    this.#reservations = new Reservations(saver)
    this.seed = from.seed
    this.#sealedSeed = from.state.seed
    this.#tokens = from.tokens
    this.#paid = unpackBitmap(from.state.paid, this.count)
    this.#uncertain = unpackBitmap(from.state.uncertain, this.count)
    this.#holders = Array.from({ length: this.count }, () => undefined)
    for (const state of from.state.payees) {
      this.#seat(PayeeBook.fromState(state, this.count, this.#paid), from.reopened)
    }
  }

  #seat(book: PayeeBook, reopened: boolean): void {
    this.#payees.set(toHex(book.uid), book)
    for (const index of bits(book.held)) {
      if (this.#holders[index] !== undefined)
        throw new FloodgateError('wallet-damaged', 'two holders')
      this.#holders[index] = book
    }
    if (reopened) for (const index of book.reserved(this.#paid)) setBit(this.#uncertain, index)
  }

  /** All tokens, made at first use: 65,536 of them take about a second. */
  get tokens(): Tokens {
    this.#tokens ??= makeTokens(this.#crypto, this.seed, this.count)
    return this.#tokens
  }

  /** The uid of the payee to which token `index` is reserved or paid. */
  holder(index: number): Uint8Array | undefined {
    return this.#holders[index]?.uid
  }

  /** Indexes reserved to `payee` and not paid. */
  reservedTo(payee: Uint8Array): number[] {
    return [...(this.#payees.get(toHex(payee))?.reserved(this.#paid) ?? [])]
  }

  isPaid(index: number): boolean {
    return hasBit(this.#paid, index)
  }

  /**
   * Reserves token `index`; false when it is another's, paid to anybody, not covered, given back or lost, or the wallet is
   * closed.
   */
  reserve(index: number, payee: Uint8Array): boolean {
    if (this.#saver.closed || !(index in this.#holders) || !this.covers(index)) return false
    if (this.isPaid(index)) return false
    const holder = this.#holders[index]
    if (holder !== undefined) return equal(holder.uid, payee)
    if (this.cancellation !== undefined || this.isLost) return false
    const book = this.#bookOf(payee)
    this.#holders[index] = book
    setBit(book.held, index)
    this.#reservations.note(index, this.changed())
    return true
  }

  #bookOf(payee: Uint8Array): PayeeBook {
    const id = toHex(payee)
    let book = this.#payees.get(id)
    if (book === undefined) this.#payees.set(id, (book = new PayeeBook(payee.slice(), this.count)))
    return book
  }

  /**
   * Of a purse just bought: pieces that are here already were not bought with it. Their tokens are kept by the
   * owner, so that no seller can claim to have sent them.
   */
  keepOwn(hasPiece: (index: number) => boolean): void {
    for (const index of eachOf(this.pieces)) {
      if (hasPiece(index)) this.reserve(index, this.certificate.uid)
    }
  }

  /** Bitmap of the tokens that were paid or promised to a seller: those a cancellation must keep. */
  kept(): Uint8Array {
    const kept = this.#paid.slice()
    for (const book of this.#payees.values()) {
      if (equal(book.uid, this.certificate.uid)) continue
      book.held.forEach((byte, at) => (kept[at]! |= byte))
    }
    return kept
  }

  /** Ends it: from here on nothing is reserved. To be durable before the provider hears of it. */
  cancel(cancellation: Cancellation): void {
    this.#saver.expectOpen()
    this.endPaper(cancellation)
    this.changed()
  }

  /** Gives a reservation back: only the holder's, only unpaid, and not when it is uncertain. */
  release(index: number, payee: Uint8Array): void {
    const book = this.#holders[index]
    if (book === undefined || !equal(book.uid, payee)) return
    if (!this.isPaid(index) && !hasBit(this.#uncertain, index)) this.#letGo(index, book)
  }

  #letGo(index: number, book: PayeeBook): void {
    this.#holders[index] = undefined
    clearBit(book.held, index)
    this.#reservations.forget(index)
    if (book.isEmpty) this.#payees.delete(toHex(book.uid))
    this.changed()
  }

  /** Resolves when these are durable, at once as a rule: they were saved while the pieces came. Rejects when they cannot be. */
  reservationSaved(indexes: number[]): Promise<void> {
    return this.#reservations.saved(indexes)
  }

  /**
   * Marks tokens reserved to `payee` as paid, and says what the voucher must. Await `reservationSaved`
   * first, and pay only for pieces in the store. To repeat it changes nothing. Throws `already-paid` or
   * `bad-index` when a token is not this payee's; then nothing changed.
   */
  pay(payee: Uint8Array, indexes: number[]): PayeeAccount {
    this.#saver.expectOpen()
    for (const index of indexes) {
      const holder = this.#holders[index]
      if (holder === undefined || !equal(holder.uid, payee)) {
        throw new FloodgateError(this.isPaid(index) ? 'already-paid' : 'bad-index', String(index))
      }
    }
    const book = this.#bookOf(payee)
    for (const index of indexes) if (this.#markPaid(book, index)) book.unreceipted.push(index)
    this.changed()
    return this.account(payee)!
  }

  #markPaid(book: PayeeBook, index: number): boolean {
    if (this.isPaid(index)) return false
    setBit(this.#paid, index)
    clearBit(this.#uncertain, index)
    book.add(index, this.tokens.token(index))
    return true
  }

  /** What was paid to `payee`; undefined when it has neither payment nor reservation. */
  account(payee: Uint8Array): PayeeAccount | undefined {
    const book = this.#payees.get(toHex(payee))
    if (book === undefined) return undefined
    const { count, xor } = book
    const unreceipted = [...book.unreceipted].sort((a, b) => a - b)
    return { count, xor: xor.slice(), paid: book.paidOf(this.#paid), unreceipted }
  }

  /** How many tokens paid to `payee` no receipt covers. Cheap: it is asked for with every payment. */
  unreceipted(payee: Uint8Array): number {
    return this.#payees.get(toHex(payee))?.unreceipted.length ?? 0
  }

  /**
   * The payee acknowledged everything up to `count` tokens; `proof` is that receipt, verified, with our voucher that it
   * names. Older receipts, and those for more than was paid, change nothing.
   */
  receipted(payee: Uint8Array, count: number, proof?: Omit<Receipted, 'paid'>): void {
    const book = this.#payees.get(toHex(payee))
    const isNews = book?.acknowledge(count) === true
    if (book?.keepReceipt(this.#crypto, this.#paid, proof) === true || isNews) this.changed()
  }

  /** What answers this payee's complaints: the last voucher that it gave a receipt for. */
  receiptedBy(payee: Uint8Array): Receipted | undefined {
    return this.#payees.get(toHex(payee))?.receipted(this.#paid)
  }

  /**
   * Token `index` is this payee's, by our word to the court or by its own: paid like any other, so that our next
   * voucher to the payee covers it. False, and nothing changes, when it is another's.
   */
  settle(index: number, payee: Uint8Array): boolean {
    if (this.isPaid(index)) return equal(this.holder(index)!, payee)
    if (!this.reserve(index, payee)) return false
    this.pay(payee, [index])
    return true
  }

  /**
   * The payee shows our own voucher (its signature was checked) over the bitmap `paid`: what is reserved to it becomes paid
   * and acknowledged, our later payments stay. False, and nothing changes, unless every bit is its own and they add up.
   */
  adopt(payee: Uint8Array, paid: Uint8Array, count: number, xor: Uint8Array): boolean {
    if (this.#saver.closed || !isBitmapOf(paid, this.count)) return false
    const book = this.#payees.get(toHex(payee)) ?? new PayeeBook(payee, this.count)
    if (!book.addsUp(paid, count, xor, this.tokens)) return false
    if (count === 0) return true
    for (const index of bits(paid)) this.#markPaid(book, index)
    book.unreceipted = book.unreceipted.filter((index) => !hasBit(paid, index))
    this.changed()
    return true
  }

  /**
   * To pay again what the payee lacks: of the tokens paid to it and not in `shown`, the first `most`, and what a voucher over
   * `shown` and these must say; none of them counts as acknowledged. Undefined when nothing is missing, or when `shown`
   * names a token that is not the payee's.
   */
  missing(payee: Uint8Array, shown: Uint8Array, most: number): Missing | undefined {
    const book = this.#payees.get(toHex(payee))
    if (book === undefined || !isBitmapOf(shown, this.count)) return undefined
    const missing = book.missing(this.#paid, shown, most, this.tokens)
    if (missing !== undefined && book.retract(this.#paid, shown)) this.changed()
    return missing
  }

  /** Tokens that were reserved when the wallet was open last: to be paid, if their piece came. */
  uncertain(): number[] {
    return [...bits(this.#uncertain)]
  }

  /** Releases the uncertain tokens whose piece is not in the store: they cannot have been paid. Others stay. */
  settleUncertain(hasPiece: (index: number) => boolean): void {
    for (const index of this.uncertain()) {
      if (hasPiece(index)) continue
      clearBit(this.#uncertain, index)
      this.#letGo(index, this.#holders[index]!)
    }
  }

  /** Tokens paid. */
  spent = (): number => countBits(this.#paid)

  /** Who was paid how many tokens. */
  payees(): { uid: Uint8Array; count: number }[] {
    const others = [...this.#payees.values()].filter(({ uid }) => !equal(uid, this.certificate.uid))
    return others.map(({ uid, count }) => ({ uid, count }))
  }

  toState(): PurseState {
    this.#state ??= {
      ...this.paperState(),
      seed: this.#sealedSeed,
      paid: packBitmap(this.#paid),
      uncertain: packBitmap(this.#uncertain),
      payees: [...this.#payees.values()].map((book) => book.toState())
    }
    return this.#state
  }

  protected changed(): number {
    this.#state = undefined
    return this.#saver.changed()
  }
}
