// Work in order for each key, side by side for different keys, counted by who caused it.
import { Tally } from './tally.ts'

export class Lanes {
  readonly #tails = new Map<string, Promise<void>>()
  readonly #byCause = new Tally()
  #pending = 0

  /** How much was started or waits, of all causes. */
  get pending(): number {
    return this.#pending
  }

  pendingOf(cause: string): number {
    return this.#byCause.of(cause)
  }

  /** Runs `work`, which must not reject, when the earlier work of this key is done. */
  run(key: string, cause: string, work: () => Promise<void>): void {
    this.#pending++
    this.#byCause.change(cause, 1)
    const before = this.#tails.get(key)
    const tail = (before ? before.then(work) : work()).finally(() => {
      this.#pending--
      this.#byCause.change(cause, -1)
      if (this.#tails.get(key) === tail) this.#tails.delete(key)
    })
    this.#tails.set(key, tail)
  }
}
