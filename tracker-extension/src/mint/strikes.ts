// False claims (F62): guessing tokens costs us a hash each, so whoever claims falsely again and again is not heard
// for a while. An honest seller checks every token before it takes it and never gets here.

import { FloodgateError } from '@floodgate/protocol'

/** False claims within the window after which an account is refused. */
const STRIKES_MAX = 5
const WINDOW_MS = 10 * 60e3
const ACCOUNTS_MAX = 10_000

export class Strikes {
  /** By uid: the times of the last false claims, at most STRIKES_MAX. */
  readonly #strikes = new Map<string, number[]>()

  /** Throws `too-many-requests` when the account is not to be heard now. */
  expectFew(uid: string, now: number): void {
    const times = this.#strikes.get(uid)
    if (times === undefined) return
    const recent = times.filter((time) => now - time < WINDOW_MS)
    if (recent.length >= STRIKES_MAX) {
      throw new FloodgateError('too-many-requests', 'false claims; try again in ten minutes')
    }
    if (recent.length === 0) this.#strikes.delete(uid)
  }

  add(uid: string, now: number): void {
    const times = [...(this.#strikes.get(uid) ?? []), now].slice(-STRIKES_MAX)
    this.#strikes.delete(uid)
    if (this.#strikes.size === ACCOUNTS_MAX) {
      this.#strikes.delete(this.#strikes.keys().next().value!)
    }
    this.#strikes.set(uid, times)
  }
}
