// Puts the provider's side around a bittorrent-tracker Server: guard, attachment, mint and API, and the settling of
// purses that expired. It composes; the rules are in the parts.

import { FloodgateError, WINDOW_MAX, platformCrypto, type Crypto } from '@floodgate/protocol'
import { Registry } from 'prom-client'
import { ROOT_PATHS, createApi } from './api/app.ts'
import { publishJson, type ContentJson } from './api/content.ts'
import type { Desk } from './api/desk.ts'
import { soleOperator, type FindOperator } from './api/operators.ts'
import { Readiness } from './api/readiness.ts'
import type { RequestNote } from './api/request-note.ts'
import { attachTracker, type Attached } from './attach/index.ts'
import type { GuardOptions, TrackerCounters } from './guard/index.ts'
import { createCourt, type Court, type CourtOptions, type PieceSource } from './court/court.ts'
import { carryOut } from './court/recovery.ts'
import { courtDoor } from './court/door.ts'
import { createDeposits, type DepositsOptions } from './deposits/deposits.ts'
import type { LedgerStore } from './ledger/index.ts'
import { PostingsLog } from './log/postings-log.ts'
import { signEvery } from './log/signing.ts'
import { headAge } from './log/unsigned-age.ts'
import { LedgerMetrics } from './metrics/ledger-metrics.ts'
import { Metrics, type HostFacts } from './metrics/metrics.ts'
import { observedStore, type LedgerObserver } from './metrics/observed-store.ts'
import type { SwarmLimit } from './court/swarm-limit.ts'
import { judgeAnnounce } from './mint/announce.ts'
import { Arrivals } from './mint/arrivals.ts'
import { Catalog } from './mint/catalog.ts'
import { newMintCounters, type MintCounters } from './mint/counters.ts'
import { Doorkeeper, type Rates } from './mint/doorkeeper.ts'
import { Freshness } from './mint/freshness.ts'
import { Issuer } from './mint/issuer.ts'
import type { ProviderKeys } from './mint/keys.ts'
import { FRESH_MS, type Mint } from './mint/mint.ts'
import { Places } from './mint/places.ts'
import { settleExpired } from './mint/settle.ts'
import { Statements } from './mint/statements.ts'
import { Strikes } from './mint/strikes.ts'

const MINUTE_MS = 60e3
const DAY_MS = 24 * 60 * MINUTE_MS

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
  /** For the guard, unless the server has one already. */
  guard?: GuardOptions
  /** Told of what is our own fault; strangers only learn `internal`. Default: a `warning` of the server. */
  onError?: (error: unknown) => void
  /** The clock, Unix milliseconds. */
  now?: () => number
  crypto?: Crypto
}

export interface FloodgateTracker {
  /** All that was counted: messages to the tracker, and what the mint did. */
  readonly counters: { tracker: Readonly<TrackerCounters>; mint: Readonly<MintCounters> }
  /** Publishes a torrent file that carries our offer. Throws as `publish`. */
  publish(torrent: Uint8Array): Promise<ContentJson>
  /** Settles expired purses now; answers how many. */
  settle(): Promise<number>
  /** From now on `/readyz` says that no requests should be sent here; they are answered as before. */
  drain(): void
  /** Frees what was taken, and refuses what still comes. The server and the ledger stay open. */
  close(): Promise<void>
}

/**
 * Makes a tracker sell: adds the API under `/floodgate/` on its own port, puts every announce to the mint, and guards the
 * server against strangers. Call it before or after `listen`.
 * @param server a Server of bittorrent-tracker 11 with its HTTP transport on
 * @throws `tracker-door-closed` if the server is of another shape, `bad-option` for wrong options
 */
export function floodgateTracker(
  server: object,
  options: FloodgateTrackerOptions
): FloodgateTracker {
  const registry = new Registry()
  const { mint, court, log } = createMint(options, new LedgerMetrics(registry))
  const onError = options.onError ?? warnOf(server)
  let closed = false
  const attached = attachTracker(server, {
    guard: options.guard,
    api: (request, response) => api(request, response),
    paths: ROOT_PATHS,
    announce: async (ask) =>
      closed
        ? { admit: false, code: 'unreachable', reason: new FloodgateError('unreachable').message }
        : judgeAnnounce(mint, ask, onError)
  })
  const counters = { tracker: attached.counters, mint: mint.counters }
  const readiness = readinessOf(mint, attached)
  const metrics = new Metrics(registry, {
    ...{ store: mint.store, currency: mint.currency, counters },
    swarms: () => attached.swarms(),
    headAge: () => headAge(mint.store, mint.now()),
    epochEnds: () => mint.issuer.lastEnd,
    failing: () => readiness.failing(),
    host: options.hostFacts
  })
  const name = options.name ?? 'Floodgate provider'
  const desk: Desk = {
    ...{ mint, court, log, readiness, metrics, name, backups: options.backups },
    deposits: createDeposits(options.deposits ?? {}, name, onError),
    swarm: (infoHash) => attached.swarm(infoHash),
    counters: () => counters
  }
  const api = createApi(desk, {
    ...{ findOperator: operatorsOf(options), openMetrics: options.openMetrics, onError },
    hostOf: (request) => attached.hostOf(request),
    isClosed: () => closed,
    onRequest(note) {
      metrics.requested(note)
      options.onRequest?.(note)
    }
  })
  const settling = settleEvery({ mint, court }, options.settleEveryMs ?? MINUTE_MS, onError)
  const signing = signEvery(log, options.headEveryMs ?? 1000, onError)
  return {
    counters,
    publish: (torrent) => publishJson(desk, { body: torrent }),
    settle: settling.now,
    drain: () => readiness.drain(),
    async close() {
      readiness.drain()
      closed = true
      await Promise.all([settling.stop(), signing.stop()])
    }
  }
}

/** The range of each number; an announce interval of more than a day fits no peer list. */
const RANGES = {
  intervalSeconds: [1, 86_400],
  purseLifeMs: [1, 3650 * DAY_MS],
  leaseMs: [1000, 3650 * DAY_MS],
  settleEveryMs: [0, DAY_MS],
  headEveryMs: [0, DAY_MS]
} as const

function checkOptions(options: FloodgateTrackerOptions): void {
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
  // As an offer has it.
  if (!/^[A-Z]{3,8}$/.test(currency)) throw new FloodgateError('bad-option', 'currency')
}

const swarmLimitOf = ({ swarmLimit }: FloodgateTrackerOptions): SwarmLimit => ({
  mode: 'escrow',
  unpaidMax: 8,
  ...swarmLimit
})

export function createMint(
  options: FloodgateTrackerOptions,
  observer?: LedgerObserver
): Pick<Desk, 'mint' | 'court' | 'log'> {
  checkOptions(options)
  const { ledger } = options
  const store = observer === undefined ? ledger : observedStore(ledger, observer)
  const { keys, crypto = platformCrypto, now = Date.now } = options
  const base = {
    ...{ store, crypto, now },
    issuer: new Issuer(crypto, keys),
    currency: options.currency ?? 'EUR',
    purseLifeMs: options.purseLifeMs ?? 30 * DAY_MS,
    leaseMs: options.leaseMs ?? DAY_MS,
    collateral: options.collateral ?? 0,
    intervalSeconds: options.intervalSeconds ?? 30,
    doorkeeper: new Doorkeeper(options.rates),
    swarmLimit: swarmLimitOf(options),
    ownSeeders: options.ownSeeders ?? new Set(),
    places: new Places(),
    catalog: new Catalog(store, now),
    freshness: new Freshness(FRESH_MS),
    strikes: new Strikes(),
    statements: new Statements(store),
    counters: newMintCounters(),
    arrivals: new Arrivals()
  }
  const court = createCourt(base, options.pieces, options.court)
  const mint = { ...base, court: courtDoor(court) }
  return { mint, court, log: new PostingsLog(mint) }
}

/** Postings that no head covers for so long say that signing got stuck, or has much to catch up with. */
const HEAD_OLD_MS = 60e3

const readinessOf = ({ store, now }: Mint, attached: Attached): Readiness =>
  new Readiness({
    tracker: () => attached.isListening(),
    ledger: () => store.head().then(() => true),
    'log head': async () => (await headAge(store, now())).unsignedMs < HEAD_OLD_MS
  })

/** The one token that opens all, and those that the host knows. */
function operatorsOf(options: FloodgateTrackerOptions): FindOperator {
  const first = soleOperator(options.operatorToken ?? '')
  return async (token) => (await first(token)) ?? options.findOperator?.(token)
}

/** The stock server tells of its troubles by `warning`; with nobody listening that is no exception. */
function warnOf(server: object): (error: unknown) => void {
  const { emit } = server as { emit(event: string, error: unknown): boolean }
  return (error) => void emit.call(server, 'warning', error)
}

function settleEvery(
  { mint, court }: { mint: Mint; court: Court },
  everyMs: number,
  onError: (error: unknown) => void
): { now(): Promise<number>; stop(): Promise<void> } {
  let running: Promise<number> | undefined
  let recovered = false
  const run = async (): Promise<number> => {
    // Tried again each time until it is done; refunds do not wait for it.
    if (!recovered) recovered = await carryOut(court, onError)
    const closed = await settleExpired(mint.store, mint.now())
    mint.counters.closed += closed
    return closed
  }
  const settle = (): Promise<number> =>
    (running ??= run().finally(() => {
      running = undefined
    }))
  const tick = (): void => void settle().catch(onError)
  const timer = everyMs > 0 ? setInterval(tick, everyMs).unref() : undefined
  return {
    now: settle,
    async stop() {
      clearInterval(timer)
      // Whoever asked for it learns if it fails.
      await Promise.allSettled([running])
    }
  }
}
