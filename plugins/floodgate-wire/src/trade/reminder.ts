// When something that was said and not answered is said again. Each time it waits longer: whoever is slow to answer because
// much is asked of it must not be asked more for it.

import type { Market } from './terms.ts'

/** The longest wait, in times of the first. */
const WAIT_MAX = 16

export class Reminder {
  readonly #clock: Market['clock']
  readonly #mostMs: number
  #waitMs: number
  #dueAt: number

  /** It is said for the first time now; after `retryMs` it is due. */
  constructor({ clock, terms }: Pick<Market, 'clock' | 'terms'>) {
    this.#clock = clock
    this.#waitMs = terms.retryMs
    this.#mostMs = WAIT_MAX * terms.retryMs
    this.#dueAt = clock.now() + this.#waitMs
  }

  /** Is it to be said again? Then it counts as said. */
  isDue(): boolean {
    const now = this.#clock.now()
    if (now < this.#dueAt) return false
    this.#waitMs = Math.min(this.#mostMs, 2 * this.#waitMs)
    this.#dueAt = now + this.#waitMs
    return true
  }
}
