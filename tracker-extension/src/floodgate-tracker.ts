// Puts the provider's side around a bittorrent-tracker Server: guard, attachment, mint and API, and the settling of
// purses that expired. It composes; the rules are in the parts.

import { FloodgateError, platformCrypto } from '@floodgate/protocol'
import { Registry } from 'prom-client'
import { ROOT_PATHS, createApi } from './api/app.ts'
import { publishContent, type PublishedJson } from './api/content.ts'
import type { Desk } from './api/desk.ts'
import { soleOperator, type FindOperator } from './api/operators.ts'
import { Readiness } from './api/readiness.ts'
import { attachTracker, type Attached } from './attach/index.ts'
import type { TrackerCounters } from './guard/index.ts'
import { createCourt } from './court/court.ts'
import { courtDoor } from './court/door.ts'
import { settleEvery } from './court/settling.ts'
import { createDeposits } from './deposits/deposits.ts'
import { PostingsLog } from './log/postings-log.ts'
import { signEvery } from './log/signing.ts'
import { headAge } from './log/unsigned-age.ts'
import { LedgerMetrics } from './metrics/ledger-metrics.ts'
import { Metrics } from './metrics/metrics.ts'
import { addQualityMetrics } from './metrics/quality-metrics.ts'
import { observedStore, type LedgerObserver } from './metrics/observed-store.ts'
import { judgeAnnounce } from './mint/announce.ts'
import { Arrivals } from './mint/arrivals.ts'
import { Catalog } from './mint/catalog.ts'
import { newMintCounters, type MintCounters } from './mint/counters.ts'
import { Doorkeeper } from './mint/doorkeeper.ts'
import { Deliveries } from './mint/deliveries.ts'
import { Freshness } from './mint/freshness.ts'
import { Issuer } from './mint/issuer.ts'
import { FRESH_MS, type Mint } from './mint/mint.ts'
import { Offers } from './mint/offers.ts'
import { Places } from './mint/places.ts'
import { SealedContents } from './mint/sealed.ts'
import { Statements } from './mint/statements.ts'
import { Strikes } from './mint/strikes.ts'
import { DAY_MS, checkOptions, swarmLimitOf, type FloodgateTrackerOptions } from './options.ts'
import { Origin } from './origin/origin.ts'
import { isOrigins } from './origin/target.ts'
import { Payouts } from './payout/payouts.ts'

const MINUTE_MS = 60e3

export interface FloodgateTracker {
  /** All that was counted: messages to the tracker, and what the mint did. */
  readonly counters: { tracker: Readonly<TrackerCounters>; mint: Readonly<MintCounters> }
  /**
   * Publishes a torrent file that carries our offer. What was withdrawn is for sale again, unless `since` (Unix milliseconds)
   * says that it was put up for sale before. Throws as `publish`.
   */
  publish(torrent: Uint8Array, since?: number): Promise<PublishedJson>
  /** Money out, if there is a policy for it. */
  readonly payouts: Payouts | undefined
  /** The provider's copies by HTTP, to steer; undefined when there is none. */
  readonly origin: Origin | undefined
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
  const onError = options.onError ?? warnOf(server)
  const observer = new LedgerMetrics(registry)
  const { payouts, mint, court, log } = createMint(options, onError, observer)
  const origin = options.origin && new Origin({ mint, court }, options.origin, onError)
  let closed = false
  const attached = attachTracker(server, {
    guard: options.guard,
    api: (request, response) =>
      origin !== undefined && isOrigins(request.url)
        ? origin.serve(request, response, attached.hostOf(request))
        : api(request, response),
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
  addQualityMetrics(registry, options.quality)
  const name = options.name ?? 'Floodgate provider'
  const desk: Desk = {
    ...{ mint, court, log, payouts, origin, readiness, metrics },
    ...{ name, backups: options.backups },
    deposits: createDeposits(options.deposits ?? {}, name, onError),
    swarm: (infoHash) => attached.swarm(infoHash),
    ...{ quality: options.quality, onSeeder: options.onSeeder },
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
    ...{ counters, origin },
    publish: (torrent, since) => publishContent(mint, torrent, since),
    payouts,
    settle: settling.now,
    drain: () => readiness.drain(),
    async close() {
      readiness.drain()
      closed = true
      origin?.close()
      await Promise.all([settling.stop(), signing.stop(), payouts?.close()])
    }
  }
}

export function createMint(
  options: FloodgateTrackerOptions,
  onError: (error: unknown) => void = () => undefined,
  observer?: LedgerObserver
): Pick<Desk, 'mint' | 'court' | 'log' | 'payouts'> {
  checkOptions(options)
  const { ledger } = options
  const store = observer === undefined ? ledger : observedStore(ledger, observer)
  const { keys, crypto = platformCrypto, now = Date.now } = options
  const { currency = 'EUR' } = options
  const isRevoked = async (uid: string): Promise<boolean> =>
    (await court.revocations.of(uid)) !== undefined
  const offers = new Offers(store, crypto)
  const surroundings = { store, currency, now, onError, isRevoked }
  const payouts = options.payout && new Payouts(options.payout, surroundings)
  const base = {
    ...{ store, crypto, now, currency },
    sellerMillionths: payouts?.sellerMillionths,
    issuer: new Issuer(crypto, keys),
    purseLifeMs: options.purseLifeMs ?? 30 * DAY_MS,
    leaseMs: options.leaseMs ?? DAY_MS,
    collateral: options.collateral ?? 0,
    intervalSeconds: options.intervalSeconds ?? 30,
    doorkeeper: new Doorkeeper(options.rates),
    swarmLimit: swarmLimitOf(options),
    ownSeeders: options.ownSeeders ?? new Set(),
    places: new Places(),
    offers,
    catalog: new Catalog(store, offers, now),
    sealed: new SealedContents(offers, options.push ?? {}),
    freshness: new Freshness(FRESH_MS),
    strikes: new Strikes(),
    statements: new Statements(store),
    counters: newMintCounters(),
    arrivals: new Arrivals(),
    deliveries: new Deliveries(),
    spareMs: options.spareMs ?? (() => 0),
    owedCredits: new Set<string>(),
    onAnnounce: options.onAnnounce
  }
  const court = createCourt(base, options.pieces, options.court)
  const mint = { ...base, court: courtDoor(court) }
  return { payouts, mint, court, log: new PostingsLog(mint) }
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
