/**
 * What peers without the plugin get of an open swarm: a rate, shared by all of them (F79: a reasonable one, and no more).
 * A bucket of tokens, one a byte, that fills with time.
 */
export class FreeShare {
  readonly #bytesPerSecond: number
  readonly #now: () => number
  readonly #waiting = new Set<() => void>()
  #bytes: number
  #filledAt: number
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `now` in milliseconds, never falling. */
  constructor(bytesPerSecond: number, now: () => number = () => performance.now()) {
    this.#bytesPerSecond = bytesPerSecond
    this.#now = now
    this.#bytes = bytesPerSecond
    this.#filledAt = now()
  }

  /** Takes `bytes` of the share, or calls `again` when it is worth asking once more. */
  take(bytes: number, again: () => void): boolean {
    const now = this.#now()
    const gained = ((now - this.#filledAt) / 1000) * this.#bytesPerSecond
    this.#bytes = Math.min(this.#bytesPerSecond, this.#bytes + gained)
    this.#filledAt = now
    if (this.#bytes > 0) {
      this.#bytes -= bytes // a block may overdraw: rates below one block a second still serve
      return true
    }
    this.#waiting.add(again)
    this.#timer ??= setTimeout(() => this.#wake(), this.#msUntilPositive())
    return false
  }

  #msUntilPositive(): number {
    return Math.ceil(((1 - this.#bytes) / this.#bytesPerSecond) * 1000)
  }

  #wake(): void {
    this.#timer = undefined
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const again of waiting) again()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#waiting.clear()
  }
}
