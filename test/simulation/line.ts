// A connection between two peers. Our messages on it may be lost, repeated, delayed and reordered; the host's own
// (REQUEST, PIECE) are only delayed. It breaks when somebody dies, hangs up, or by chance.

import type { Chance } from './chance.ts'
import type { Timeline } from './timeline.ts'

export interface Faults {
  /** Probabilities of a message, 0 to 1. */
  loss: number
  repeat: number
  /** Longest delay of a message; unequal delays reorder. */
  delayMaxMs: number
}

/** One side of a connection. */
export interface End {
  /** Does something as this side, which may die of it. */
  step(action: () => void): void
  /** Does this side say that it has the piece? */
  has(index: number): boolean
  frame(bytes: Uint8Array): void
  /** The other side sends REQUESTs for a piece. */
  wanted(index: number): void
  piece(index: number, bytes: Uint8Array): void
  /** The other side will not send what was wanted. */
  refused(index: number): void
  /** The connection is gone. */
  gone(): void
}

export interface Network {
  timeline: Timeline
  chance: Chance
  faults: Faults
}

export class Line {
  readonly #network: Network
  readonly #ends: [End, End]
  isOpen = true

  constructor(network: Network, one: End, two: End) {
    this.#network = network
    this.#ends = [one, two]
  }

  farOf(end: End): End {
    return this.#ends[0] === end ? this.#ends[1] : this.#ends[0]
  }

  /** Carries what `from` says to the other side. */
  carry(from: End, deliver: (to: End) => void, isReliable = false): void {
    const { timeline, chance, faults } = this.#network
    from.step(() => {
      if (!this.isOpen || (!isReliable && chance.happens(faults.loss))) return
      const copies = !isReliable && chance.happens(faults.repeat) ? 2 : 1
      const to = this.farOf(from)
      for (let i = 0; i < copies; i++) {
        timeline.after(chance.between(1, faults.delayMaxMs), () => {
          if (this.isOpen) to.step(() => deliver(to))
        })
      }
    })
  }

  /** Breaks the connection; each side learns it in its own time. */
  cut(): void {
    if (!this.isOpen) return
    this.isOpen = false
    const { timeline, chance } = this.#network
    for (const end of this.#ends) timeline.after(chance.between(0, 300), () => end.gone())
  }
}
