// Quality of service in a running provider: measures its swarms, decides, and steers its seeders and its web origin. What
// is decided is told when it changes, and kept for whoever asks why.

import { FloodgateError } from '@floodgate/protocol'
import { parseRate, sayRate, startSeeding, type Decision, type Seeding } from '@floodgate/qos'
import type { QualityJson } from '@floodgate/tracker'
import type { Output } from '../output.ts'
import type { Home } from '../provider/home.ts'
import type { SeederOptions } from '../provider/own-seeder.ts'
import type { Service } from '../provider/service.ts'
import { count, short } from '../units.ts'
import { budgetOf, policyOf } from './promise.ts'
import { Reports } from './reports.ts'
import { sayQos, type QosSection } from './section.ts'
import type { SentBytes } from './sent-bytes.ts'
import { inForce, toldPool } from './steer.ts'
import { openSwarms } from './swarms.ts'

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
interface Decided {
  time: number
  decision: Decision
}

export class Quality {
  readonly section: QosSection
  readonly announceSeconds: number
  readonly #reports = new Reports()
  readonly #decided = new Map<string, Decided>()
  #sent: SentBytes | undefined
  #seeding: Seeding | undefined

  constructor(section: QosSection) {
    this.section = section
    this.announceSeconds = section.announceSeconds ?? ANNOUNCE_SECONDS
  }

  /** For the tracker: what it tells of announces. */
  get onAnnounce(): Reports['note'] {
    return this.#reports.note
  }

  /** Begins to decide. Throws `bad-option`. */
  async start({ uploadLimit, out, onError, ...rest }: QualityOptions): Promise<void> {
    const { everySeconds = EVERY_SECONDS, seedersMax, processes, web } = this.section
    const webUplink = web && parseRate(web.uplink, 'web.uplink')
    const hasOrigin = rest.service.tracker.origin !== undefined
    if (webUplink !== undefined && !hasOrigin) {
      throw new FloodgateError('bad-option', 'qos: web needs --origin')
    }
    const { source, pool, sent } = await openSwarms({
      ...{
        ...rest,
        out,
        seedersMax,
        processes,
        webUplink,
        reports: this.#reports,
        rateMax: uploadLimit
      }
    })
    // Without a word about the web its origin stays as it is.
    const steered = webUplink === undefined ? 'open' : { uplink: webUplink }
    const origin = hasOrigin ? steered : 'none'
    this.#sent = sent
    const everyMs = everySeconds * 1000
    this.#seeding = startSeeding({
      ...{ source, everyMs, onError },
      policy: policyOf(this.section, { everyMs, reportMs: this.announceSeconds * 1000 }),
      budget: budgetOf(this.section),
      pool: toldPool(pool, (content, decision) =>
        this.#note(content, inForce(decision, origin), out)
      )
    })
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
