// How often something may be done, by key: a token bucket for each host or account. A bucket is one number, the moment at
// which it will be full again, so that a flood of keys costs little; no timers, and no clock that anybody can set.

export interface Rate {
  perSecond: number
  /** As many may come at once. */
  burst: number
}

/** Buckets kept at a time, some 10 MB. Beyond, the one that was used longest ago counts as full. */
const KEYS_MAX = 100_000

/** The clock has fractions: what was given back would otherwise be missing by the last bit of a sum. */
const ROUNDING_MS = 0.001

export class Budget {
  readonly #rate: Rate
  readonly #keysMax: number
  readonly #now: () => number
  /** By key, the one used longest ago first: when its bucket is full again, in milliseconds. */
  readonly #fullAt = new Map<string, number>()

  /** `now` in milliseconds, which must not go back. */
  constructor(rate: Rate, now: () => number = () => performance.now(), keysMax = KEYS_MAX) {
    this.#rate = rate
    this.#now = now
    this.#keysMax = keysMax
  }

  /** How many keys are remembered: those whose bucket is not full, and a few more. */
  get size(): number {
    return this.#fullAt.size
  }

  /** Spends one of the key's. False if it has none, and then nothing is spent. */
  take(key: string): boolean {
    const { perSecond, burst } = this.#rate
    const costMs = 1000 / perSecond
    const now = this.#now()
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now)
    if (fullAt - now > (burst - 1) * costMs + ROUNDING_MS) return false
    this.#fullAt.delete(key)
    this.#forget(now)
    this.#fullAt.set(key, fullAt + costMs)
    return true
  }

  /** Gives one back that was taken. */
  giveBack(key: string): void {
    const fullAt = this.#fullAt.get(key)
    if (fullAt !== undefined) this.#fullAt.set(key, fullAt - 1000 / this.#rate.perSecond)
  }

  #forget(now: number): void {
    for (const [key, fullAt] of this.#fullAt) {
      if (fullAt > now && this.#fullAt.size < this.#keysMax) return
      this.#fullAt.delete(key)
    }
  }
}
