// A simulated network on a virtual clock: what is sent may be lost, repeated, delayed and reordered, by a
// seeded generator, so that a failing run can be run again.

import type { Clock } from '@floodgate/wire'

/** mulberry32: small, seeded, good enough to shuffle. */
export function seededRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export interface Faults {
  /** Probabilities, 0 to 1. */
  loss: number
  repeat: number
  /** Longest delay of a message, in virtual ms; unequal delays reorder. */
  delayMaxMs: number
}

export class Network {
  readonly random: () => number
  readonly faults: Faults
  readonly #events: { at: number; order: number; action: () => void }[] = []
  now = 0
  #order = 0
  messages = 0

  constructor(seed: number, faults: Faults) {
    this.random = seededRandom(seed)
    this.faults = faults
  }

  readonly clock: Clock = {
    now: () => this.now,
    after: (delayMs, action) => {
      const event = { at: this.now + delayMs, order: this.#order++, action }
      this.#events.push(event)
      return () => {
        event.action = () => undefined
      }
    }
  }

  /** Carries a message, or not, or twice, after a while. */
  send(deliver: () => void, reliable = false): void {
    this.messages++
    const { loss, repeat, delayMaxMs } = this.faults
    if (!reliable && this.random() < loss) return
    const copies = !reliable && this.random() < repeat ? 2 : 1
    for (let i = 0; i < copies; i++) this.clock.after(1 + this.random() * delayMaxMs, deliver)
  }

  /** Runs events in order until `done`; each one's consequences settle before the next. */
  async run(done: () => boolean, check: () => void, untilMs: number): Promise<boolean> {
    while (!done()) {
      const next = this.#events.reduce((first, event, i) => {
        const best = this.#events[first]!
        return event.at < best.at || (event.at === best.at && event.order < best.order) ? i : first
      }, 0)
      const [event] = this.#events.splice(next, 1)
      if (event === undefined || event.at > untilMs) return false
      this.now = event.at
      event.action()
      await new Promise((resolve) => setImmediate(resolve))
      check()
    }
    return true
  }
}
