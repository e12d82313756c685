// The provider that is flooded, on all three transports, in a process of its own; it says what it counted and what it
// holds in memory. Needs Node's --expose-gc.

import type { AddressInfo } from 'node:net'
import {
  createProviderKeys,
  floodgateTracker,
  memoryLedger,
  UNLIMITED_RATES
} from '@floodgate/tracker'
import type { FloodgateTracker, LedgerStore, TrackerCounters } from '@floodgate/tracker'
import Server from 'bittorrent-tracker/server'
import { CURRENCY } from '../harness/content.ts'
import { serve } from '../harness/serve.ts'
import { openAccounts, publishBare, type AccountWish } from './ledger-stock.ts'

const ADDRESS = '127.0.0.1'

export interface Flooded {
  rootKey: Uint8Array
  httpPort: number
  udpPort: number
}

let server: Server | undefined
let tracker: FloodgateTracker | undefined
const store: LedgerStore = memoryLedger({ currency: CURRENCY })

const jobs = {
  /** Starts it: as anybody would, or without its limits, to see what they are good for. */
  async start({ limited }: { limited: boolean }): Promise<Flooded> {
    const keys = await createProviderKeys()
    server = new Server({ stats: false })
    tracker = floodgateTracker(server, {
      ...{ ledger: store, keys, currency: CURRENCY },
      ...(!limited && { rates: UNLIMITED_RATES, guard: { messagesPerSecond: Infinity } })
    })
    const hosts = { http: ADDRESS, udp: ADDRESS, udp6: '::1' }
    await new Promise<void>((resolve) => server!.listen(0, hosts, resolve))
    const httpPort = (server.http!.address() as AddressInfo).port
    return { rootKey: keys.rootKey, httpPort, udpPort: server.udp!.address().port }
  },

  openAccounts: (accounts: AccountWish[]): Promise<void> => openAccounts(store, accounts),

  publishBare: ({ infoHash, pieces }: { infoHash: Uint8Array; pieces: number }): Promise<void> =>
    publishBare(store, infoHash, pieces),

  async counters(): Promise<TrackerCounters> {
    return { ...tracker!.counters.tracker }
  },

  /** Bytes in use after a garbage collection. */
  async memory(): Promise<{ heap: number; rss: number }> {
    globalThis.gc!()
    const { heapUsed, rss } = process.memoryUsage()
    return { heap: heapUsed, rss }
  }
}
export type FloodProviderJobs = typeof jobs

serve(jobs, async () => {
  await tracker?.close()
  if (server) await new Promise<void>((resolve) => server!.close(() => resolve()))
  await store.close()
})
