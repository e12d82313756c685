// Stops replays (F28, G3): a signed announce counts once. Counters rise within a session, and are remembered only as
// long as a message could pass for fresh by its time; after that the clock check refuses it.

import { FloodgateError } from '@floodgate/protocol'

/** Sessions remembered at a time: about 20 MB. Beyond, the one that was heard longest ago is forgotten. */
const SESSIONS_MAX = 100_000

interface Heard {
  counter: number
  /** Until then a message of this session could still be fresh. */
  until: number
}

export class Freshness {
  readonly #freshMs: number
  readonly #sessionsMax: number
  /** In the order in which they were last heard. */
  readonly #heard = new Map<string, Heard>()

  constructor(freshMs: number, sessionsMax = SESSIONS_MAX) {
    this.#freshMs = freshMs
    this.#sessionsMax = sessionsMax
  }

  get size(): number {
    return this.#heard.size
  }

  /** Takes note of a verified message. Throws `replayed` unless its counter is above the last of its session. */
  take(session: string, header: { counter: number; time: number }, now: number): void {
    const last = this.#heard.get(session)
    if (last !== undefined && last.until >= now && header.counter <= last.counter) {
      throw new FloodgateError('replayed')
    }
    const until = Math.max(last?.until ?? 0, header.time + this.#freshMs)
    this.#heard.delete(session)
    this.#forget(now)
    this.#heard.set(session, { counter: header.counter, until })
  }

  #forget(now: number): void {
    for (const [session, { until }] of this.#heard) {
      if (until >= now && this.#heard.size < this.#sessionsMax) return
      this.#heard.delete(session)
    }
  }
}
