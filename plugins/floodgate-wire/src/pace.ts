// How often something is tried that may fail for long: more and more rarely, until it succeeds.

/** The delay before the next try: twice as long each time. */
export class Backoff {
  readonly #firstMs: number
  readonly #mostMs: number
  #nextMs: number

  constructor(firstMs: number, mostMs: number) {
    this.#firstMs = firstMs
    this.#mostMs = mostMs
    this.#nextMs = firstMs
  }

  next(): number {
    const delayMs = this.#nextMs
    this.#nextMs = Math.min(this.#mostMs, 2 * delayMs)
    return delayMs
  }

  /** It succeeded: the next delay is the first again. */
  reset(): void {
    this.#nextMs = this.#firstMs
  }
}

const MOST_MS = 3600e3

/** For tries that something else calls for: when the next one is due. */
export class Pace {
  readonly #backoff: Backoff
  /** For tries that others call for: they may call as often as they like. */
  readonly #hurries: Backoff
  #hurriedAt = NaN
  #beganAt = -Infinity
  #nextAt = -Infinity

  /** The second try is due `firstMs` after the first. */
  constructor(firstMs: number) {
    this.#backoff = new Backoff(firstMs, MOST_MS)
    this.#hurries = new Backoff(firstMs, MOST_MS)
  }

  isDue(now: number): boolean {
    return now >= this.#nextAt
  }

  /** How long until it is due, milliseconds. */
  dueIn(now: number): number {
    return Math.max(0, this.#nextAt - now)
  }

  /** A try begins: the next is due after a while. */
  begin(now: number): void {
    this.#beganAt = now
    this.#nextAt = now + this.#backoff.next()
  }

  /** It may succeed now: the next is due as soon after the last as the second was, and each time this helps less. */
  hurry(): void {
    if (this.#beganAt === this.#hurriedAt) return
    this.#hurriedAt = this.#beganAt
    this.#nextAt = Math.min(this.#nextAt, this.#beganAt + this.#hurries.next())
  }

  /** It succeeded: the next is due at once. */
  reset(): void {
    this.#nextAt = -Infinity
    this.#backoff.reset()
    this.#hurries.reset()
  }
}
