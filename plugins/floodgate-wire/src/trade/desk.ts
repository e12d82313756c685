// One purse of the buyer on one connection: the book on it, our receipts and statements, what may be sent again, and the
// clocks of what is sent and unpaid. A part of Selling, which decides what is admitted over all of them.

import { FloodgateError, concat, inRanges, type ErrorCode } from '@floodgate/protocol'
import type { Proof, Sale } from '@floodgate/wallet'
import type { Party, ShownPurse } from './handshake.ts'
import { Receipts } from './receipts.ts'
import { Resends } from './resends.ts'
import type { Speech } from './speech.ts'
import type { Market } from './terms.ts'

export class Desk {
  readonly sale: Sale
  readonly receipts: Receipts
  readonly resends: Resends
  readonly #market: Market
  readonly #speech: Speech
  readonly #buyer: Party
  /** Calls off the time-out of each piece sent and unpaid. */
  readonly #unpaid = new Map<number, () => void>()

  constructor(
    market: Market,
    speech: Speech,
    buyer: Party,
    { certificate, frame }: ShownPurse,
    limit: () => number
  ) {
    this.#market = market
    this.#speech = speech
    this.#buyer = buyer
    this.sale = market.wallet.sales.open(certificate, frame)
    this.receipts = new Receipts(market, speech, this.sale, limit)
    this.resends = Resends.of(this.sale, market.content)
  }

  /** What is sold after the certificate's end may be too late to be claimed. */
  get isOver(): boolean {
    return this.#market.wallet.now() >= this.sale.purse.expiry
  }

  /** Why piece `index` is not sold from this purse; undefined when it may be. */
  refusalOf(index: number, resend: number): ErrorCode | undefined {
    if (!inRanges(this.sale.purse.pieces, index)) return 'not-covered'
    if (this.isOver) return 'expired'
    if (this.sale.isCovered(index) && resend === 0) return 'already-paid'
    return this.resends.allows(index) ? undefined : 'too-many-resends'
  }

  /** Is it owed or paid already, so that sending it makes no new debt? */
  isCovered(index: number): boolean {
    return this.sale.owed.has(index) || this.sale.isCovered(index)
  }

  owe(index: number, window: Proof | undefined): void {
    const { frame: buyer } = this.#buyer
    this.sale.owe(index, window && { window, buyer, at: this.#market.wallet.now() })
  }

  /** The delivery: our signature under the hashes of what `request` (its hash) asked for (F33, F64, G4). */
  deliver(request: Uint8Array, indexes: number[]): Promise<Uint8Array> {
    const { content } = this.#market
    return this.#speech.sign('delivery', {
      payer: this.#buyer.certificate.uid,
      infoHash: content.infoHash,
      purse: this.sale.purse.purse,
      indexes,
      hashes: concat(...indexes.map((index) => content.pieceHash(index))),
      request
    })
  }

  /** Piece `index` went out in full: if it is not paid in time, `late` is told. */
  await(index: number, late: () => void): void {
    if (!this.sale.owed.has(index)) return
    const { clock, terms } = this.#market
    this.#unpaid.get(index)?.()
    const timedOut = (): void => {
      this.#unpaid.delete(index)
      if (this.sale.owed.has(index)) late()
    }
    this.#unpaid.set(index, clock.after(terms.paymentTimeoutMs, timedOut))
  }

  /** The buyer signed a token that is not the purse's: its own payment convicts it (F43, F61). */
  accuse(payment: Uint8Array, index: number): never {
    const { certificate, frame } = this.#buyer
    const { purse, infoHash } = this.sale.purse
    this.#market.accuse({
      ...{ kind: 'bad-token', accused: certificate.uid, certificate: frame },
      ...{ infoHash, purse, index, frames: [payment] }
    })
    this.#speech.remember(payment)
    this.#speech.blacklist('bad-token')
    throw new FloodgateError('bad-token', String(index))
  }

  settled(indexes: number[]): void {
    for (const index of indexes) {
      this.#unpaid.get(index)?.()
      this.#unpaid.delete(index)
    }
  }

  close(): void {
    this.receipts.close()
    for (const callOff of this.#unpaid.values()) callOff()
    this.#unpaid.clear()
  }
}
