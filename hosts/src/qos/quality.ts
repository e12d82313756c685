// Quality of service in a running provider: measures its swarms, decides, and steers its seeders and its web origin. What
// is decided is told when it changes, and kept for whoever asks why.

import {
  parseRate,
  sayRate,
  startSeeding,
  type Decision,
  type SeederPool,
  type Seeding
} from '@floodgate/qos'
import type { QualityJson } from '@floodgate/tracker'
import type { Output } from '../output.ts'
import type { Home } from '../provider/home.ts'
import type { SeederOptions } from '../provider/own-seeder.ts'
import type { Service } from '../provider/service.ts'
import { look, shelvedAt, torrentOf, type Shelved } from '../provider/shelf.ts'
import { describeTorrent } from '../provider/torrent.ts'
import { count, short } from '../units.ts'
import { budgetOf, policyOf } from './promise.ts'
import { Reports } from './reports.ts'
import { sayQos, type QosSection } from './section.ts'
import { seederPool } from './seeder-pool.ts'
import { SentBytes } from './sent-bytes.ts'
import { swarmSource } from './source.ts'
import { toldPool, withOrigin } from './steer.ts'

interface QualityOptions extends Pick<SeederOptions, 'out' | 'signal' | 'limit'> {
  home: Home
  service: Service
  /** Bytes per second of all our seeders together. */
  uploadLimit?: number | undefined
  /** Told of what fails; what was decided last goes on. */
  onError: (error: unknown) => void
}

const EVERY_SECONDS = 5
/** Policies want a report every 15 s; more cost announces, and show little more. */
const ANNOUNCE_SECONDS = 15
/** 1 Gbit/s. */
const RATE_MAX = 125e6

interface Decided {
  time: number
  decision: Decision
}

export class Quality {
  readonly section: QosSection
  readonly announceSeconds: number
  readonly #reports: Reports
  readonly #decided = new Map<string, Decided>()
  #sent: SentBytes | undefined
  #seeding: Seeding | undefined

  constructor(section: QosSection) {
    this.section = section
    this.announceSeconds = section.announceSeconds ?? ANNOUNCE_SECONDS
    this.#reports = new Reports(this.announceSeconds)
  }

  /** For the tracker: what it tells of announces. */
  get onAnnounce(): Reports['note'] {
    return this.#reports.note
  }

  /** Begins to decide. Throws `bad-option`. */
  async start(options: QualityOptions): Promise<void> {
    const { home, service, out, onError } = options
    const sent = await SentBytes.open(home.sentBytes)
    this.#sent = sent
    const everyMs = (this.section.everySeconds ?? EVERY_SECONDS) * 1000
    const { origin } = service.tracker
    this.#seeding = startSeeding({
      policy: policyOf(this.section, everyMs),
      budget: budgetOf(this.section),
      source: swarmSource({ contents: offeredBy(home), reports: this.#reports, sent, origin }),
      pool: toldPool(await this.#pool(options, sent), (content, decision) =>
        this.#note(content, decision, out)
      ),
      ...{ everyMs, onError }
    })
  }

  async #pool(options: QualityOptions, sent: SentBytes): Promise<SeederPool> {
    const { home, service, out, signal, limit, uploadLimit } = options
    const { seedHere } = await import('./seed-here.ts')
    const pool = seederPool({
      ...{ home, find: (infoHash: string) => shelvedAt(home.contents, infoHash) },
      launch: seedHere({
        ...{ settings: service.settings, ownSeeders: service.ownSeeders, out, signal, limit },
        onSent: (infoHash, bytes) => sent.add(infoHash, 'peers', bytes, Date.now())
      }),
      rateMax: uploadLimit ?? RATE_MAX,
      seedersMax: this.section.seedersMax
    })
    const { origin } = service.tracker
    const { web } = this.section
    // Without a word about the web its origin stays as it is.
    if (origin === undefined || web === undefined) return pool
    return withOrigin(pool, origin, parseRate(web.uplink, 'web.uplink'))
  }

  #note(content: string, decision: Decision, out: Output): void {
    const before = this.#decided.get(content)?.decision
    this.#decided.set(content, { time: Date.now(), decision })
    const { rate, seeders, webSeed, reason } = decision
    const isSame = before?.rate === rate && before.seeders === seeders && before.webSeed === webSeed
    // A content that nobody ever wanted is no news.
    if (isSame || (before === undefined && rate === 0)) return
    const fields = { infoHash: content, rate, seeders, webSeed, reason }
    const text = `qos       ${short(content)}  ${sayRate(rate)} by ${count(seeders, 'seeder')}, HTTP ${webSeed}. ${reason}`
    out.tell('qos', fields, text)
  }

  /** For the operator. */
  readonly told = (): QualityJson => {
    const contents = [...this.#decided].map(([infoHash, { time, decision }]) => {
      const { all = 0, today = 0 } = this.#sent?.of(infoHash, Date.now()) ?? {}
      const { rate, ...rest } = decision
      return { infoHash, time, ...rest, rate: Math.round(rate), sent: all, sentToday: today }
    })
    return { policy: sayQos(this.section), contents }
  }

  /** Retires all seeders. */
  async stop(): Promise<void> {
    await this.#seeding?.stop()
    await this.#sent?.save()
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
