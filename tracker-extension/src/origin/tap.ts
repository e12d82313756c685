// One content's tap: open, throttled or closed, at which rate, who drinks from it, and how much went out. It is
// level-triggered: whoever steers it says how things are to be, as often as it likes.

import { FloodgateError } from '@floodgate/protocol'
import { Pace } from './pace.ts'

/** How a content is to be served by HTTP. */
export interface Supply {
  /**
   * `open`: anybody whom the policy admits. `throttled`: nobody new, what is under way goes on. `closed`: what is under way
   * is broken off too. What was paid for is delivered in every state.
   */
  state: 'open' | 'throttled' | 'closed'
  /** Bytes per second of this content, for all together; by default no limit but that of all contents. */
  rateBytes?: number
}

/** How a content is served now. */
export interface TapStatus extends Required<Supply> {
  /** Responses under way. */
  active: number
  /** Bytes of content sent since the start. */
  sentBytes: number
}

export class Tap {
  readonly pace = new Pace()
  /** What is under way, to be broken off; true if it was paid for. */
  readonly #active = new Map<AbortController, boolean>()
  #state: Supply['state'] = 'open'
  #sentBytes = 0

  get state(): Supply['state'] {
    return this.#state
  }

  get status(): TapStatus {
    const rateBytes = this.pace.bytesPerSecond
    return {
      ...{ state: this.#state, rateBytes },
      ...{ active: this.#active.size, sentBytes: this.#sentBytes }
    }
  }

  /** Throws `bad-option` for a rate that is none. */
  set({ state, rateBytes = Infinity }: Supply): void {
    if (!(rateBytes > 0)) throw new FloodgateError('bad-option', 'rateBytes')
    this.#state = state
    if (rateBytes !== this.pace.bytesPerSecond) this.pace.bytesPerSecond = rateBytes
    if (state === 'closed') this.#breakOff((isPaid) => !isPaid)
  }

  /** Adds a response; `end` when it is over. */
  begin(isPaid: boolean): { signal: AbortSignal; end: () => void } {
    const controller = new AbortController()
    this.#active.set(controller, isPaid)
    return { signal: controller.signal, end: () => this.#active.delete(controller) }
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes
  }

  /** Breaks off everything. */
  stop(): void {
    this.#breakOff(() => true)
  }

  #breakOff(which: (isPaid: boolean) => boolean): void {
    for (const [controller, isPaid] of this.#active) if (which(isPaid)) controller.abort()
  }
}
