// How often an account may trouble the court within an hour. Bounded memory: the account whose hour began first is
// forgotten first.

import { FloodgateError } from '@floodgate/protocol'

const HOUR_MS = 3600e3
const ACCOUNTS_MAX = 10_000

export class Quota {
  readonly #perHour: number
  readonly #hours = new Map<string, { since: number; count: number }>()

  constructor(perHour: number) {
    this.#perHour = perHour
  }

  /** Counts one. Throws `too-many-requests`. */
  take(key: string, now: number): void {
    const hour = this.#hours.get(key)
    if (hour === undefined || now - hour.since >= HOUR_MS) {
      this.#hours.delete(key)
      if (this.#hours.size === ACCOUNTS_MAX) this.#hours.delete(this.#hours.keys().next().value!)
      this.#hours.set(key, { since: now, count: 1 })
    } else if (hour.count >= this.#perHour) {
      throw new FloodgateError('too-many-requests', `${this.#perHour} an hour`)
    } else {
      hour.count++
    }
  }
}
