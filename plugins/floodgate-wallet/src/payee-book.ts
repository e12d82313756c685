// What one payee holds of a purse: reserved and paid tokens, their running count and XOR, and what it has
// not acknowledged yet. A part of Purse, which decides; here it is only kept.

import {
  FloodgateError,
  TOKEN_LENGTH,
  bits,
  clearBit,
  countBits,
  decode,
  emptyBitmap,
  equal,
  hasBit,
  paidHash,
  setBit,
  toBase64url,
  withBits,
  xorInto,
  type Crypto,
  type Tokens
} from '@floodgate/protocol'
import { packBitmap, packMessage, unpack, unpackBitmap, type PayeeState } from './state.ts'

/** Tokens to send again, and what a voucher over them and over what the payee has must say. */
export interface Missing {
  indexes: number[]
  count: number
  xor: Uint8Array
  /** Bitmap of all these tokens. */
  paid: Uint8Array
}

/** XOR of these tokens. */
function xorOf(tokens: Tokens, indexes: Iterable<number>): Uint8Array {
  const xor = new Uint8Array(TOKEN_LENGTH)
  for (const index of indexes) xorInto(xor, tokens.token(index))
  return xor
}

/** What a payee has, as its vouchers say it. */
export interface PayeeAccount {
  /** Tokens paid, cumulative, and the XOR of them. */
  count: number
  xor: Uint8Array
  /** Bitmap of the tokens paid. */
  paid: Uint8Array
  /** Indexes paid that no receipt covers, ascending. */
  unreceipted: number[]
}

/** What answers a complaint of this payee: a voucher, its receipt for that, and the tokens they cover. */
export interface Receipted {
  /** Messages as they travelled. */
  voucher: Uint8Array
  receipt: Uint8Array
  /** Bitmap. */
  paid: Uint8Array
}

/** The bitmap is what was paid in all, without the tokens paid `later`: so no second bitmap is kept. */
interface LastReceipt {
  voucher: Uint8Array
  receipt: Uint8Array
  later: number[]
}

const receiptedToState = ({ voucher, receipt, later }: LastReceipt) => ({
  voucher: packMessage(voucher),
  receipt: packMessage(receipt),
  later: [...later]
})

export class PayeeBook {
  readonly uid: Uint8Array
  /** Reserved or paid. */
  readonly held: Uint8Array
  count = 0
  xor: Uint8Array = new Uint8Array(TOKEN_LENGTH)
  /** Paid without receipt, in the order of payment. */
  unreceipted: number[] = []
  #last: LastReceipt | undefined

  constructor(uid: Uint8Array, tokens: number) {
    this.uid = uid
    this.held = emptyBitmap(tokens)
  }

  /** Throws `wallet-damaged` when the sums do not fit the bitmaps. */
  static fromState(state: PayeeState, tokens: number, paid: Uint8Array): PayeeBook {
    const book = new PayeeBook(unpack(state.uid), tokens)
    book.held.set(unpackBitmap(state.held, tokens))
    book.count = state.count
    book.xor = unpack(state.xor)
    book.unreceipted = [...state.unreceipted]
    if (state.receipted !== undefined) {
      const { voucher, receipt, later } = state.receipted
      book.#last = { voucher: unpack(voucher), receipt: unpack(receipt), later: [...later] }
    }
    if (countBits(book.paidOf(paid)) !== book.count) {
      throw new FloodgateError('wallet-damaged', 'count of a payee')
    }
    return book
  }

  toState(): PayeeState {
    return {
      uid: toBase64url(this.uid),
      held: packBitmap(this.held),
      count: this.count,
      xor: toBase64url(this.xor),
      unreceipted: [...this.unreceipted],
      ...(this.#last && { receipted: receiptedToState(this.#last) })
    }
  }

  /** Bitmap of what was paid to this payee, out of all that was paid. */
  paidOf(paid: Uint8Array): Uint8Array {
    return this.held.map((byte, at) => byte & paid[at]!)
  }

  /** Indexes that are reserved and not paid. */
  *reserved(paid: Uint8Array): Generator<number> {
    for (const index of bits(this.held)) if (!hasBit(paid, index)) yield index
  }

  add(index: number, token: Uint8Array): void {
    this.count++
    xorInto(this.xor, token)
    setBit(this.held, index)
    this.#last?.later.push(index)
  }

  /**
   * Keeps a receipt, verified, with the voucher it is for. False, and nothing changes, unless they cover just what
   * is acknowledged: an older pair proves less than the one that is kept.
   */
  keepReceipt(crypto: Crypto, paid: Uint8Array, proof?: Omit<Receipted, 'paid'>): boolean {
    if (proof === undefined) return false
    const covered = this.#without(paid, this.unreceipted)
    const { message } = decode(proof.voucher, 'voucher')
    if (!equal(message.paid, paidHash(crypto, covered))) return false
    this.#last = { ...proof, later: [...this.unreceipted] }
    return true
  }

  /** The last pair kept. `paid`: all that was paid from the purse. */
  receipted(paid: Uint8Array): Receipted | undefined {
    if (this.#last === undefined) return undefined
    const { voucher, receipt, later } = this.#last
    return { voucher, receipt, paid: this.#without(paid, later) }
  }

  #without(paid: Uint8Array, later: number[]): Uint8Array {
    const covered = this.paidOf(paid)
    for (const index of later) clearBit(covered, index)
    return covered
  }

  /** Everything up to `count` tokens is acknowledged; more than was paid says nothing about any token. */
  acknowledge(count: number): boolean {
    const before = this.count - this.unreceipted.length
    if (count > this.count || count <= before) return false
    this.unreceipted.splice(0, count - before)
    return true
  }

  /** Are these tokens all this payee's, and is this their count and XOR? */
  addsUp(paid: Uint8Array, count: number, xor: Uint8Array, tokens: Tokens): boolean {
    if (paid.some((byte, at) => (byte & ~this.held[at]!) !== 0)) return false
    return countBits(paid) === count && equal(xorOf(tokens, bits(paid)), xor)
  }

  /** See `Purse.missing`: to sign a sum over another's token would give it away. `paid`: all that was paid; `shown`: what the payee says it has. */
  missing(paid: Uint8Array, shown: Uint8Array, most: number, tokens: Tokens): Missing | undefined {
    const own = this.paidOf(paid)
    if (shown.some((byte, at) => (byte & ~own[at]!) !== 0)) return undefined
    const indexes = [...bits(own)].filter((index) => !hasBit(shown, index)).slice(0, most)
    if (indexes.length === 0) return undefined
    const count = countBits(shown) + indexes.length
    const all = withBits(shown, indexes)
    return { indexes, count, xor: xorOf(tokens, bits(all)), paid: all }
  }

  /** What the payee shows is what it has: the rest is not acknowledged, whatever it said before. Was that news? */
  retract(paid: Uint8Array, shown: Uint8Array): boolean {
    const rest = [...bits(this.paidOf(paid))].filter((index) => !hasBit(shown, index))
    const before = new Set(this.unreceipted)
    const isNews = rest.some((index) => !before.has(index))
    if (isNews) this.unreceipted = rest
    return isNews
  }

  get isEmpty(): boolean {
    return this.held.every((byte) => byte === 0)
  }
}
