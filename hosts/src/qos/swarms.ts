// The two interfaces of @floodgate/qos over a running provider: its swarms as a source of samples, its seeders (and, where it
// is to be steered, its web origin) as a pool.

import { EVERY_MS, seederRoster, type SampleSource, type SeederPool } from '@floodgate/qos'
import type { Home } from '../provider/home.ts'
import type { SeederOptions } from '../provider/own-seeder.ts'
import type { Service } from '../provider/service.ts'
import { look, torrentOf, type Shelved } from '../provider/shelf.ts'
import { describeTorrent } from '../provider/torrent.ts'
import { farSeeders, type ReportSeeder } from './far-seeders.ts'
import { openPool, type PoolOptions } from './open-pool.ts'
import type { Reports } from './reports.ts'
import type { Seen } from './row.ts'
import { SentBytes } from './sent-bytes.ts'
import { swarmSource } from './source.ts'
import type { Spare } from './spare.ts'
import { toldPool, withOrigin } from './steer.ts'

interface SwarmsOptions extends Pick<SeederOptions, 'out' | 'signal' | 'limit'> {
  home: Home
  service: Service
  /** What announces told; the tracker has its `note`. */
  reports: Reports
  /** Learns when our seeders had rate to spare. */
  spare?: Spare
  /** Bytes per second of all our seeders together; 1 Gbit/s unless said otherwise. */
  rateMax?: number | undefined
  /** Who seeds; clients in this process unless said otherwise. */
  section?: PoolOptions['section']
  /** What the web origin has, bytes per second, if decisions are to steer it. */
  webUplink?: number | undefined
  /** From one decision to the next. */
  everyMs?: number
  /** Told of every swarm that was looked at. */
  onSeen?: (seen: Seen) => void
}

interface Swarms {
  source: SampleSource
  pool: SeederPool
  sent: SentBytes
  /** For seeders elsewhere; there are none without a pool that starts them. */
  onSeeder: ReportSeeder | undefined
}

/** 1 Gbit/s. */
const RATE_MAX = 125e6

/** Throws `bad-option` when the file of bytes sent is damaged, or the pool cannot be had. */
export async function openSwarms(options: SwarmsOptions): Promise<Swarms> {
  const { home, service, reports, spare, out, signal, limit, onSeen } = options
  const { rateMax = RATE_MAX, webUplink, section = {}, everyMs = EVERY_MS } = options
  const sent = await SentBytes.open(home.sentBytes)
  const { origin } = service.tracker
  const roster = seederRoster()
  const seeders = await openPool({
    ...{ section, home, service, rateMax, out, signal, limit, roster },
    onSent(infoHash, bytes) {
      sent.add(infoHash, 'peers', bytes, Date.now())
      spare?.sent(infoHash, bytes)
    }
  })
  const pool = toldPool(seeders, (content, { rate }) => spare?.limit(content, rate))
  const steered = origin !== undefined && webUplink !== undefined
  const { ownSeeders } = service
  return {
    source: swarmSource({ contents: offeredBy(home), reports, sent, origin, onSeen }),
    pool: steered ? withOrigin(pool, origin, webUplink) : pool,
    sent,
    onSeeder: section.pool && farSeeders({ roster, sent, ownSeeders, everyMs })
  }
}

/** What lies on the shelf, as far as it can be read: of the rest the shop complains. */
function offeredBy(home: Home): () => Promise<{ infoHash: string; length: number }[]> {
  const lengths = new Map<string, number | undefined>()
  return async () => {
    const shelved = await look(home.contents)
    for (const one of shelved) {
      if (lengths.get(one.infoHash) === undefined) lengths.set(one.infoHash, await lengthOf(one))
    }
    return shelved.flatMap(({ infoHash }) => {
      const length = lengths.get(infoHash)
      return length === undefined ? [] : [{ infoHash, length }]
    })
  }
}

async function lengthOf(shelved: Shelved): Promise<number | undefined> {
  try {
    return (await describeTorrent(await torrentOf(shelved))).length
  } catch {
    return undefined
  }
}
