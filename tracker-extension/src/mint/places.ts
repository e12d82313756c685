// Places in a capped swarm (F55): there are few, so one account holds only some of them at a time, however many addresses
// and ports it announces from.

/** Several devices of one person, and a client that was restarted. */
const PLACES_MAX = 8
/** Accounts in swarms that are remembered; beyond, the one heard longest ago is forgotten. */
const HOLDERS_MAX = 50_000

export class Places {
  /** By `uid infoHash`, the one heard longest ago first: until when each place is held, in milliseconds. */
  readonly #held = new Map<string, Map<string, number>>()

  /** Holds a place until `untilMs`; false when the holder has as many others as it may. */
  take(holder: string, place: string, untilMs: number, nowMs: number): boolean {
    const places = this.#held.get(holder) ?? new Map<string, number>()
    for (const [other, until] of places) if (until < nowMs) places.delete(other)
    if (!places.has(place) && places.size >= PLACES_MAX) return false
    places.set(place, untilMs)
    this.#held.delete(holder)
    if (this.#held.size === HOLDERS_MAX) this.#held.delete(this.#held.keys().next().value!)
    this.#held.set(holder, places)
    return true
  }
}
