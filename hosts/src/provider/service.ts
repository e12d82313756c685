// The provider as one running thing: ledger, tracker with its API, and what is for sale. It listens, and puts everything
// away in the order in which nothing is lost.

import { FloodgateError } from '@floodgate/protocol'
import {
  type AnnounceNote,
  type DepositsOptions,
  floodgateTracker,
  type FloodgateTracker,
  type LedgerStore,
  type ProviderKeys,
  type QualityJson,
  type RequestNote,
  type SeederOrderJson,
  type SeederReportJson
} from '@floodgate/tracker'
import Server from 'bittorrent-tracker/server'
import {
  loadOperatorToken,
  loadSettings,
  makeHome,
  writePrivate,
  type Home,
  type Settings
} from './home.ts'
import { loadKeys } from './keys.ts'
import { factsOf } from './facts.ts'
import { expectDatabase, knownUrl, openLedger } from './ledger.ts'
import { expectListenable, listen } from './listen.ts'
import type { Log } from './log.ts'
import { passwordsOf, secretsOf } from './redaction.ts'
import { nameOwn, ownAccounts } from './own-accounts.ts'
import { findPolicy } from './policy-file.ts'
import { originOf, type OriginMode } from './origin.ts'
import { GROUPS, keysIn } from './sealed.ts'
import { shelfPieces } from './shelf-pieces.ts'
import { amountIn } from '../units.ts'
import { TokenUses } from './token-uses.ts'
import { findToken } from './tokens.ts'
import { watchedStore, type Watcher } from './watched-store.ts'

/** Browsers' offers and an envelope fit in; see the tracker's guard. */
const WS_PAYLOAD_MAX = 65_536
/** Members of one swarm. The guard takes no more, so that nobody can push our seeder out. */
const SWARM_MAX = 5000
const PORT_DEFAULT = 8700
/** For answers under way when we stop. */
const ANSWER_WITHIN_MS = 10_000
const LOOPBACK = '127.0.0.1'

interface ServiceOptions {
  host?: string
  port?: number
  name?: string
  currency?: string
  /** URL of the PostgreSQL database that holds the ledger; without it, what was said last, or a file. */
  ledger?: string
  /** File of the payout policy. */
  payoutFile?: string
  /** Does this process pay out? Default true. */
  payoutRun?: boolean
  /** What the configuration file says of parts of the provider, by their name (config/sections.ts). */
  sections?: Record<string, unknown>
  /** Public base URL without a slash at its end, when it is another than where we listen. */
  url?: string
  /** Take the asker's address from the X-Forwarded-For of a proxy before us. */
  trustProxy?: boolean
  /** Refuse members beyond the swarm limit; otherwise escrow alone has to do. */
  swarmCap?: boolean
  /** Held beside each price until its purse closes, as a share of it. */
  collateral?: number
  /** Serve what is for sale by HTTP too, and how many bytes of it per second. */
  origin?: OriginMode
  originRate?: number
  /** What an account must have deposited for contents to be pushed to it, as it was typed. Default: anything. */
  pushStanding?: string
  /** Quality of service: how often peers are to announce, who is told of it, and what is told of it. */
  quality?:
    | {
        announceSeconds: number
        onAnnounce: (note: AnnounceNote) => void
        told: () => QualityJson | undefined
        onSeeder?: (report: SeederReportJson) => SeederOrderJson | undefined
      }
    | undefined
  /** When our own seeders of a content had rate to spare. */
  spareMs?: (infoHash: string, from: number, until: number) => number
  /** Let this machine read the metrics without a token. */
  openMetrics?: boolean
  watch: (currency: string) => Watcher
  log: Log
  /** Told of every request that came with a token of the operator's. */
  onOperator: (note: RequestNote) => void
  /** Our own faults, which strangers are not told. */
  onError: (error: unknown) => void
}

export interface Service {
  readonly settings: Settings
  readonly keys: ProviderKeys
  readonly tracker: FloodgateTracker
  readonly store: LedgerStore
  /** Uids of our own seeders, which no swarm is too full for; those elsewhere are among them. */
  readonly ownSeeders: Set<string>
  /** One of these that we made, before it sells: its money is ours, and the ledger says so. */
  own(uid: string): Promise<void>
  close(): Promise<void>
}

/**
 * Starts the provider of `home`. Throws `ledger-in-use` when another process runs it, `bad-option`, and what the system
 * says about ports and disks. What is made stays, as another process may use it: so on a first start the options and the
 * address are tried before anything is made.
 */
export async function startService(home: Home, options: ServiceOptions): Promise<Service> {
  const known = await loadSettings(home)
  options.log.hide(passwordsOf(options.ledger ?? (await knownUrl(home))))
  if (options.ledger !== undefined) expectDatabase(options.ledger)
  const currency = options.currency ?? known?.currency ?? 'EUR'
  const name = options.name ?? known?.name ?? 'Floodgate provider'
  const host = options.host ?? known?.host ?? LOOPBACK
  const portWanted = options.port ?? known?.port ?? PORT_DEFAULT
  const { pushStanding } = options
  const standingMinor = pushStanding === undefined ? 1n : amountIn(pushStanding, currency)
  const policy = await findPolicy(home, currency, {
    ...{ path: options.payoutFile, section: options.sections?.['payout'] }
  })
  if (known === undefined) {
    urlOf(known, { url: options.url, name, currency, host, port: portWanted })
    await expectListenable(host, portWanted)
  }
  await makeHome(home)
  // A ledger in a file is the lock on the directory: it comes first.
  const store = await openLedger(home, { currency }, options.ledger)
  let server: Server | undefined
  try {
    const keys = await loadKeys(home)
    const operatorToken = await loadOperatorToken(home)
    options.log.hide([operatorToken, ...secretsOf(keys)])
    const uses = await TokenUses.open(home, options.onError)
    const ws = { maxPayload: WS_PAYLOAD_MAX }
    server = new Server({
      ...{ udp: false, stats: false, ws, peersCacheLength: SWARM_MAX },
      trustProxy: options.trustProxy === true
    })
    server.on('warning', options.onError)
    const { watch, onError, quality } = options
    const ownSeeders = new Set<string>()
    const own = nameOwn(store, ownSeeders)
    for (const uid of await ownAccounts(home)) {
      // A restored ledger may be older than a wallet, which registers again when its seeder starts.
      if ((await store.account(uid)) !== undefined) await own(uid)
    }
    const payout = options.payoutRun === false && policy ? { ...policy, run: false } : policy
    const deposits = options.sections?.['deposits'] as DepositsOptions | undefined
    const { stripe } = deposits ?? {}
    if (stripe !== undefined) options.log.hide([stripe.secretKey, stripe.webhookSecret])
    const tracker = floodgateTracker(server, {
      ledger: watchedStore(store, watch(currency)),
      pieces: shelfPieces(home),
      swarmLimit: { mode: options.swarmCap === true ? 'cap' : 'escrow' },
      collateral: options.collateral,
      ...{ keys, name, currency, operatorToken, ownSeeders, onError, payout, deposits },
      ...{ backups: home.backups, openMetrics: options.openMetrics },
      origin: originOf(home, options.origin, options.originRate),
      push: {
        keys: keysIn(home),
        groups: GROUPS,
        standingMinor
      },
      ...(quality !== undefined && {
        intervalSeconds: quality.announceSeconds,
        onAnnounce: quality.onAnnounce,
        quality: quality.told,
        onSeeder: quality.onSeeder
      }),
      ...(options.spareMs !== undefined && { spareMs: options.spareMs }),
      findOperator: (token) => findToken(home, token, Date.now()),
      hostFacts: () => factsOf(home),
      onRequest(note) {
        options.log.request(note)
        if (note.operator === undefined) return
        uses.note(note.operator, Date.now())
        options.onOperator(note)
      }
    })
    const port = await listen(server, host, portWanted, onError)
    const settings = settle(known, {
      ...{ url: options.url, name, currency, host, port },
      origin: options.origin ?? 'off'
    })
    await writePrivate(home.settings, `${JSON.stringify(settings, null, 2)}\n`)
    const parts = { settings, keys, tracker, store, ownSeeders, own }
    return { ...parts, close: () => close(server!, tracker, store, uses) }
  } catch (error) {
    await closeServer(server)
    await store.close()
    throw error
  }
}

/** Throws `bad-option` when the address would change under torrents that are out already. */
function settle(
  known: Settings | undefined,
  now: Omit<Settings, 'url'> & { url?: string }
): Settings {
  const url = urlOf(known, now)
  if (known !== undefined && known.url !== url) {
    throw new FloodgateError('bad-option', `torrents out there name ${known.url}, not ${url}`)
  }
  return { ...now, url }
}

function urlOf(known: Settings | undefined, now: Omit<Settings, 'url'> & { url?: string }): string {
  if (now.url !== undefined) return now.url
  const behindProxy = known !== undefined && known.url !== `http://${known.host}:${known.port}`
  if (behindProxy) return known.url
  if (now.host === '0.0.0.0' || now.host === '::') {
    throw new FloodgateError('bad-option', 'say --url: buyers cannot reach you at every address')
  }
  const host = now.host.includes(':') ? `[${now.host}]` : now.host
  return `http://${host}:${now.port}`
}

/** First no more requests, then the books. */
async function close(
  server: Server,
  tracker: FloodgateTracker,
  store: LedgerStore,
  uses: TokenUses
): Promise<void> {
  await tracker.close()
  await closeServer(server)
  await uses.close()
  await store.close()
}

function closeServer(server: Server | undefined): Promise<void> {
  if (server === undefined) return Promise.resolve()
  return new Promise((resolve) => {
    // Who does not read the answer is not waited for.
    const timer = setTimeout(() => server.http?.closeAllConnections(), ANSWER_WITHIN_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    // Answers under way are let finish; kept-alive connections would hold us up for seconds.
    server.http?.closeIdleConnections()
  })
}
