// When something that was said and not answered is said again. Each time it waits longer: whoever is slow to answer because
// much is asked of it must not be asked more for it.

import type { Market } from './terms.ts'

/** The longest wait, in times of the first. */
const WAIT_MAX = 16
/** Who asks every `retryMs` may ask a moment too early, in times of it: timers are not exact, nor is what they are set for. */
const EARLY = 0.5

export class Reminder {
  readonly #clock: Market['clock']
  readonly #mostMs: number
  readonly #earlyMs: number
  #waitMs: number
  #dueAt: number

  /** It is said for the first time now; after about `retryMs` it is due. */
  constructor({ clock, terms }: Pick<Market, 'clock' | 'terms'>) {
    this.#clock = clock
    this.#waitMs = terms.retryMs
    this.#mostMs = WAIT_MAX * terms.retryMs
    this.#earlyMs = EARLY * terms.retryMs
    this.#dueAt = clock.now() + this.#waitMs
  }

  /** Is it to be said again? Then it counts as said. */
  isDue(): boolean {
    const now = this.#clock.now()
    if (now < this.#dueAt - this.#earlyMs) return false
    this.#waitMs = Math.min(this.#mostMs, 2 * this.#waitMs)
    this.#dueAt = now + this.#waitMs
    return true
  }
}
