// A provider in a process of its own: stock tracker, Floodgate around it, ledger. Also a stock tracker alone, for what
// Floodgate is compared with.

import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { platformCrypto, toHex } from '@floodgate/protocol'
import { encodeKeys, keysFor } from '@floodgate/push'
import {
  createProviderKeys,
  providerKeysFromJson,
  providerKeysToJson,
  deposit,
  floodgateTracker,
  memoryLedger,
  postgresLedger,
  restoreLedger,
  sqliteLedger,
  UNLIMITED_RATES,
  type FloodgateTracker,
  type LedgerSize,
  type LedgerStore,
  type MintCounters,
  type ProviderKeys,
  type TrackerCounters
} from '@floodgate/tracker'
import Server from 'bittorrent-tracker/server'
import pg from 'pg'
import { startPostgres, type Postgres } from '../../test/support/postgres.ts'
import { CURRENCY, type Seller } from '../harness/content.ts'
import { Profile } from '../harness/profile.ts'
import { serve } from '../harness/serve.ts'
import {
  openAccounts,
  publishBare,
  sellPurses,
  stockLedger,
  type AccountWish,
  type PurseWish,
  type SoldPurse,
  type Stock
} from './ledger-stock.ts'

export type StoreKind = 'memory' | 'sqlite' | 'postgres'

interface Running {
  store: LedgerStore
  keys: ProviderKeys
  tracker: FloodgateTracker
}

/** A million purchases take half a minute. */
const SIGNED_MAX_MS = 600_000

const profile = new Profile('provider')
const servers: Server[] = []
/** A database of our own, for that store. */
let postgres: Postgres | undefined
let databaseUrl = ''

/** Secrets of sealed contents, by info hash. */
const secrets = new Map<string, { master: Uint8Array; sealedId: Uint8Array }>()
/** So far ahead is the provider's clock. */
let aheadMs = 0

/** What another process needs to be the same provider. */
export interface Identity {
  databaseUrl: string
  /** As JSON. */
  keys: string
}

let running: Running | undefined

function provider(): Running {
  if (running === undefined) throw new Error('the provider was not started')
  return running
}

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.http!.address() as AddressInfo).port}`
}

export interface StartWish {
  store: StoreKind
  folder: string
  intervalSeconds: number
  membersMax: number
  /** What its ledger holds from the first. */
  stock?: Stock | undefined
  /** Another process of the same provider, on one database. */
  like?: Identity
}

const options = { currency: CURRENCY }

/** How each kind of ledger is opened, and what it is to hold put into it: by its own restore, where it has one. */
const stores: Record<StoreKind, (wish: StartWish) => Promise<LedgerStore>> = {
  async memory({ stock }) {
    const store = memoryLedger(options)
    if (stock !== undefined) await stockLedger(store, stock)
    return store
  },
  async sqlite({ folder, stock }) {
    const path = join(folder, 'ledger.db')
    if (stock !== undefined) await restoreLedger(stock.path, path, options)
    return sqliteLedger(path, options)
  },
  async postgres({ like, stock }) {
    if (like === undefined) postgres = await startPostgres()
    databaseUrl = like?.databaseUrl ?? (await postgres!.newUrl())
    if (like === undefined && stock !== undefined) {
      await restoreLedger(stock.path, databaseUrl, options)
      await settle(databaseUrl)
    }
    return postgresLedger(databaseUrl, options)
  }
}

/** Does now what the server would do beside the measuring: write out what was restored, and count what its tables hold. */
async function settle(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('VACUUM ANALYZE')
  await client.query('CHECKPOINT')
  await client.end()
}

const jobs = {
  /** Starts the provider. `membersMax`: how many peers the one address of this machine may have in a swarm. */
  async start(given: StartWish): Promise<Seller> {
    const store = await stores[given.store](given)
    const server = new Server({ udp: false, stats: false })
    const keys = given.like
      ? providerKeysFromJson(platformCrypto, given.like.keys)
      : await createProviderKeys(platformCrypto, Date.now())
    const tracker = floodgateTracker(server, {
      ...{ ledger: store, keys, currency: CURRENCY, intervalSeconds: given.intervalSeconds },
      // Everybody has the one address of this machine.
      rates: UNLIMITED_RATES,
      now: () => Date.now() + aheadMs,
      push: {
        async keys(infoHash, group) {
          const secret = secrets.get(infoHash)
          return secret && encodeKeys(keysFor(platformCrypto, { ...secret, group }))
        }
      },
      guard: { swarmMembersPerAddressMax: given.membersMax, messagesPerSecond: Infinity }
    })
    running = { store, keys, tracker }
    return { url: await listen(server), rootKey: keys.rootKey }
  },

  async identity(): Promise<Identity> {
    return { databaseUrl, keys: providerKeysToJson(provider().keys) }
  },

  /** Starts a stock tracker; answers its announce URL. */
  async stock({ intervalSeconds }: { intervalSeconds: number }): Promise<string> {
    const interval = intervalSeconds * 1000
    return `${await listen(new Server({ udp: false, ws: false, stats: false, interval }))}/announce`
  },

  async publish(torrent: Uint8Array): Promise<void> {
    await provider().tracker.publish(torrent)
  },

  /** Publishes a sealed content, with so much money for willing peers; answers its info hash. */
  async push(given: {
    torrent: Uint8Array
    secret: { master: Uint8Array; sealedId: Uint8Array }
    budget: bigint
  }): Promise<string> {
    const { store, tracker } = provider()
    const { infoHash } = await tracker.publish(given.torrent)
    secrets.set(infoHash, given.secret)
    const now = Date.now() + aheadMs
    await store.execute({ kind: 'budgetPush', infoHash, amountMinor: given.budget, now })
    return infoHash
  },

  /** Turns the provider's clock, in milliseconds ahead of this machine's. */
  async turnClock(ms: number): Promise<void> {
    aheadMs = ms
  },

  async fund({ uid, amount }: { uid: string; amount: bigint }): Promise<void> {
    const id = toHex(platformCrypto.random(16))
    await deposit(provider().store, uid, amount, 'bench', id)
  },

  async counters(): Promise<{ tracker: TrackerCounters; mint: MintCounters }> {
    const { tracker, mint } = provider().tracker.counters
    return { tracker: { ...tracker }, mint: { ...mint } }
  },

  /** Opens accounts past HTTP, each with enough money for anything. */
  openAccounts: (accounts: AccountWish[]): Promise<void> =>
    openAccounts(provider().store, accounts),

  /** Puts a content without a torrent on sale. */
  publishBare: ({ infoHash, pieces }: { infoHash: Uint8Array; pieces: number }): Promise<void> =>
    publishBare(provider().store, infoHash, pieces),

  /** Buys purses past HTTP; answers those that are to be claimed from. */
  sellPurses: (wish: PurseWish): Promise<SoldPurse[]> =>
    sellPurses(provider().store, provider().keys, wish),

  /** Where claims are sealed to. */
  async boxKey(): Promise<Uint8Array> {
    const { boxSecret } = provider().keys.epochs.at(-1)!
    return platformCrypto.boxPublicKey(boxSecret)
  },

  /** Bytes that the ledger keeps, by its own count. */
  bytes: (): Promise<LedgerSize> => provider().store.bytes(),

  /**
   * Waits until the newest head stands for all postings. A stock comes without heads, and to hash its lines takes seconds
   * that no provider spends whose log has grown with its ledger.
   */
  async signed(): Promise<void> {
    const { store } = provider()
    const isBehind = async (): Promise<boolean> =>
      (await store.journal((await store.head())?.size ?? 0, 1)).length > 0
    for (const end = Date.now() + SIGNED_MAX_MS; await isBehind(); await pause(100)) {
      if (Date.now() > end) throw new Error('the log does not come to its end')
    }
  },

  /** Begins and ends a CPU profile, if one is wanted. */
  profile: (on: boolean): Promise<void> => (on ? profile.begin() : profile.end()),

  /** Puts everything away, however long that takes; who is let go of has some seconds. */
  close: (): Promise<void> => (closing ??= close()),

  /** What is wrong with the books; nothing, if all is well. */
  async faults(): Promise<string[]> {
    return (await provider().store.audit()).faults.map(String)
  }
}
export type ProviderJobs = typeof jobs

let closing: Promise<void> | undefined

async function close(): Promise<void> {
  await running?.tracker.close()
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
  )
  await running?.store.close()
  await postgres?.stop()
}

serve(jobs, jobs.close)
