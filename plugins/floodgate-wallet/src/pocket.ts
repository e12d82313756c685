// What one content can be bought with at a moment: the purses in force, and for each piece the one that pays for it. Two
// may cover the same piece; then the older pays, so that no piece is paid twice.

import { eachOf } from '@floodgate/protocol'
import type { Purse } from './purse.ts'

export class Pocket {
  /** Oldest first. */
  readonly purses: readonly Purse[]
  readonly #payer: (Purse | undefined)[] = []

  constructor(purses: readonly Purse[]) {
    this.purses = purses
    for (const purse of purses) {
      for (const index of eachOf(purse.pieces)) this.#payer[index] ??= purse
    }
  }

  /** Are these purses still in force, all of them? */
  isCurrent(now: number): boolean {
    return this.purses.every((purse) => purse.isInForce(now))
  }

  /** The purse that pays for piece `index`. */
  at(index: number): Purse | undefined {
    return this.#payer[index]
  }
}
