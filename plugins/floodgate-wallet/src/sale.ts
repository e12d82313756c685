// The seller's book on one purse of a buyer: which tokens came, the last voucher, and what is owed. Of the
// vouchers only the last is kept, since it says all that the earlier did; tokens are not kept at all.

import {
  FloodgateError,
  TOKEN_LENGTH,
  decode,
  emptyBitmap,
  hasBit,
  inRanges,
  setBit,
  toBase64url,
  type Header,
  type PurseCertificate
} from '@floodgate/protocol'
import { Debts, type Proof } from './debts.ts'
import type { Saver } from './saver.ts'
import { packBitmap, packMessage, unpack, unpackBitmap, type SaleState } from './state.ts'

export class Sale {
  #purse: PurseCertificate & Header
  #frame: Uint8Array
  readonly paid: Uint8Array
  readonly #saver: Saver
  readonly #debts: Debts
  readonly #settled: Uint8Array
  #count = 0
  #xor: Uint8Array = new Uint8Array(TOKEN_LENGTH)
  #voucher: Uint8Array | undefined
  #buyer: Uint8Array
  #claimed = { count: 0, credited: 0n }
  #refused = { count: 0, code: '' }
  #state: SaleState | undefined

  /** For `Sales`, with a certificate that was verified. */
  constructor(
    saver: Saver,
    purse: PurseCertificate & Header,
    frame: Uint8Array,
    state?: SaleState
  ) {
    this.#saver = saver
    this.#purse = purse
    this.#frame = frame.slice()
    this.paid = state ? unpackBitmap(state.paid, purse.count) : emptyBitmap(purse.count)
    this.#debts = new Debts(state?.owed, state?.proofs)
    this.#settled = unpackBitmap(state?.settled ?? '', purse.count)
    this.#buyer = unpack(state?.buyer ?? '')
    if (state === undefined) return
    this.#xor = unpack(state.xor)
    this.#voucher = state.voucher === '' ? undefined : unpack(state.voucher)
    this.#claimed = {
      count: state.claimed.count,
      credited: BigInt(state.claimed.credited)
    }
    this.#refused = state.refused
    for (let index = 0; index < purse.count; index++) if (hasBit(this.paid, index)) this.#count++
  }

  static fromState(saver: Saver, state: SaleState): Sale {
    const frame = unpack(state.frame)
    return new Sale(saver, decode(frame, 'purse').message, frame, state)
  }

  get purse(): PurseCertificate & Header {
    return this.#purse
  }

  /** The certificate as shown. */
  get frame(): Uint8Array {
    return this.#frame
  }

  /** The buyer shows a later certificate of the same purse. */
  renew(purse: PurseCertificate & Header, frame: Uint8Array): void {
    if (purse.expiry <= this.#purse.expiry) return
    this.#purse = purse
    this.#frame = frame.slice()
    if (!this.isEmpty) this.#changed()
  }

  /** Uid of the buyer. */
  get payer(): Uint8Array {
    return this.purse.uid
  }

  /** Tokens received, and the XOR of them: what the last voucher says. */
  get count(): number {
    return this.#count
  }

  get xor(): Uint8Array {
    return this.#xor
  }

  /** The last voucher, as received. */
  get voucher(): Uint8Array | undefined {
    return this.#voucher
  }

  /** Pieces sent and not paid, by index. */
  get owed(): ReadonlySet<number> {
    return this.#debts.indexes
  }

  /** What proves that piece `index` is owed, and since when; debts of older wallets have no proof. */
  proofOf(index: number): Readonly<Proof & { since: number }> | undefined {
    const debt = this.#debts.get(index)
    return debt && { ...debt.proof, since: debt.since }
  }

  /** The certificate of the key that signed the requests of our proofs; empty when there is none. */
  get buyer(): Uint8Array {
    return this.#buyer
  }

  /** Is piece `index` paid for, by the buyer or by the court? */
  isCovered(index: number): boolean {
    return hasBit(this.paid, index) || hasBit(this.#settled, index)
  }

  /** What claims covered, and what they brought, in minor units. */
  get claimed(): { readonly count: number; readonly credited: bigint } {
    return this.#claimed
  }

  /** Has it anything that must be kept? */
  get isEmpty(): boolean {
    return this.#count === 0 && this.owed.size === 0 && this.#settled.every((byte) => byte === 0)
  }

  /**
   * Takes in a payment that was verified: tokens against the root, sums and signature of the voucher. Await
   * the wallet's `saved()` before the receipt is sent. Throws `bad-voucher`, and nothing changes, when the
   * tokens do not make up the count.
   */
  accept(indexes: number[], xor: Uint8Array, count: number, voucher: Uint8Array): void {
    this.#saver.expectOpen()
    const fresh = new Set(indexes.filter((index) => !hasBit(this.paid, index)))
    const inRange = indexes.every((index) => inRanges(this.purse.pieces, index))
    if (!inRange || this.#count + fresh.size !== count) throw new FloodgateError('bad-voucher')
    for (const index of indexes) {
      setBit(this.paid, index)
      this.#debts.delete(index)
    }
    this.#count = count
    this.#xor = xor.slice()
    this.#voucher = voucher.slice()
    this.#changed()
  }

  /**
   * Notes a piece as sent and unpaid, with what proves it: the messages, the buyer's certificate, the time now.
   * What was paid is never owed again.
   */
  owe(index: number, proof?: { window: Proof; buyer: Uint8Array; at: number }): void {
    this.#saver.expectOpen()
    if (!inRanges(this.purse.pieces, index)) throw new FloodgateError('bad-index', String(index))
    if (this.isCovered(index) || this.owed.has(index)) return
    if (proof !== undefined) this.#buyer = proof.buyer
    this.#debts.add(index, proof?.window, proof?.at ?? 0)
    this.#changed()
  }

  /** More of an owed piece went out at `at`. */
  touch(index: number, at: number): void {
    this.#debts.touch(index, at)
  }

  /** Forgives: the piece was not sent after all. */
  unowe(index: number): void {
    if (!this.#saver.closed && this.#debts.delete(index)) this.#changed()
  }

  /**
   * The court paid piece `index`, which brought `credited` (F57): it is owed no more. The buyer's vouchers do not
   * count it, unless he pays it himself one day: then it is a token like any other. To repeat it changes nothing.
   */
  settle(index: number, credited: bigint): void {
    this.#saver.expectOpen()
    if (index >= this.purse.count || hasBit(this.#settled, index)) return
    setBit(this.#settled, index)
    this.#debts.delete(index)
    const { count } = this.#claimed
    this.#claimed = { count, credited: this.#claimed.credited + credited }
    this.#changed()
  }

  /** Tokens that no claim covered. */
  unclaimed(): number {
    return this.#count - this.#claimed.count
  }

  /** Tokens worth claiming: none when the provider refused just these for good. */
  claimable(): number {
    return this.#refused.count === this.#count ? 0 : this.unclaimed()
  }

  /** A claim over the first `count` tokens was settled and brought `credited`. */
  markClaimed(count: number, credited: bigint): void {
    this.#saver.expectOpen()
    this.#claimed = {
      count: Math.max(this.#claimed.count, count),
      credited: this.#claimed.credited + credited
    }
    this.#changed()
  }

  /** A claim over `count` tokens was refused for good: not repeated until there are more. */
  markRefused(count: number, code: string): void {
    this.#saver.expectOpen()
    this.#refused = { count, code }
    this.#changed()
  }

  /** Code of a lasting refusal; empty when there is none. */
  get refusal(): string {
    return this.#refused.code
  }

  toState(): SaleState {
    this.#state ??= this.#makeState()
    return this.#state
  }

  #makeState(): SaleState {
    const proofs = this.#debts.proofsToState()
    const settled = packBitmap(this.#settled)
    return {
      frame: packMessage(this.#frame),
      paid: packBitmap(this.paid),
      xor: toBase64url(this.#xor),
      voucher: toBase64url(this.#voucher ?? new Uint8Array(0)),
      owed: [...this.owed],
      claimed: { count: this.#claimed.count, credited: String(this.#claimed.credited) },
      refused: this.#refused,
      ...(proofs.length > 0 && { proofs, buyer: packMessage(this.#buyer) }),
      ...(settled !== '' && { settled })
    }
  }

  #changed(): void {
    this.#state = undefined
    this.#saver.changed()
  }
}
