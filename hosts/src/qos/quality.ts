// Quality of service in a running provider: measures its swarms, decides, and steers its seeders and its web origin. What
// is decided is told when it changes, and kept with what was seen for whoever asks why.

import { FloodgateError } from '@floodgate/protocol'
import { parseRate, startSeeding, type Decision, type Seeding } from '@floodgate/qos'
import type { QualityJson, SeederOrderJson, SeederReportJson } from '@floodgate/tracker'
import type { Output } from '../output.ts'
import type { Home } from '../provider/home.ts'
import type { OriginMode } from '../provider/origin.ts'
import type { SeederOptions } from '../provider/own-seeder.ts'
import type { Service } from '../provider/service.ts'
import { short } from '../units.ts'
import type { ReportSeeder } from './far-seeders.ts'
import { budgetOf, policyOf } from './promise.ts'
import { Reports } from './reports.ts'
import { rowOf, sayDecision, type Seen } from './row.ts'
import { sayQos, type QosSection } from './section.ts'
import type { SentBytes } from './sent-bytes.ts'
import type { Spare } from './spare.ts'
import { inForce, toldPool } from './steer.ts'
import { openSwarms } from './swarms.ts'

interface QualityOptions extends Pick<SeederOptions, 'out' | 'signal' | 'limit'> {
  home: Home
  service: Service
  /** Bytes per second of all our seeders together. */
  uploadLimit?: number | undefined
  /** Remembers when our seeders had rate to spare. */
  spare: Spare
  /** Told of what fails; what was decided last goes on. */
  onError: (error: unknown) => void
  /** Decisions are seen elsewhere: they are no lines for people. */
  isShown?: boolean
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
  readonly #target: number | undefined
  readonly #reports = new Reports()
  readonly #decided = new Map<string, Decided>()
  readonly #seen = new Map<string, Seen>()
  #report: ReportSeeder | undefined
  #sent: SentBytes | undefined
  #seeding: Seeding | undefined

  /** Throws `bad-option` where the promise does not fit the origin that it is to steer. */
  constructor(section: QosSection, origin: OriginMode = 'off') {
    if (section.web !== undefined && origin === 'off') {
      throw new FloodgateError('bad-option', 'qos: web needs --origin')
    }
    this.section = section
    this.announceSeconds = section.announceSeconds ?? ANNOUNCE_SECONDS
    this.#target = section.target === undefined ? undefined : parseRate(section.target, 'target')
  }

  /** For the tracker: what it tells of announces. */
  get onAnnounce(): Reports['note'] {
    return this.#reports.note
  }

  /** For the tracker: what seeders of a pool elsewhere say. */
  readonly onSeeder = (report: SeederReportJson): SeederOrderJson | undefined =>
    this.#report?.(report)

  /** Begins to decide. */
  async start({
    uploadLimit,
    out,
    onError,
    isShown = false,
    ...rest
  }: QualityOptions): Promise<void> {
    const { section } = this
    const { everySeconds = EVERY_SECONDS, web } = section
    const everyMs = everySeconds * 1000
    const webUplink = web && parseRate(web.uplink, 'web.uplink')
    const { source, pool, sent, onSeeder } = await openSwarms({
      ...{ ...rest, out, section, webUplink, everyMs, reports: this.#reports },
      rateMax: uploadLimit,
      onSeen: (seen) => this.#seen.set(seen.sample.content, seen)
    })
    // Without a word about the web its origin stays as it is.
    const steered = webUplink === undefined ? 'open' : { uplink: webUplink }
    const origin = rest.service.tracker.origin === undefined ? 'none' : steered
    this.#sent = sent
    this.#report = onSeeder
    this.#seeding = startSeeding({
      ...{ source, everyMs, onError },
      policy: policyOf(section, { everyMs, reportMs: this.announceSeconds * 1000 }),
      budget: budgetOf(section),
      pool: toldPool(pool, (content, decision) =>
        this.#note(content, inForce(decision, origin), out, isShown)
      )
    })
  }

  #note(content: string, decision: Decision, out: Output, isShown: boolean): void {
    const before = this.#decided.get(content)?.decision
    this.#decided.set(content, { time: Date.now(), decision })
    const { rate, seeders, webSeed, reason } = decision
    const isSame = before?.rate === rate && before.seeders === seeders && before.webSeed === webSeed
    // A content that nobody ever wanted is no news.
    if (isSame || (before === undefined && rate === 0)) return
    const fields = { infoHash: content, rate, seeders, webSeed, reason }
    const text = `qos       ${short(content)}  ${sayDecision(decision)}`
    out.tell('qos', fields, isShown ? undefined : text)
  }

  /** For the operator. */
  readonly told = (): QualityJson => {
    const contents = [...this.#decided].flatMap(([infoHash, decided]) => {
      const seen = this.#seen.get(infoHash)
      if (seen === undefined) return []
      // Since then more may have been sent.
      const provider = this.#sent?.of(infoHash, Date.now()) ?? seen.sample.provider
      const sample = { ...seen.sample, provider }
      return [rowOf({ ...seen, sample }, decided, this.#target)]
    })
    return { policy: sayQos(this.section), contents }
  }

  /** Retires all seeders. */
  async stop(): Promise<void> {
    await this.#seeding?.stop()
    await this.#sent?.save()
  }
}
