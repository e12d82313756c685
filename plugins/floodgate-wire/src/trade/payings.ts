// All that a buyer pays one seller from: its purses for the content, those in force and those that still owe this seller
// something. A part of Buying; it adds up over them.

import { decode } from '@floodgate/protocol'
import type { Pocket, Purse } from '@floodgate/wallet'
import { Paying } from './paying.ts'
import type { Speech } from './speech.ts'
import type { Market } from './terms.ts'

export class Payings {
  readonly #market: Market
  readonly #speech: Speech
  readonly #paid: () => void
  /** By purse, of which the wallet has one object: they are asked for with every piece that might be picked. */
  readonly #payings = new Map<Purse, Paying>()
  #pocket: Pocket

  constructor(market: Market, speech: Speech, paid: () => void) {
    this.#market = market
    this.#speech = speech
    this.#paid = paid
    this.#pocket = this.#newPocket()
    this.takeUp()
  }

  #newPocket(): Pocket {
    const { wallet, content } = this.#market
    return wallet.purses.pocket(content.infoHash)
  }

  /** What is in force may have changed since. */
  refresh(): void {
    this.#pocket = this.#newPocket()
  }

  /** Our purses have changed: what this seller is shown can be paid from. */
  takeUp(): void {
    const { wallet, content } = this.#market
    for (const purse of wallet.purses.shownTo(
      content.infoHash,
      this.#speech.other.certificate.uid
    )) {
      if (this.#payings.has(purse)) continue
      this.#payings.set(purse, new Paying(this.#market, this.#speech, purse, this.#paid))
    }
  }

  all(): IterableIterator<Paying> {
    return this.#payings.values()
  }

  /** By the id of the purse. */
  of(id: Uint8Array): Paying | undefined {
    const purse = this.#market.wallet.purses.get(id)
    return purse && this.#payings.get(purse)
  }

  /** What pays for piece `index`. */
  for(index: number): Paying | undefined {
    const purse = this.#pocket.at(index)
    return purse && this.#payings.get(purse)
  }

  /** Pieces that the seller counts as owed. */
  owed(): number[] {
    return [...this.all()].flatMap((paying) => [...paying.owed])
  }

  owedCount(): number {
    let owed = 0
    for (const paying of this.all()) owed += paying.owed.size
    return owed
  }

  /** Pieces that are to be paid and are not. */
  dueCount(): number {
    let due = 0
    for (const paying of this.all()) due += paying.dueCount
    return due
  }

  pay(): void {
    for (const paying of this.all()) paying.pay()
  }

  /** The limit that a receipt grants; undefined when it is none of ours. */
  async takeReceipt(frame: Uint8Array): Promise<number | undefined> {
    return this.of(decode(frame, 'receipt').message.purse)?.takeReceipt(frame)
  }

  /** Did the seller answer each purse that it was shown? */
  get heard(): boolean {
    return [...this.all()].every((paying) => paying.heard)
  }

  get owing(): boolean {
    return [...this.all()].some((paying) => paying.owing)
  }

  close(): void {
    for (const paying of this.all()) paying.close()
  }
}
