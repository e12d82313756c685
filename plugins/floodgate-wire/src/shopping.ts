// What of a content is to be bought now: what the application selected, is not here, costs something, is not in the purses
// that we have, and was approved. So a download buys just its files, goes on with the rest when more is selected, and
// has certificates renewed before they are over.

import {
  countBits,
  hasBit,
  rangesWhere,
  setBit,
  type Offer,
  type Ranges
} from '@floodgate/protocol'
import type { Wallet } from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import type { Content } from './trade/terms.ts'

/** May so many pieces be bought, beside those that were approved before? */
export type Approve = (offer: Offer, torrent: Torrent, pieces: number) => boolean | Promise<boolean>

export interface ShoppingNeeds {
  wallet: Wallet
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
    const bytes = Math.ceil(needs.content.pieceCount / 8)
    this.#asked = new Uint8Array(bytes)
    this.#approved = new Uint8Array(bytes)
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
      if (isBought) bitmap[index >> 3]! &= ~(0x80 >> (index & 7))
    }
    return bitmap
  }

  /**
   * Asks for approval of what was not asked about yet, pieces in older purses aside; resolves with true when there is
   * something to buy now.
   */
  async look(): Promise<boolean> {
    const { content, approve } = this.#needs
    if (this.#asking) return false
    const fresh = this.#unbought().map((byte, at) => byte & ~this.#asked[at]!)
    const count = countBits(fresh)
    if (count > 0) {
      this.#asking = true
      try {
        for (let index = 0; index < content.pieceCount; index++) {
          if (hasBit(fresh, index)) setBit(this.#asked, index)
        }
        const isAgreed = await approve(count)
        if (isAgreed) fresh.forEach((byte, at) => (this.#approved[at]! |= byte))
      } finally {
        this.#asking = false
      }
      if (countBits(this.#unbought().map((byte, at) => byte & ~this.#asked[at]!)) > 0)
        return this.look()
    }
    return this.wish() !== undefined
  }

  /** What to buy with the next announce: one purse, or the renewal of one; undefined when there is nothing. */
  wish(): Wish | undefined {
    const { content } = this.#needs
    const unbought = this.#unbought()
    const toBuy = (index: number): boolean =>
      hasBit(unbought, index) && hasBit(this.#approved, index)
    const pieces = rangesWhere(content.pieceCount, toBuy)
    const wanted = pieces.length > 0 ? pieces : this.#toRenew()
    return wanted.length > 0 ? { offer: this.#offer, pieces: wanted } : undefined
  }

  /** The pieces still to come from a purse whose certificate is half over: asked for, they bring a later one. */
  #toRenew(): Ranges {
    const { wallet, content, missing } = this.#needs
    const pocket = wallet.purses.pocket(content.infoHash)
    const left = missing()
    for (const purse of pocket.purses.filter((one) => one.isRenewalDue(wallet.now()))) {
      const fromIt = (index: number): boolean => hasBit(left, index) && pocket.at(index) === purse
      const pieces = rangesWhere(content.pieceCount, fromIt)
      if (pieces.length > 0) return pieces
    }
    return []
  }
}
