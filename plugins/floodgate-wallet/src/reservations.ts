// Which reservations of a purse are not durable yet. A part of Purse: before a token is paid, its reservation is.

import type { Saver } from './saver.ts'

export class Reservations {
  readonly #saver: Saver
  /** Version of the wallet that first knows a reservation; gone once it is durable. */
  readonly #versions = new Map<number, number>()

  constructor(saver: Saver) {
    this.#saver = saver
  }

  /** Token `index` was reserved; `version` of the wallet is the first that knows. */
  note(index: number, version: number): void {
    this.#versions.set(index, version)
  }

  forget(index: number): void {
    this.#versions.delete(index)
  }

  /** Resolves when these are durable; rejects when they cannot be saved. */
  async saved(indexes: number[]): Promise<void> {
    const versions = indexes.map((index) => this.#versions.get(index) ?? 0)
    await this.#saver.saved(Math.max(0, ...versions))
    for (const [at, index] of indexes.entries()) {
      if (this.#versions.get(index) === versions[at]) this.#versions.delete(index)
    }
  }
}
