// Measures one purchase: how long pieces were wanted, when the first one came, and how many bytes. Pure; it is told the time.

import type { Measured } from '@floodgate/protocol'

export class Stopwatch {
  #wantedMs: number
  #bytes: number
  /** Wanted time until the first piece; undefined while there is none. */
  #startMs: number | undefined
  /** Since when pieces are wanted without a pause. */
  #since: number | undefined

  /** Goes on from what was measured before. */
  constructor(before: Measured = { startMs: 0, wantedMs: 0, bytes: 0 }) {
    this.#wantedMs = before.wantedMs
    this.#bytes = before.bytes
    this.#startMs = before.bytes > 0 ? before.startMs : undefined
  }

  /** Are pieces wanted from now on? What the buyer himself does not want does not count. */
  wants(isWanting: boolean, now: number): void {
    this.#wantedMs = this.#elapsed(now)
    this.#since = isWanting ? now : undefined
  }

  arrived(bytes: number, now: number): void {
    this.#startMs ??= this.#elapsed(now)
    this.#bytes += bytes
  }

  read(now: number): Measured {
    const wantedMs = Math.round(this.#elapsed(now))
    const startMs = Math.min(wantedMs, Math.round(this.#startMs ?? wantedMs))
    return { startMs, wantedMs, bytes: this.#bytes }
  }

  #elapsed(now: number): number {
    return this.#wantedMs + (this.#since === undefined ? 0 : now - this.#since)
  }
}
