// How often something is tried that may fail for long: more and more rarely, until it succeeds.

const MOST_MS = 3600e3

export class Pace {
  readonly #firstMs: number
  #nextAt = -Infinity
  #delayMs: number

  /** The second try is due `firstMs` after the first. */
  constructor(firstMs: number) {
    this.#firstMs = firstMs
    this.#delayMs = firstMs
  }

  isDue(now: number): boolean {
    return now >= this.#nextAt
  }

  /** A try begins: the next is due after a while, which doubles each time. */
  begin(now: number): void {
    this.#nextAt = now + this.#delayMs
    this.#delayMs = Math.min(MOST_MS, this.#delayMs * 2)
  }

  /** It succeeded: the next is due at once. */
  reset(): void {
    this.#nextAt = -Infinity
    this.#delayMs = this.#firstMs
  }
}
