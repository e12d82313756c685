// How many responses may be under way: in all, and for one host, so that nobody takes all places; and whoever reads for
// nothing leaves some to those who paid.

export interface PlacesMax {
  /** Responses of all hosts. */
  all: number
  /** Responses of one host; a stock client asks for several pieces at once. */
  perHost: number
}

/** One place in so many is for what was paid alone. */
const KEPT = 4

export class ResponsePlaces {
  readonly #max: PlacesMax
  readonly #byHost = new Map<string, number>()
  #taken = 0
  #unpaid = 0

  constructor(max: PlacesMax) {
    this.#max = max
  }

  /** Takes a place; false when there is none. */
  take(host: string, isPaid: boolean): boolean {
    const taken = this.#byHost.get(host) ?? 0
    if (this.#taken >= this.#max.all || taken >= this.#max.perHost) return false
    if (!isPaid && this.#unpaid >= this.#max.all - Math.floor(this.#max.all / KEPT)) return false
    this.#taken++
    if (!isPaid) this.#unpaid++
    this.#byHost.set(host, taken + 1)
    return true
  }

  giveBack(host: string, isPaid: boolean): void {
    const left = this.#byHost.get(host)! - 1
    this.#taken--
    if (!isPaid) this.#unpaid--
    if (left === 0) this.#byHost.delete(host)
    else this.#byHost.set(host, left)
  }
}
