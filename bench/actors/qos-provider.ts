// The provider under measurement, on a line of its own: tracker, ledger, web origin and pool as its command has them, steered
// by whatever policy is asked for.

import { readdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { platformCrypto, toHex } from '@floodgate/protocol'
import { startSeeding, type Seeding } from '@floodgate/qos'
import {
  UNLIMITED_RATES,
  createProviderKeys,
  deposit,
  floodgateTracker,
  memoryLedger,
  type FloodgateTracker
} from '@floodgate/tracker'
import Server from 'bittorrent-tracker/server'
import { nameOwn } from '../../hosts/src/provider/own-accounts.ts'
import { originOf, webSeedOf } from '../../hosts/src/provider/origin.ts'
import { homeOf, makeHome, type Home, type Settings } from '../../hosts/src/provider/home.ts'
import type { Service } from '../../hosts/src/provider/service.ts'
import { shelve } from '../../hosts/src/provider/shelf.ts'
import { Reports } from '../../hosts/src/qos/reports.ts'
import type { SentBytes } from '../../hosts/src/qos/sent-bytes.ts'
import { openSwarms } from '../../hosts/src/qos/swarms.ts'
import { CURRENCY, type Content, type Seller } from '../harness/content.ts'
import { Lateness } from '../harness/lateness.ts'
import { serve } from '../harness/serve.ts'
import { budgetOf, policyOf, webUplinkOf, type Steering } from '../qos/steering.ts'
import { wired } from '../qos/wired.ts'

/** Everybody may have the one address of this machine. */
const MEMBERS_MAX = 250
/** Of one content: naive ways have many. */
const SEEDERS_MAX = 8

const store = memoryLedger({ currency: CURRENCY })
const stopping = new AbortController()
const quiet = (): void => undefined
const warnings: string[] = []
const lateness = new Lateness()

let home: Home
let service: Pick<Service, 'settings' | 'tracker' | 'ownSeeders' | 'own'>
let tracker: FloodgateTracker
let server: Server | undefined
let reports = new Reports()
let running: { seeding: Seeding; sent: SentBytes } | undefined

const jobs = {
  ...wired,

  async start(given: {
    address: string
    listenOn: string
    folder: string
    reportMs: number
  }): Promise<Seller> {
    home = homeOf(given.folder)
    await makeHome(home)
    server = new Server({ udp: false, stats: false })
    const keys = await createProviderKeys(platformCrypto, Date.now())
    const ownSeeders = new Set<string>()
    tracker = floodgateTracker(server, {
      ...{ ledger: store, keys, currency: CURRENCY, ownSeeders },
      ...{ rates: UNLIMITED_RATES, guard: { swarmMembersPerAddressMax: MEMBERS_MAX } },
      intervalSeconds: given.reportMs / 1000,
      onAnnounce: (note) => reports.note(note),
      origin: { ...originOf(home, 'free')!, places: { perHost: MEMBERS_MAX } },
      onError: (error) => warnings.push(String(error))
    })
    await new Promise<void>((done) => server!.listen(0, given.listenOn, done))
    const { port } = server.http!.address() as AddressInfo
    const url = `http://${given.address}:${port}`
    const settings: Settings = {
      ...{ url, name: 'bench', currency: CURRENCY, host: given.address, port }
    }
    service = { settings, tracker, ownSeeders, own: nameOwn(store, ownSeeders) }
    return { url, rootKey: keys.rootKey }
  },

  /** Puts a file on the shelf and on sale; answers its info hash, and where it is to be had by HTTP. */
  async sell(given: {
    torrent: Uint8Array
    content: Content
  }): Promise<{ infoHash: string; url: string }> {
    const { torrent } = given
    const { name, folder } = given.content
    const { infoHash } = await tracker.publish(torrent)
    await shelve(home.contents, { infoHash, torrent, name, data: join(folder, name) })
    const url = webSeedOf(service.settings.url, { infoHash, name, isOneFile: true })
    return { infoHash, url }
  },

  async fund({ uid, amount }: { uid: string; amount: bigint }): Promise<void> {
    await deposit(store, uid, amount, 'bench', toHex(platformCrypto.random(16)))
  },

  /** Begins to keep a promise; what is on the shelf is what it is for. */
  async steer(steering: Steering): Promise<void> {
    reports = new Reports()
    const { everyMs, uplink, turns } = steering
    const { source, pool, sent } = await openSwarms({
      ...{ home, service: service as Service, reports, rateMax: uplink },
      webUplink: webUplinkOf(steering),
      section: { seedersMax: SEEDERS_MAX, turns },
      out: {
        ...{ json: true, live: false, screen: process.stderr },
        ...{ tell: quiet, say: quiet, fail: quiet },
        warn: (code, text) => void warnings.push(`${code}: ${text}`)
      },
      signal: stopping.signal
    })
    const seeding = startSeeding({
      ...{ source, pool, everyMs },
      policy: policyOf(steering),
      budget: budgetOf(steering),
      onError: (error) => warnings.push(String(error))
    })
    running = { seeding, sent }
  },

  /** Begins to count how late this process is. */
  async watch(): Promise<void> {
    lateness.begin()
  },

  /** The share of the time since then in which it waited for a processor. */
  async late(): Promise<number> {
    return lateness.end()
  },

  /** Opens the origin to all, and nothing else. */
  async openOrigin({ infoHash, rate }: { infoHash: string; rate: number }): Promise<void> {
    tracker.origin!.set(infoHash, { state: 'open', rateBytes: rate })
  },

  /** Bytes that the provider sent of a content, by its seeders' sockets and by HTTP. */
  async sent(infoHash: string): Promise<number> {
    const http = tracker.origin!.status()[infoHash]?.sentBytes ?? 0
    if (running === undefined) return http
    const byBoth = running.sent.of(infoHash, Date.now())
    return byBoth.all - byBoth.http + http
  },

  /** What was decided of a content so far, with reasons. */
  async decisions(infoHash: string): Promise<{ time: number; rate: number; reason: string }[]> {
    return (running?.seeding.decisions(infoHash) ?? []).map(({ time, decision }) => ({
      ...{ time, rate: decision.rate, reason: decision.reason }
    }))
  },

  /** Retires the seeders and clears the shelf; answers what went wrong without ending anything. */
  async rest(): Promise<string[]> {
    await running?.seeding.stop()
    running = undefined
    for (const name of await readdir(home.contents)) {
      await rm(join(home.contents, name), { recursive: true })
    }
    return warnings.splice(0)
  }
}
export type QosProviderJobs = typeof jobs

serve(jobs, async () => {
  await running?.seeding.stop()
  stopping.abort()
  await tracker.close()
  await new Promise<void>((resolve) => server!.close(() => resolve()))
  await store.close()
})
