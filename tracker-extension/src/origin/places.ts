// How many responses may be under way: in all, and for one host, so that nobody takes all places.

export interface PlacesMax {
  /** Responses of all hosts. */
  all: number
  /** Responses of one host; a stock client asks for several pieces at once. */
  perHost: number
}

export class ResponsePlaces {
  readonly #max: PlacesMax
  readonly #byHost = new Map<string, number>()
  #taken = 0

  constructor(max: PlacesMax) {
    this.#max = max
  }

  /** Takes a place; false when there is none. */
  take(host: string): boolean {
    const taken = this.#byHost.get(host) ?? 0
    if (this.#taken >= this.#max.all || taken >= this.#max.perHost) return false
    this.#taken++
    this.#byHost.set(host, taken + 1)
    return true
  }

  giveBack(host: string): void {
    const left = this.#byHost.get(host)! - 1
    this.#taken--
    if (left === 0) this.#byHost.delete(host)
    else this.#byHost.set(host, left)
  }
}
