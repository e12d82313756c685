// Pieces asked for on a connection that broke: the seller may have sent them and counts them as owed, so
// for a short while they stay reserved to it. If it comes back, they are asked for again there, and paid;
// if not, they are free for others. Without this an unlucky buyer would leave debts he cannot pay behind.

import { toHex } from '@floodgate/protocol'
import type { Purse } from '@floodgate/wallet'
import type { Clock } from './terms.ts'

export class Grace {
  readonly #clock: Clock
  readonly #delayMs: number
  /** Ends the grace of a piece, by purse and index. */
  readonly #pending = new Map<string, () => void>()

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock
    this.#delayMs = delayMs
  }

  #key(purse: Purse, index: number): string {
    return `${toHex(purse.id)} ${index}`
  }

  /** Releases the reservation after the grace, unless it is kept. */
  begin(purse: Purse, index: number, payee: Uint8Array, released: () => void): void {
    const key = this.#key(purse, index)
    this.#pending.get(key)?.()
    const callOff = this.#clock.after(this.#delayMs, () => {
      this.#pending.delete(key)
      purse.release(index, payee)
      released()
    })
    this.#pending.set(key, callOff)
  }

  /** The piece is bound again, or known not to be owed. Was it in its grace? */
  end(purse: Purse, index: number): boolean {
    if (this.#pending.size === 0) return false // as a rule, and asked with every piece
    const key = this.#key(purse, index)
    this.#pending.get(key)?.()
    return this.#pending.delete(key)
  }

  close(): void {
    for (const callOff of this.#pending.values()) callOff()
    this.#pending.clear()
  }
}
