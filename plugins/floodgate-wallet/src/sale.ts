// The seller's book on one purse of a buyer: which tokens came, the last voucher, and what is owed. Of the
// vouchers only the last is kept, since it says all that the earlier did; tokens are not kept at all.

import {
  FloodgateError,
  TOKEN_LENGTH,
  decode,
  emptyBitmap,
  hasBit,
  setBit,
  toBase64url,
  type PurseCertificate
} from '@floodgate/protocol'
import type { Saver } from './saver.ts'
import { packBitmap, unpack, unpackBitmap, type SaleState } from './state.ts'

export class Sale {
  readonly purse: PurseCertificate
  readonly frame: Uint8Array
  readonly paid: Uint8Array
  readonly #saver: Saver
  readonly #owed: Set<number>
  #count = 0
  #xor: Uint8Array = new Uint8Array(TOKEN_LENGTH)
  #voucher: Uint8Array | undefined
  #claimed = { count: 0, credited: 0n }
  #refused = { count: 0, code: '' }
  #state: SaleState | undefined

  /** For `Sales`, with a certificate that was verified. */
  constructor(saver: Saver, purse: PurseCertificate, frame: Uint8Array, state?: SaleState) {
    this.#saver = saver
    this.purse = purse
    this.frame = frame.slice()
    this.paid = state ? unpackBitmap(state.paid, purse.count) : emptyBitmap(purse.count)
    this.#owed = new Set(state?.owed)
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
    return this.#owed
  }

  /** What claims covered, and what they brought, in minor units. */
  get claimed(): { readonly count: number; readonly credited: bigint } {
    return this.#claimed
  }

  /** Has it anything that must be kept? */
  get isEmpty(): boolean {
    return this.#count === 0 && this.#owed.size === 0
  }

  /**
   * Takes in a payment that was verified: tokens against the root, sums and signature of the voucher. Await
   * the wallet's `saved()` before the receipt is sent. Throws `bad-voucher`, and nothing changes, when the
   * tokens do not make up the count.
   */
  accept(indexes: number[], xor: Uint8Array, count: number, voucher: Uint8Array): void {
    this.#saver.expectOpen()
    const fresh = new Set(indexes.filter((index) => !hasBit(this.paid, index)))
    const inRange = indexes.every((index) => index >= 0 && index < this.purse.count)
    if (!inRange || this.#count + fresh.size !== count) throw new FloodgateError('bad-voucher')
    for (const index of indexes) {
      setBit(this.paid, index)
      this.#owed.delete(index)
    }
    this.#count = count
    this.#xor = xor.slice()
    this.#voucher = voucher.slice()
    this.#changed()
  }

  /** Notes a piece as sent and unpaid. What was paid is never owed again. */
  owe(index: number): void {
    this.#saver.expectOpen()
    if (index < 0 || index >= this.purse.count) throw new FloodgateError('bad-index', String(index))
    if (hasBit(this.paid, index) || this.#owed.has(index)) return
    this.#owed.add(index)
    this.#changed()
  }

  /** Forgives: the piece was not sent after all. */
  unowe(index: number): void {
    if (!this.#saver.closed && this.#owed.delete(index)) this.#changed()
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
    this.#state ??= {
      frame: toBase64url(this.frame),
      paid: packBitmap(this.paid),
      xor: toBase64url(this.#xor),
      voucher: toBase64url(this.#voucher ?? new Uint8Array(0)),
      owed: [...this.#owed],
      claimed: { count: this.#claimed.count, credited: String(this.#claimed.credited) },
      refused: this.#refused
    }
    return this.#state
  }

  #changed(): void {
    this.#state = undefined
    this.#saver.changed()
  }
}
