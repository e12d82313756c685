// What of a content is to be bought now: what the application selected, is not here, costs something, is not in the purses
// that we have, and was approved. So a download buys just its files, goes on with the rest when more is selected, and
// has certificates renewed before they are over.

import {
  bits,
  clearBit,
  countBits,
  emptyBitmap,
  hasBit,
  rangesWhere,
  setBit,
  type Offer,
  type Ranges
} from '@floodgate/protocol'
import type { Purse, Wallet } from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import type { Content } from './trade/terms.ts'

/** May so many pieces be bought, beside those that were approved before? */
export type Approve = (offer: Offer, torrent: Torrent, pieces: number) => boolean | Promise<boolean>

export interface ShoppingNeeds {
  wallet: Pick<Wallet, 'purses' | 'now'>
  content: Content
  /** Bitmap of the pieces that are selected and not here. */
  missing(): Uint8Array
  /** May `pieces` more pieces be bought? */
  approve(pieces: number): boolean | Promise<boolean>
}

/** A purchase to make. */
export interface Wish {
  offer: Offer
  pieces: Ranges
}

/** What an announce is to ask for: all that is wanted, later certificates of what is owned, or no purse. */
export type Asked = 'all' | 'owned' | 'nothing'

export class Shopping {
  readonly #needs: ShoppingNeeds
  readonly #offer: Offer
  /** Pieces that were asked about, and those that may be bought. */
  readonly #asked: Uint8Array
  readonly #approved: Uint8Array
  #asking = false

  constructor(offer: Offer, needs: ShoppingNeeds) {
    this.#offer = offer
    this.#needs = needs
    this.#asked = emptyBitmap(needs.content.pieceCount)
    this.#approved = emptyBitmap(needs.content.pieceCount)
  }

  /** Is anything selected that is not here? */
  get isMissing(): boolean {
    return this.#needs.missing().some((byte) => byte !== 0)
  }

  /** Bitmap: selected, not here, and in no purse. */
  #unbought(): Uint8Array {
    const { wallet, content, missing } = this.#needs
    const pocket = wallet.purses.pocket(content.infoHash)
    const bitmap = missing()
    for (let index = 0; index < content.pieceCount; index++) {
      const isBought = index < content.free || pocket.at(index) !== undefined
      if (isBought) clearBit(bitmap, index)
    }
    return bitmap
  }

  /** Bitmap: of those, what was not asked about. */
  #unasked(): Uint8Array {
    return this.#unbought().map((byte, at) => byte & ~this.#asked[at]!)
  }

  /**
   * Asks for approval of what was not asked about yet, pieces in older purses aside; resolves with true when there is
   * something to buy now.
   */
  async look(): Promise<boolean> {
    const { approve } = this.#needs
    if (this.#asking) return false
    const fresh = this.#unasked()
    const count = countBits(fresh)
    if (count === 0) return this.wish() !== undefined
    this.#asking = true
    try {
      for (const index of bits(fresh)) setBit(this.#asked, index)
      const isAgreed = await approve(count)
      if (isAgreed) for (const index of bits(fresh)) setBit(this.#approved, index)
    } finally {
      this.#asking = false
    }
    return this.look() // more may have been selected meanwhile
  }

  /** What to buy with the next announce: one purse, or the renewal of one; undefined when there is nothing. */
  wish(asked: Asked = 'all'): Wish | undefined {
    if (asked === 'nothing') return undefined
    const pieces = asked === 'all' ? this.#toBuy() : []
    const wanted = pieces.length > 0 ? pieces : this.#toRenew()
    return wanted.length > 0 ? { offer: this.#offer, pieces: wanted } : undefined
  }

  #toBuy(): Ranges {
    const unbought = this.#unbought()
    const isToBuy = (index: number): boolean =>
      hasBit(unbought, index) && hasBit(this.#approved, index)
    return rangesWhere(this.#needs.content.pieceCount, isToBuy)
  }

  /** The pieces still to come from a purse whose certificate is half over, or over: asked for, they bring a later one. */
  #toRenew(): Ranges {
    const { wallet, content, missing } = this.#needs
    const pocket = wallet.purses.pocket(content.infoHash)
    const [left, now] = [missing(), wallet.now()]
    const isDue = (one: Purse): boolean =>
      !one.isLost && one.cancellation === undefined && now < one.ends && one.isRenewalDue(now)
    for (const purse of wallet.purses.of(content.infoHash).filter(isDue)) {
      const fromIt = (index: number): boolean =>
        hasBit(left, index) && purse.covers(index) && (pocket.at(index) ?? purse) === purse
      const pieces = rangesWhere(content.pieceCount, fromIt)
      if (pieces.length > 0) return pieces
    }
    return []
  }
}
