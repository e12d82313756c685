// What one content can be bought with at a moment: for each piece the purse that pays for it. Two may cover the same piece;
// then the older pays. What a cancelled purse has promised or paid stays with it. So no piece is paid twice (I3).

import { eachOf, equal } from '@floodgate/protocol'
import type { Purse } from './purse.ts'

export class Pocket {
  /** In force, oldest first. */
  readonly purses: readonly Purse[]
  /** Cancelled, and still believed by sellers. */
  readonly #ending: readonly Purse[]
  readonly #payer: (Purse | undefined)[] = []

  /** Of purses whose certificates are not over. */
  constructor(purses: readonly Purse[]) {
    const good = purses.filter((purse) => !purse.isLost)
    this.purses = good.filter((purse) => purse.cancellation === undefined)
    this.#ending = good.filter((purse) => purse.cancellation !== undefined)
    for (const purse of this.purses) {
      for (const index of eachOf(purse.pieces)) this.#payer[index] ??= purse
    }
  }

  /** Do sellers still believe these purses, and is none cancelled since? */
  isCurrent(now: number): boolean {
    return (
      this.purses.every((purse) => purse.isInForce(now)) &&
      this.#ending.every((purse) => now < purse.certificate.expiry)
    )
  }

  /** The purse that pays for piece `index`. */
  at(index: number): Purse | undefined {
    for (const purse of this.#ending) {
      const holder = purse.holder(index)
      if (holder !== undefined && !equal(holder, purse.certificate.uid)) return purse
    }
    return this.#payer[index]
  }
}
