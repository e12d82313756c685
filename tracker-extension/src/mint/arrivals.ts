// When accounts were opened, of late: a burst of registrations is a sign for the operator (F66). Nothing else rests on it,
// so it is kept in memory.

const TIMES_MAX = 1000

export class Arrivals {
  readonly #times: number[] = []

  /** Ascending, Unix milliseconds; the last thousand. */
  get times(): readonly number[] {
    return this.#times
  }

  note(now: number): void {
    this.#times.push(now)
    if (this.#times.length > TIMES_MAX) this.#times.shift()
  }
}
