// How often the seller sends a piece again (F51). What counts is the bytes that went out, or still may: a connection that
// breaks costs an honest buyer only what was lost with it. Beyond that, who pays gets a little more, so that a bad road does not end a
// trade; it never costs the seller more than a share of what he earned.

import { RESENDS_MAX } from '@floodgate/protocol'
import type { Sale } from '@floodgate/wallet'
import type { Content } from './terms.ts'

type Lengths = Pick<Content, 'pieceLength'>

/** So many paid pieces are good for one more resend of any piece. */
const PAID_PER_RESEND = 16

export class Resends {
  static readonly #bySale = new WeakMap<Sale, Resends>()
  readonly #sale: Sale
  readonly #content: Lengths
  /** Bytes of a piece that went out or may yet, by index. */
  readonly #booked = new Map<number, number>()
  /** Resends that were good for what was paid. */
  #extra = 0

  private constructor(sale: Sale, content: Lengths) {
    this.#sale = sale
    this.#content = content
  }

  /** One count for all connections of the buyer. It lives as long as the sale, so it must know nothing of a connection. */
  static of(sale: Sale, content: Lengths): Resends {
    const known = this.#bySale.get(sale) ?? new Resends(sale, content)
    this.#bySale.set(sale, known)
    return known
  }

  /** May the whole piece go out (again)? */
  allows(index: number): boolean {
    return !this.#isBeyond(index) || this.#extra < Math.floor(this.#sale.count / PAID_PER_RESEND)
  }

  /** The whole piece goes out (again), as was allowed. */
  begin(index: number): void {
    if (this.#isBeyond(index)) this.#extra++
    this.#book(index, this.#content.pieceLength(index))
  }

  /** It broke off when `sent` bytes were out. */
  breakOff(index: number, sent: number): void {
    this.#book(index, sent - this.#content.pieceLength(index))
  }

  #book(index: number, bytes: number): void {
    this.#booked.set(index, (this.#booked.get(index) ?? 0) + bytes)
  }

  #isBeyond(index: number): boolean {
    return (this.#booked.get(index) ?? 0) > RESENDS_MAX * this.#content.pieceLength(index)
  }
}
