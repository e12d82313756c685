// Remembers when our own seeders had rate to spare: they ran, had a limit, and sent clearly less. Who was slow then was slow by
// his own line. A seeder that sent nothing of a content in the time that is asked about may have been out of reach, and one
// without a limit does not know what it could have sent: these speak for nobody.

interface Span {
  from: number
  until: number
  isSpare: boolean
  hasSent: boolean
}

/** Contents that share one rate: of a seeder with all of them, or of a content's own seeders. */
interface SeedingLine {
  /** Bytes per second; undefined for no limit, 0 while nothing is sent. */
  limit: () => number | undefined
  contents: () => readonly string[]
}

const EVERY_MS = 1000
/** A second is short for pieces of some size, and what is on the wire is counted once it went out. */
const FULL_SHARE = 0.75
/** Of one content: with one change a second three hours, as a rule a day and more. */
const SPANS_MAX = 10_000

export class Spare {
  readonly #now: () => number
  readonly #lines: SeedingLine[] = []
  /** Of contents that have seeders of their own. */
  readonly #limits = new Map<string, number>()
  readonly #spans = new Map<string, Span[]>()
  /** Bytes since the last look. */
  readonly #sent = new Map<string, number>()
  #lookedAt: number

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#lookedAt = now()
  }

  add(line: SeedingLine): void {
    this.#lines.push(line)
  }

  /** A content's own seeders send at most so much, all together. */
  limit(infoHash: string, rate: number): void {
    if (!this.#limits.has(infoHash)) {
      this.add({ limit: () => this.#limits.get(infoHash), contents: () => [infoHash] })
    }
    this.look()
    this.#limits.set(infoHash, rate)
  }

  readonly sent = (infoHash: string, bytes: number): void => {
    // Whoever was silent until now had rate to spare until now.
    if (this.#now() - this.#lookedAt >= EVERY_MS) this.look()
    this.#sent.set(infoHash, (this.#sent.get(infoHash) ?? 0) + bytes)
  }

  /** Closes the span since the last look. */
  look(): void {
    const [from, until] = [this.#lookedAt, this.#now()]
    if (until <= from) return
    this.#lookedAt = until
    for (const line of this.#lines) {
      const contents = line.contents()
      const bytes = contents.reduce((sum, one) => sum + (this.#sent.get(one) ?? 0), 0)
      const full = ((line.limit() ?? 0) * FULL_SHARE * (until - from)) / 1000
      for (const infoHash of contents) {
        const hasSent = (this.#sent.get(infoHash) ?? 0) > 0
        this.#note(infoHash, { from, until, isSpare: bytes < full, hasSent })
      }
    }
    this.#sent.clear()
  }

  #note(infoHash: string, span: Span): void {
    const spans = this.#spans.get(infoHash) ?? []
    this.#spans.set(infoHash, spans)
    const last = spans.at(-1)
    const isSame =
      last?.until === span.from && last.isSpare === span.isSpare && last.hasSent === span.hasSent
    if (isSame) last.until = span.until
    else spans.push(span)
    if (spans.length > SPANS_MAX) spans.shift()
  }

  /** Milliseconds of this time with rate to spare. */
  readonly spareMs = (infoHash: string, from: number, until: number): number => {
    this.look()
    const spans = this.#spans.get(infoHash) ?? []
    const within = spans.filter((span) => span.until > from && span.from < until)
    if (!within.some(({ hasSent }) => hasSent)) return 0
    return within
      .filter(({ isSpare }) => isSpare)
      .reduce((ms, span) => ms + Math.min(span.until, until) - Math.max(span.from, from), 0)
  }
}
