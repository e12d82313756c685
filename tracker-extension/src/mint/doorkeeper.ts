// How much the provider does for whom: the table of rates, and the budgets that follow from it. A signature check costs as
// much as refusing a hundred messages, so every host has only so many unproven messages in hand: a place is taken before
// the check and given back when the message proved good. Who proved itself from a host lately has places of its own there,
// so that a flood behind the same address does not shut it out.

import { FloodgateError } from '@floodgate/protocol'
import { Budget, type Rate } from '../guard/budget.ts'

/** A host is an address, or the /64 of an IPv6 one. */
export interface Rates {
  /** API requests of one host. */
  requests: Rate
  /** Registrations of one host (F66): a household needs few, a campus some, a botnet many. */
  registrations: Rate
  /** Announces of one account, once they are verified: hundreds of contents, each every half a minute. */
  announces: Rate
  /** Codes that one host, and one account, tries to redeem: a person types few, and a guesser gets no further. */
  codes: Rate
  /** Pages for card payments that one account asks for: each costs a request to Stripe. */
  checkouts: Rate
  /**
   * Pages of its own lines that one host, and one account, asks for: each scans 2,000 lines of the journal, so a hundredth
   * of the store's thread for each, and 120,000 lines at once.
   */
  lines: Rate
  /** Messages of one host that proved bad, or are not yet proved good. */
  unproven: Rate
  /** As many of all hosts together: a tenth of one core. */
  unprovenOfAll: Rate
  /** Bad messages in the name of an account, from a host that it proved itself from. */
  unprovenOfKnown: Rate
}

const DEFAULTS: Rates = {
  requests: { perSecond: 50, burst: 500 },
  registrations: { perSecond: 1, burst: 300 },
  announces: { perSecond: 20, burst: 500 },
  codes: { perSecond: 1 / 30, burst: 20 },
  checkouts: { perSecond: 1 / 30, burst: 20 },
  lines: { perSecond: 2, burst: 60 },
  unproven: { perSecond: 10, burst: 200 },
  unprovenOfAll: { perSecond: 1000, burst: 5000 },
  unprovenOfKnown: { perSecond: 1, burst: 20 }
}

const NO_LIMIT: Rate = { perSecond: Infinity, burst: 1 }
/** For a network of friends, and for measuring what the machine can do. */
export const UNLIMITED_RATES: Rates = {
  requests: NO_LIMIT,
  registrations: NO_LIMIT,
  announces: NO_LIMIT,
  codes: NO_LIMIT,
  checkouts: NO_LIMIT,
  lines: NO_LIMIT,
  unproven: NO_LIMIT,
  unprovenOfAll: NO_LIMIT,
  unprovenOfKnown: NO_LIMIT
}

/** Accounts and their hosts that are remembered at a time. */
const KNOWN_MAX = 50_000
const EVERYBODY = ''

/** What the caller of an unproven message does once it is known what it was. */
export interface Trial {
  /** It proved good: its place is free again, and who sent it is known at that host. */
  proven(): void
  /** Its refusal cost nothing: its place is free again, and it proved nothing. */
  cheap(): void
}

export class Doorkeeper {
  readonly #budgets: Record<keyof Rates, Budget>
  /** `host uid` of who proved itself, the one heard longest ago first. */
  readonly #known = new Set<string>()

  /** Throws `bad-option` for a rate that is none. */
  constructor(rates: Partial<Rates> = {}) {
    const budget = (name: keyof Rates): Budget => {
      const rate = rates[name] ?? DEFAULTS[name]
      if (rate.perSecond > 0 && rate.burst >= 1) return new Budget(rate)
      throw new FloodgateError('bad-option', `rates.${name}`)
    }
    this.#budgets = {
      requests: budget('requests'),
      registrations: budget('registrations'),
      announces: budget('announces'),
      codes: budget('codes'),
      checkouts: budget('checkouts'),
      lines: budget('lines'),
      unproven: budget('unproven'),
      unprovenOfAll: budget('unprovenOfAll'),
      unprovenOfKnown: budget('unprovenOfKnown')
    }
  }

  /** Throws `too-many-requests` when `key` had its share. */
  expect(name: Exclude<keyof Rates, `unproven${string}`>, key: string): void {
    if (!this.#budgets[name].take(key)) throw new FloodgateError('too-many-requests', name)
  }

  /**
   * Before anything that costs: a message that says it is of `uid`, if it says so before it is opened. Throws
   * `too-many-requests` when its host sent too much that was bad; otherwise answers what to call when it is known what it
   * was, unless it was bad.
   */
  expectProof(host: string, uid?: string): Trial {
    const name = uid === undefined ? undefined : `${host} ${uid}`
    const { unproven, unprovenOfAll, unprovenOfKnown } = this.#budgets
    if (name !== undefined && this.#known.has(name) && unprovenOfKnown.take(name)) {
      const cheap = (): void => unprovenOfKnown.giveBack(name)
      return this.#trial(name, cheap)
    }
    if (!unproven.take(host)) throw new FloodgateError('too-many-requests', 'bad messages')
    if (!unprovenOfAll.take(EVERYBODY)) {
      unproven.giveBack(host)
      throw new FloodgateError('too-many-requests', 'the provider is under attack')
    }
    return this.#trial(name, () => {
      unproven.giveBack(host)
      unprovenOfAll.giveBack(EVERYBODY)
    })
  }

  #trial(name: string | undefined, cheap: () => void): Trial {
    const proven = (): void => {
      cheap()
      if (name !== undefined) this.#remember(name)
    }
    return { proven, cheap }
  }

  #remember(name: string): void {
    this.#known.delete(name)
    if (this.#known.size === KNOWN_MAX) this.#known.delete(this.#known.values().next().value!)
    this.#known.add(name)
  }
}
