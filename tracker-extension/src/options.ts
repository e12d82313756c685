// The options of `floodgateTracker`, and the check that they make sense.

import { FloodgateError, WINDOW_MAX, type Crypto } from '@floodgate/protocol'
import type { FindOperator } from './api/operators.ts'
import type { QualityJson, SeederOrderJson, SeederReportJson } from './api/rows/quality.ts'
import type { RequestNote } from './api/request-note.ts'
import type { CourtOptions, PieceSource } from './court/court.ts'
import type { SwarmLimit } from './court/swarm-limit.ts'
import type { DepositsOptions } from './deposits/deposits.ts'
import type { GuardOptions } from './guard/index.ts'
import type { LedgerStore } from './ledger/index.ts'
import type { HostFacts } from './metrics/metrics.ts'
import type { Rates } from './mint/doorkeeper.ts'
import type { AnnounceNote } from './mint/mint.ts'
import type { ProviderKeys } from './mint/keys.ts'
import type { PushOptions } from './mint/sealed.ts'
import type { OriginOptions } from './origin/origin.ts'
import type { PayoutOptions } from './payout/options.ts'

export const DAY_MS = 24 * 3600e3

export interface FloodgateTrackerOptions {
  /** The books. They stay the caller's: `close` does not close them. */
  ledger: LedgerStore
  keys: ProviderKeys
  /** For people. Default "Floodgate provider". */
  name?: string
  /** The ledger's currency. Default EUR. */
  currency?: string
  /** Opens all of the operator's routes; without it, and `findOperator`, they are closed. */
  operatorToken?: string
  /** The ways in which money comes in beside the operator's hand; each is closed unless it is set. */
  deposits?: DepositsOptions
  /** Further tokens: asked at each request of an operator. */
  findOperator?: FindOperator
  /** Are metrics open, without a token, to who asks from this machine itself? Default false. */
  openMetrics?: boolean
  /** What only the host knows, for the metrics. */
  hostFacts?: () => Promise<HostFacts>
  /** Told of every request to the API once it is answered, for a log. */
  onRequest?: (note: RequestNote) => void
  /** Folder for the backups that the operator asks for; without it there are none. */
  backups?: string
  /** How often Floodgate peers are to announce. Default 30. */
  intervalSeconds?: number
  /** How long a purse lives. Default 30 days. */
  purseLifeMs?: number
  /**
   * How long a purse certificate is good; while the purse is, its buyer gets a new one with his announces. A purse that
   * he cancels is good that much longer, and refunds a day later. Default one day.
   */
  leaseMs?: number
  /**
   * Held beside the price of a purse until it closes, as a share of the price, 0 to 1: out of it a seller is paid whose
   * tokens the buyer had given to another too. With 1 that gains nobody anything; with 0, the default, such a buyer is
   * revoked, and who he cheated waits for his balance.
   */
  collateral?: number
  /** How often expired purses are settled. Default one minute; 0 for never. */
  settleEveryMs?: number
  /** How often the log of postings gets a new signed head while it grows. Default one second; 0 for never. */
  headEveryMs?: number
  /**
   * How a swarm is kept from being stiffed (F53, F55): by the money in escrow, or by a hard limit on its members as well.
   * `unpaidMax` is the highest unpaid limit that honest sellers give. Default `escrow`, and 8, as the plugin has it.
   */
  swarmLimit?: Partial<SwarmLimit>
  /** Uids, in hex, that no swarm is ever too full for: the provider's own seeders. It may change. */
  ownSeeders?: ReadonlySet<string>
  /** How much is done for one host or account; the defaults stand in mint/doorkeeper.ts. */
  rates?: Partial<Rates>
  /** Where the court reads pieces; without it no seller can prove that it has one. */
  pieces?: PieceSource
  court?: CourtOptions
  /** How earnings are shared and paid out; without it they stay on the accounts. See docs/payouts.md. */
  payout?: PayoutOptions
  /** Serves what is published by HTTP too; without it nothing is. */
  origin?: OriginOptions
  /** The keys of sealed contents, and to whom such are pushed; without it no keys are sold. */
  push?: PushOptions
  /** For the guard, unless the server has one already. */
  guard?: GuardOptions
  /** Told of every announce that was admitted, but for those of our own seeders: what a swarm's quality is measured by. */
  onAnnounce?: (note: AnnounceNote) => void
  /**
   * Of this time the part in which our own seeders of a content had rate to spare, in milliseconds: who was slow then was so by
   * his own line, and gets no credit. Default: never, so that every miss is credited.
   */
  spareMs?: (infoHash: string, from: number, until: number) => number
  /** What was decided about quality of service last, for the operator; undefined where nothing is. */
  quality?: () => QualityJson | undefined
  /** Told by seeders of the provider's own that run elsewhere; answers what each is to do, or nothing if there are none. */
  onSeeder?: (report: SeederReportJson) => SeederOrderJson | undefined
  /** Told of what is our own fault; strangers only learn `internal`. Default: a `warning` of the server. */
  onError?: (error: unknown) => void
  /** The clock, Unix milliseconds. */
  now?: () => number
  crypto?: Crypto
}

/** As many as keys can tell apart (docs/push.md). */
const GROUPS_MAX = 65_536

/** The range of each number; an announce interval of more than a day fits no peer list. */
const RANGES = {
  intervalSeconds: [1, 86_400],
  purseLifeMs: [1, 3650 * DAY_MS],
  leaseMs: [1000, 3650 * DAY_MS],
  settleEveryMs: [0, DAY_MS],
  headEveryMs: [0, DAY_MS]
} as const

/** Throws `bad-option`, naming the first that is wrong. */
export function checkOptions(options: FloodgateTrackerOptions): void {
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value = options[name as keyof typeof RANGES] ?? max
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw new FloodgateError('bad-option', `${name}: an integer from ${min} to ${max}`)
    }
  }
  const { ledger, currency = 'EUR' } = options
  if (typeof ledger?.execute !== 'function') throw new FloodgateError('bad-option', 'ledger')
  const { mode, unpaidMax } = swarmLimitOf(options)
  if (mode !== 'escrow' && mode !== 'cap') throw new FloodgateError('bad-option', 'swarmLimit.mode')
  if (!Number.isInteger(unpaidMax) || unpaidMax < 1 || unpaidMax > WINDOW_MAX) {
    throw new FloodgateError('bad-option', `swarmLimit.unpaidMax: 1 to ${WINDOW_MAX}`)
  }
  const { collateral = 0 } = options
  if (!(collateral >= 0 && collateral <= 1))
    throw new FloodgateError('bad-option', 'collateral: 0 to 1')
  const { groups = 1 } = options.push ?? {}
  if (!Number.isInteger(groups) || groups < 1 || groups > GROUPS_MAX) {
    throw new FloodgateError('bad-option', `push.groups: 1 to ${GROUPS_MAX}`)
  }
  // As an offer has it.
  if (!/^[A-Z]{3,8}$/.test(currency)) throw new FloodgateError('bad-option', 'currency')
}

export const swarmLimitOf = ({ swarmLimit }: FloodgateTrackerOptions): SwarmLimit => ({
  mode: 'escrow',
  unpaidMax: 8,
  ...swarmLimit
})
