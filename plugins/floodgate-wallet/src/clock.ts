// Time as the provider has it: a person's clock may be wrong by years, and nothing may depend on it (F85).

import type { Saver } from './saver.ts'

export class ProviderClock {
  readonly #saver: Saver
  readonly #clock: () => number
  #offsetMs: number
  #counter: number

  /** `clock`: this machine's, Unix milliseconds. */
  constructor(
    saver: Saver,
    clock: () => number,
    state: { clockOffsetMs: number; counter: number } = { clockOffsetMs: 0, counter: 0 }
  ) {
    this.#saver = saver
    this.#clock = clock
    this.#offsetMs = state.clockOffsetMs
    this.#counter = state.counter
  }

  now(): number {
    return this.#clock() + this.#offsetMs
  }

  /** The provider says that it is `ms`. */
  set(ms: number): void {
    this.#saver.expectOpen()
    this.#offsetMs = ms - this.#clock()
    this.#saver.changed()
  }

  /** Rises strictly, by the clock, over restarts too. */
  nextCounter(): number {
    this.#saver.expectOpen()
    this.#counter = Math.max(this.#counter + 1, this.now())
    this.#saver.changed()
    return this.#counter
  }

  toState(): { clockOffsetMs: number; counter: number } {
    return { clockOffsetMs: this.#offsetMs, counter: this.#counter }
  }
}
