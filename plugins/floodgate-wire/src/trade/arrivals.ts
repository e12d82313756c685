// How many pieces came lately: as many are asked for ahead, so that their reservations are durable before they are here, and
// so that a far seller does not wait for our next request.

import type { Clock } from './terms.ts'

/** A write of the wallet takes less than this. */
const RECENT_MS = 60

export class Arrivals {
  readonly #clock: Clock
  /** When the last pieces came, oldest first. */
  readonly #at: number[] = []
  /** The fastest piece, from request to the last byte; milliseconds. What waited behind others took longer. */
  #leastMs = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A piece came that was asked for at `askedAt`. */
  note(askedAt: number | undefined): void {
    const now = this.#clock.now()
    this.#at.push(now)
    if (askedAt !== undefined) this.#leastMs = Math.min(this.#leastMs, Math.max(0, now - askedAt))
  }

  /**
   * Pieces that came within the last moments, or within two round trips if those take longer: twice what fills the way, so
   * that it grows until the line is full, and no further.
   */
  recent(): number {
    const roundTrips = Number.isFinite(this.#leastMs) ? 2 * this.#leastMs : 0
    const since = this.#clock.now() - Math.max(RECENT_MS, roundTrips)
    while (this.#at.length > 0 && this.#at[0]! < since) this.#at.shift()
    return this.#at.length
  }
}
