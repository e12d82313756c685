// The seller's receipts: its word that tokens came and are kept (F41). One covers everything up to its
// count, and goes out when the wallet is durable (W14); the next piece is admitted long before.

import { WINDOW_MAX } from '@floodgate/protocol'
import type { Sale } from '@floodgate/wallet'
import type { Speech } from './speech.ts'
import type { Market } from './terms.ts'

/** Few tokens get their receipt after this long; nothing but the buyer's peace of mind waits for it. */
const FEW_MS = 25

export class Receipts {
  readonly #market: Market
  readonly #speech: Speech
  readonly #sale: Sale
  readonly #limit: () => number
  /** Tokens taken since the last receipt began. */
  #tokens = 0
  #saying = false
  #closed = false
  #callOff: (() => void) | undefined

  constructor(market: Market, speech: Speech, sale: Sale, limit: () => number) {
    this.#market = market
    this.#speech = speech
    this.#sale = sale
    this.#limit = limit
  }

  /** `tokens` more were taken; or the last receipt was lost, and 0 were. */
  soon(tokens: number): void {
    this.#tokens += tokens
    if (this.#tokens >= WINDOW_MAX / 2) return this.#say()
    this.#callOff ??= this.#market.clock.after(FEW_MS, () => this.#say())
  }

  #say(): void {
    this.#callOff?.()
    this.#callOff = undefined
    if (this.#saying || this.#closed) return
    this.#saying = true
    this.#tokens = 0
    this.#speech.alongside(async () => {
      try {
        await this.#sayDurable()
      } finally {
        this.#saying = false
      }
    })
  }

  async #sayDurable(): Promise<void> {
    const { wallet } = this.#market
    const { count, voucher, payer, purse } = this.#sale
    await wallet.saved()
    if (this.#closed || voucher === undefined) return
    const hash = wallet.crypto.sha256(voucher)
    const limit = this.#limit()
    await this.#speech.saySigned('receipt', {
      payer,
      purse: purse.purse,
      count,
      voucher: hash,
      limit
    })
    if (this.#sale.count !== count) this.soon(0)
  }

  /**
   * Where we stand: what we hold of this purse and what is owed. True whenever it is said (W3), and after a crash, for to
   * the buyer it is as good as a receipt (I6): so what is paid is what is durable.
   */
  sayStatement(): void {
    this.#speech.alongside(async () => {
      const { purse, voucher = new Uint8Array(0) } = this.#sale
      const paid = this.#sale.paid.slice()
      await this.#market.wallet.saved()
      if (this.#closed) return
      const owed = [...this.#sale.owed].slice(0, WINDOW_MAX)
      this.#speech.say('statement', {
        purse: purse.purse,
        limit: this.#limit(),
        owed,
        paid,
        voucher
      })
    })
  }

  close(): void {
    this.#closed = true
    this.#callOff?.()
  }
}
