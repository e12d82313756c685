// One simulated peer: what it has, what it last reported, how fast it was of late.

import type { Random } from '../../test/support/random.ts'
import type { Person } from './population.ts'

/** How often peers report what they get and give: our announces. */
export const REPORT_S = 15
/** Over so many seconds a rate is averaged before it is called too slow. */
export const WINDOW_S = 30
/**
 * What a peer gets from others scatters: it has about 40 neighbours (F11), whose uplinks (population.ts) deviate by 1.08 of
 * their mean, so the sum deviates by 1.08/√40. One of five slots changes every 30 s (F14): that is the memory.
 */
const LUCK_DEVIATION = 0.17
const LUCK_MEMORY_S = 120
const LUCK_STEP_S = 10
const LUCK_KEPT = 1 - LUCK_STEP_S / LUCK_MEMORY_S

export class Peer {
  readonly id: string
  readonly person: Person
  readonly #reportAt: number
  readonly #window = new Float64Array(WINDOW_S)
  #windowSum = 0
  #seconds = 0
  /** Bytes that it has. */
  got = 0
  /** Factor on what it gets from peers. */
  luck = 1
  /** Second at which it has everything; Infinity until then. */
  doneAt = Infinity
  /** Bytes of this second: from peers, from the provider, to peers. */
  fromPeers = 0
  fromProvider = 0
  gave = 0
  /** Since its last report. */
  #since = { got: 0, fromPeers: 0, gave: 0, seconds: 0 }
  reported = { rate: 0, fromPeers: 0, uplink: 0 }
  /** Bytes from peers that it has told of. */
  toldFromPeers = 0

  constructor(id: number, person: Person, random: Random) {
    this.id = `p${id}`
    this.person = person
    this.#reportAt = person.arrival % REPORT_S
    this.luck = 1 + scatter(random)
  }

  get isLeecher(): boolean {
    return this.doneAt === Infinity
  }

  /** Ends the second: counts, and reports when it is time. */
  settle(second: number, random: Random): void {
    const bytes = this.fromPeers + this.fromProvider
    this.got += bytes
    this.#since.got += bytes
    this.#since.fromPeers += this.fromPeers
    this.#since.gave += this.gave
    this.#since.seconds++
    if (second % REPORT_S === this.#reportAt && second > this.person.arrival) this.#report()
    if (second % LUCK_STEP_S === 0) {
      const fresh = scatter(random) * Math.sqrt(1 - LUCK_KEPT ** 2)
      this.luck = Math.max(0.2, 1 + (this.luck - 1) * LUCK_KEPT + fresh)
    }
  }

  /** Adds this second to the window; the mean of the seconds in it, once the allowance is over. */
  recent(): number {
    const bytes = this.fromPeers + this.fromProvider
    const place = this.#seconds++ % WINDOW_S
    this.#windowSum += bytes - this.#window[place]!
    this.#window[place] = bytes
    return this.#windowSum / Math.min(this.#seconds, WINDOW_S)
  }

  #report(): void {
    const { got, fromPeers, gave, seconds } = this.#since
    this.reported = { rate: got / seconds, fromPeers: fromPeers / seconds, uplink: gave / seconds }
    this.toldFromPeers += fromPeers
    this.#since = { got: 0, fromPeers: 0, gave: 0, seconds: 0 }
  }
}

/** Around 0, with the deviation above: the sum of three even draws is bell-shaped enough. */
function scatter(random: Random): number {
  const draws = random.below(1024) + random.below(1024) + random.below(1024)
  return LUCK_DEVIATION * (draws / 512 - 3)
}
