// What one payee holds of a purse: reserved and paid tokens, their running count and XOR, and what it has
// not acknowledged yet. A part of Purse, which decides; here it is only kept.

import {
  FloodgateError,
  TOKEN_LENGTH,
  bits,
  countBits,
  emptyBitmap,
  hasBit,
  setBit,
  toBase64url,
  xorInto,
  type Tokens
} from '@floodgate/protocol'
import { packBitmap, unpack, unpackBitmap, type PayeeState } from './state.ts'

/** Tokens to send again, and what a voucher over them and over what the payee has must say. */
export interface Missing {
  indexes: number[]
  count: number
  xor: Uint8Array
}

/** XOR of these tokens. */
export function xorOf(tokens: Tokens, indexes: Iterable<number>): Uint8Array {
  const xor = new Uint8Array(TOKEN_LENGTH)
  for (const index of indexes) xorInto(xor, tokens.token(index))
  return xor
}

/** What a payee has, as its vouchers say it. */
export interface PayeeAccount {
  /** Tokens paid, cumulative, and the XOR of them. */
  count: number
  xor: Uint8Array
  /** Indexes paid that no receipt covers, ascending. */
  unreceipted: number[]
}

export class PayeeBook {
  readonly uid: Uint8Array
  /** Reserved or paid. */
  readonly held: Uint8Array
  count = 0
  xor: Uint8Array = new Uint8Array(TOKEN_LENGTH)
  /** Paid without receipt, in the order of payment. */
  unreceipted: number[] = []

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
      unreceipted: [...this.unreceipted]
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
  }

  /** Everything up to `count` tokens is acknowledged; more than was paid says nothing about any token. */
  acknowledge(count: number): boolean {
    const before = this.count - this.unreceipted.length
    if (count > this.count || count <= before) return false
    this.unreceipted.splice(0, count - before)
    return true
  }

  /** See `Purse.missing`. `paid`: all that was paid; `shown`: what the payee says it has. */
  missing(paid: Uint8Array, shown: Uint8Array, most: number, tokens: Tokens): Missing | undefined {
    const own = this.paidOf(paid)
    if (shown.some((byte, at) => (byte & ~own[at]!) !== 0)) return undefined
    const indexes = [...bits(own)].filter((index) => !hasBit(shown, index)).slice(0, most)
    if (indexes.length === 0) return undefined
    const count = countBits(shown) + indexes.length
    return { indexes, count, xor: xorOf(tokens, [...bits(shown), ...indexes]) }
  }

  get isEmpty(): boolean {
    return this.held.every((byte) => byte === 0)
  }
}
