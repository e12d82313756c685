// How long a reader may keep us waiting: for one chunk, and for all of them, or who reads a little now and then would hold
// a place for days. What we make it wait, by our own rates, does not count. Pure: times are the caller's, in milliseconds.

/** Bytes per millisecond that a reader takes on average at least: our own client gives a piece no more time. */
const SLOWEST = 20

export class Patience {
  readonly #stallMs: number
  #leftMs: number
  #gaveAt: number | undefined

  /** A reader that takes nothing for `stallMs` is let go. So long it may be behind the slowest rate, too. */
  constructor(stallMs: number) {
    this.#stallMs = stallMs
    this.#leftMs = stallMs
  }

  /** A chunk is there for the reader. Answers how long it may take over it. */
  gave(bytes: number, now: number): number {
    this.#leftMs += bytes / SLOWEST
    this.#gaveAt = now
    return Math.min(this.#stallMs, this.#leftMs)
  }

  /** The reader asks for more. */
  took(now: number): void {
    if (this.#gaveAt !== undefined) this.#leftMs -= now - this.#gaveAt
  }
}
