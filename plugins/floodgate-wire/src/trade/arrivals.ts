// How many pieces came lately: as many are asked for ahead, so that their reservations are durable before they are here.

import type { Clock } from './terms.ts'

/** A write of the wallet takes less than this. */
const RECENT_MS = 60

export class Arrivals {
  readonly #clock: Clock
  /** When the last pieces came, oldest first. */
  readonly #at: number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(): void {
    this.#at.push(this.#clock.now())
  }

  /** Pieces that came within the last moments. */
  recent(): number {
    const since = this.#clock.now() - RECENT_MS
    while (this.#at.length > 0 && this.#at[0]! < since) this.#at.shift()
    return this.#at.length
  }
}
