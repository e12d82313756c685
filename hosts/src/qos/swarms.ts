// The two interfaces of @floodgate/qos over a running provider: its swarms as a source of samples, its seeders (and, where it
// is to be steered, its web origin) as a pool.

import type { SampleSource, SeederPool } from '@floodgate/qos'
import type { Home } from '../provider/home.ts'
import type { SeederOptions } from '../provider/own-seeder.ts'
import type { Service } from '../provider/service.ts'
import { look, shelvedAt, torrentOf, type Shelved } from '../provider/shelf.ts'
import { describeTorrent } from '../provider/torrent.ts'
import type { Reports } from './reports.ts'
import { seedInChild } from './seed-in-child.ts'
import { seederPool } from './seeder-pool.ts'
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
  /** Of one content. */
  seedersMax?: number | undefined
  /** Are seeders processes of their own? */
  processes?: boolean | undefined
  /** What the web origin has, bytes per second, if decisions are to steer it. */
  webUplink?: number | undefined
}

interface Swarms {
  source: SampleSource
  pool: SeederPool
  sent: SentBytes
}

/** 1 Gbit/s. */
const RATE_MAX = 125e6

/** Throws `bad-option` when the file of bytes sent is damaged. */
export async function openSwarms(options: SwarmsOptions): Promise<Swarms> {
  const { home, service, reports, spare, out, signal, limit } = options
  const { rateMax = RATE_MAX, seedersMax, webUplink, processes = false } = options
  const sent = await SentBytes.open(home.sentBytes)
  const { origin } = service.tracker
  // WebTorrent takes half a second to load.
  const { seedHere } = await import('./seed-here.ts')
  const { settings, ownSeeders } = service
  const onSent = (infoHash: string, bytes: number): void => {
    sent.add(infoHash, 'peers', bytes, Date.now())
    spare?.sent(infoHash, bytes)
  }
  const seeders = seederPool({
    ...{ home, rateMax, seedersMax },
    find: (infoHash) => shelvedAt(home.contents, infoHash),
    launch: processes
      ? seedInChild({ settings, ownSeeders, limit, onSent })
      : seedHere({ settings, ownSeeders, out, signal, limit, onSent })
  })
  const pool = toldPool(seeders, (content, { rate }) => spare?.limit(content, rate))
  const steered = origin !== undefined && webUplink !== undefined
  return {
    source: swarmSource({ contents: offeredBy(home), reports, sent, origin }),
    pool: steered ? withOrigin(pool, origin, webUplink) : pool,
    sent
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
