// All sales of a seller, by purse and by buyer. Debts count by uid over all purses, and outlive connections
// and restarts.

import {
  FloodgateError,
  equal,
  toHex,
  type Header,
  type PurseCertificate
} from '@floodgate/protocol'
import { isLongOver, provenTime } from './age.ts'
import type { WalletParts } from './purses.ts'
import { Sale } from './sale.ts'
import type { WalletState } from './state.ts'

/** Purses that were only shown, never paid from, are forgotten in bulk when there are so many. */
const IDLE_MAX = 1024

export class Sales {
  readonly #wallet: WalletParts
  readonly #sales = new Map<string, Sale>()
  readonly #byPayer = new Map<string, Set<Sale>>()
  /** Tokens paid in sales that were dropped, by uid (hex). */
  readonly #paidBefore: Map<string, number>
  #sweepAt = IDLE_MAX

  constructor(wallet: WalletParts, state?: WalletState) {
    this.#wallet = wallet
    this.#paidBefore = new Map(Object.entries(state?.paidBefore ?? {}))
    const proven = state === undefined ? 0 : provenTime(state)
    for (const sale of state?.sales ?? []) this.#restore(Sale.fromState(wallet.saver, sale), proven)
  }

  /** Settled sales of old purses shrink to one number per buyer. */
  #restore(sale: Sale, proven: number): void {
    const settled = sale.claimable() === 0 && sale.owed.size === 0
    if (!settled || !isLongOver(sale.purse.ends, proven)) {
      this.#put(sale)
      return
    }
    const payer = toHex(sale.payer)
    this.#paidBefore.set(payer, (this.#paidBefore.get(payer) ?? 0) + sale.count)
  }

  #put(sale: Sale): void {
    this.#sales.set(toHex(sale.purse.purse), sale)
    const payer = toHex(sale.payer)
    const known = this.#byPayer.get(payer)
    if (known === undefined) this.#byPayer.set(payer, new Set([sale]))
    else known.add(sale)
  }

  /**
   * The book on a purse that a buyer showed and that was verified (`Trust.issued`); always the same object
   * for one purse. Throws `self-trade` for our own, `wrong-purse` when one id comes with two roots.
   */
  open(purse: PurseCertificate & Header, frame: Uint8Array): Sale {
    const { uid, saver } = this.#wallet
    if (equal(purse.uid, uid())) throw new FloodgateError('self-trade')
    const known = this.get(purse.purse)
    if (known !== undefined) {
      if (!equal(known.purse.root, purse.root)) throw new FloodgateError('wrong-purse', 'root')
      known.renew(purse, frame)
      return known
    }
    if (this.#sales.size >= this.#sweepAt) this.#sweep()
    const sale = new Sale(saver, purse, frame)
    this.#put(sale)
    return sale
  }

  /** Drops the books on expired purses that nothing was ever sent for. */
  #sweep(): void {
    const now = this.#wallet.now()
    for (const [id, sale] of this.#sales) {
      if (!sale.isEmpty || now < sale.purse.expiry) continue
      this.#sales.delete(id)
      this.#byPayer.get(toHex(sale.payer))?.delete(sale)
    }
    this.#sweepAt = Math.max(IDLE_MAX, this.#sales.size * 2)
  }

  get(purseId: Uint8Array): Sale | undefined {
    return this.#sales.get(toHex(purseId))
  }

  all(): Sale[] {
    return [...this.#sales.values()]
  }

  /** Tokens ever paid to us by this buyer. */
  paidBy(uid: Uint8Array): number {
    const id = toHex(uid)
    let paid = this.#paidBefore.get(id) ?? 0
    for (const sale of this.#byPayer.get(id) ?? []) paid += sale.count
    return paid
  }

  /** Pieces sent to this buyer and not paid, over all its purses; or all but those for one content. */
  owedBy(uid: Uint8Array, except?: Uint8Array): number {
    let owed = 0
    for (const { purse, owed: pieces } of this.#byPayer.get(toHex(uid)) ?? []) {
      if (except === undefined || !equal(purse.infoHash, except)) owed += pieces.size
    }
    return owed
  }

  toState(): Pick<WalletState, 'sales' | 'paidBefore'> {
    return {
      sales: this.all()
        .filter((sale) => !sale.isEmpty)
        .map((sale) => sale.toState()),
      paidBefore: Object.fromEntries(this.#paidBefore)
    }
  }
}
