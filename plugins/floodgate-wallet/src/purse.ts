// The buyer's book on one purse: which token is whose. A token is reserved to ONE payee, durably, before a
// payment with it is sent, and is paid only after its piece is in the store. So, whenever the process dies:
// no token ever goes to two payees (the durable reservation names the one that may have it), and a token
// whose piece is not in the store was never paid. What was reserved when the process died is uncertain: it
// stays with its payee until that payee shows our voucher (`adopt`), is paid, or the store says that the
// piece never came (`settleUncertain`). This takes a store that keeps what it said it has.

import {
  FloodgateError,
  bits,
  clearBit,
  countBits,
  decode,
  equal,
  hasBit,
  isBitmapOf,
  makeTokens,
  setBit,
  toBase64url,
  toHex,
  type Crypto,
  type PurseCertificate,
  type Tokens
} from '@floodgate/protocol'
import { PayeeBook, xorOf, type Missing, type PayeeAccount } from './payee-book.ts'
import type { Saver } from './saver.ts'
import { packBitmap, unpack, unpackBitmap, type PurseState } from './state.ts'

export class Purse {
  readonly certificate: PurseCertificate
  readonly frame: Uint8Array
  readonly seed: Uint8Array
  readonly #crypto: Crypto
  readonly #saver: Saver
  readonly #sealedSeed: string
  readonly #paid: Uint8Array
  readonly #uncertain: Uint8Array
  readonly #payees = new Map<string, PayeeBook>()
  readonly #holders: (PayeeBook | undefined)[]
  /** Version of the wallet that first knows a reservation; gone once it is durable. */
  readonly #reservedIn = new Map<number, number>()
  #tokens: Tokens | undefined
  #state: PurseState | undefined

  /** For `Purses`, which verified the certificate. Throws `wallet-damaged` when the state contradicts itself. */
  constructor(
    crypto: Crypto,
    saver: Saver,
    from: { state: PurseState; seed: Uint8Array; tokens?: Tokens; crashed: boolean }
  ) {
    this.#crypto = crypto
    this.#saver = saver
    this.frame = unpack(from.state.frame)
    this.certificate = decode(this.frame, 'purse').message
    this.seed = from.seed
    this.#sealedSeed = from.state.seed
    this.#tokens = from.tokens
    this.#paid = unpackBitmap(from.state.paid, this.count)
    this.#uncertain = unpackBitmap(from.state.uncertain, this.count)
    this.#holders = Array.from({ length: this.count }, () => undefined)
    for (const state of from.state.payees) {
      this.#seat(PayeeBook.fromState(state, this.count, this.#paid), from.crashed)
    }
  }

  #seat(book: PayeeBook, crashed: boolean): void {
    this.#payees.set(toHex(book.uid), book)
    for (const index of bits(book.held)) {
      if (this.#holders[index] !== undefined)
        throw new FloodgateError('wallet-damaged', 'two holders')
      this.#holders[index] = book
    }
    if (crashed) for (const index of book.reserved(this.#paid)) setBit(this.#uncertain, index)
  }

  get id(): Uint8Array {
    return this.certificate.purse
  }

  get infoHash(): Uint8Array {
    return this.certificate.infoHash
  }

  get count(): number {
    return this.certificate.count
  }

  /** Minor units of `currency` for one piece. */
  get price(): bigint {
    return this.certificate.price
  }

  get currency(): string {
    return this.certificate.currency
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
    const book = this.#payees.get(toHex(payee))
    return book === undefined ? [] : [...book.reserved(this.#paid)]
  }

  isPaid(index: number): boolean {
    return hasBit(this.#paid, index)
  }

  /** Reserves token `index`; false when it is another's, paid to anybody, out of range, or the wallet is closed. */
  reserve(index: number, payee: Uint8Array): boolean {
    if (this.#saver.closed || !(index in this.#holders) || this.isPaid(index)) return false
    const holder = this.#holders[index]
    if (holder !== undefined) return equal(holder.uid, payee)
    const book = this.#bookOf(payee)
    this.#holders[index] = book
    setBit(book.held, index)
    this.#reservedIn.set(index, this.#changed())
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
    for (let index = 0; index < this.count; index++) {
      if (hasPiece(index)) this.reserve(index, this.certificate.uid)
    }
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
    this.#reservedIn.delete(index)
    if (book.isEmpty) this.#payees.delete(toHex(book.uid))
    this.#changed()
  }

  /**
   * Resolves when the reservations are durable: at once, as a rule, since they were saved while the pieces
   * came. Rejects when they cannot be saved; then nothing may be paid.
   */
  async reservationSaved(indexes: number[]): Promise<void> {
    const versions = indexes.map((index) => this.#reservedIn.get(index) ?? 0)
    await this.#saver.saved(Math.max(0, ...versions))
    for (const [at, index] of indexes.entries()) {
      if (this.#reservedIn.get(index) === versions[at]) this.#reservedIn.delete(index)
    }
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
    this.#changed()
    return this.#accountOf(book)
  }

  #markPaid(book: PayeeBook, index: number): boolean {
    if (this.isPaid(index)) return false
    setBit(this.#paid, index)
    clearBit(this.#uncertain, index)
    book.add(index, this.tokens.token(index))
    return true
  }

  /** What was paid to `payee`; undefined when it has neither payment nor reservation. */
  account(payee: Uint8Array): (PayeeAccount & { paid: Uint8Array }) | undefined {
    const book = this.#payees.get(toHex(payee))
    if (book === undefined) return undefined
    return { ...this.#accountOf(book), paid: book.paidOf(this.#paid) }
  }

  #accountOf({ count, xor, unreceipted }: PayeeBook): PayeeAccount {
    return { count, xor: xor.slice(), unreceipted: [...unreceipted].sort((a, b) => a - b) }
  }

  /** The payee acknowledged everything up to `count` tokens. Older receipts, and those for more than was paid, change nothing. */
  receipted(payee: Uint8Array, count: number): void {
    if (this.#payees.get(toHex(payee))?.acknowledge(count) === true) this.#changed()
  }

  /**
   * The payee shows our own voucher (count, xor; its signature was checked) over the bitmap `paid`: what is
   * reserved to it becomes paid and acknowledged, our later payments stay. False, and nothing changes, unless
   * every set bit is this payee's and they add up to the voucher: a payee cannot adopt another's token.
   */
  adopt(payee: Uint8Array, paid: Uint8Array, count: number, xor: Uint8Array): boolean {
    if (this.#saver.closed || !this.#addsUp(payee, paid, count, xor)) return false
    if (count === 0) return true
    const book = this.#bookOf(payee)
    for (const index of bits(paid)) this.#markPaid(book, index)
    book.unreceipted = book.unreceipted.filter((index) => !hasBit(paid, index))
    this.#changed()
    return true
  }

  #addsUp(payee: Uint8Array, paid: Uint8Array, count: number, xor: Uint8Array): boolean {
    if (!isBitmapOf(paid, this.count) || countBits(paid) !== count) return false
    for (const index of bits(paid)) {
      const holder = this.#holders[index]
      if (holder === undefined || !equal(holder.uid, payee)) return false
    }
    return equal(xorOf(this.tokens, bits(paid)), xor)
  }

  /**
   * To pay again what the payee lacks: of the tokens paid to it and not in `shown`, the first `most`, and
   * what a voucher over `shown` and these must say. Undefined when nothing is missing, or when `shown` names a
   * token that was not paid to this payee: to sign a sum over that would give it away.
   */
  missing(payee: Uint8Array, shown: Uint8Array, most: number): Missing | undefined {
    const book = this.#payees.get(toHex(payee))
    if (book === undefined || !isBitmapOf(shown, this.count)) return undefined
    return book.missing(this.#paid, shown, most, this.tokens)
  }

  /** Tokens that were reserved when the process died: paid or not, we do not know. */
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
  spent(): number {
    return countBits(this.#paid)
  }

  /** Who was paid how many tokens. */
  payees(): { uid: Uint8Array; count: number }[] {
    const others = [...this.#payees.values()].filter(({ uid }) => !equal(uid, this.certificate.uid))
    return others.map(({ uid, count }) => ({ uid, count }))
  }

  /** At a clean close nothing is under way: what is reserved was not paid, but for the uncertain. */
  releaseUnpaid(): void {
    for (const book of [...this.#payees.values()]) {
      if (equal(book.uid, this.certificate.uid)) continue // kept by the owner for good
      for (const index of [...book.reserved(this.#paid)]) this.release(index, book.uid)
    }
  }

  toState(): PurseState {
    this.#state ??= {
      frame: toBase64url(this.frame),
      seed: this.#sealedSeed,
      paid: packBitmap(this.#paid),
      uncertain: packBitmap(this.#uncertain),
      payees: [...this.#payees.values()].map((book) => book.toState())
    }
    return this.#state
  }

  #changed(): number {
    this.#state = undefined
    return this.#saver.changed()
  }
}
