// Deals with the provider's court by itself, for all torrents of one client: complains of what is not paid in time and of
// what a signature proves, pursues it, answers what others complain of us, fetches pieces that the court made us pay, and
// has the certificate renewed. Nothing on the way of a piece waits for it.

import { CLOCK_SLACK_MS, equal, errorOf, toHex } from '@floodgate/protocol'
import {
  STAGES,
  answerNotices,
  fetchSettled,
  isWaiting,
  pursue,
  renew,
  type AnnounceAnswer,
  type ContentAtHand,
  type Dispute,
  type Notice,
  type Offence,
  type Wallet
} from '@floodgate/wallet'
import type { FloodgateTarget } from './events.ts'
import { Pace } from './pace.ts'
import type { Clock, Terms } from './trade/terms.ts'

/** Debts and open cases are looked at this often, at least. */
const LOOK_MS = 30_000

/** A torrent that trades, as the court's matters concern it. */
export interface Seat extends ContentAtHand {
  /** 20 bytes. */
  infoHash: Uint8Array
  /** The court paid a debt of this buyer. */
  debtFell(uid: Uint8Array): void
  /** We accepted at the court what this seller complained of: it may ask there. */
  accepted(uid: Uint8Array): void
  /** The revocation list has grown: whoever is on it is no longer talked to. */
  dropRevoked(): void
}

export class Clerk {
  readonly #wallet: Wallet
  readonly #terms: Terms
  readonly #clock: Clock
  readonly #events: FloodgateTarget
  readonly #seats = new Map<string, Seat>()
  readonly #answering: Pace
  readonly #fetching: Pace
  readonly #renewing: Pace
  #paces = new WeakMap<Dispute, Pace>()
  #revocations = 0
  /** Complaints about us wait for our answer. */
  #noticed = true
  #stopClock: () => void = () => undefined
  #working: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(wallet: Wallet, terms: Terms, clock: Clock, events: FloodgateTarget) {
    this.#wallet = wallet
    this.#terms = terms
    this.#clock = clock
    this.#events = events
    this.#answering = new Pace(terms.retryMs)
    this.#fetching = new Pace(terms.retryMs)
    this.#renewing = new Pace(terms.retryMs)
    this.#noticed = wallet.court.notices.all().some(isWaiting)
    this.#revocations = wallet.court.revocations.version
  }

  /** A torrent trades from now on, until the function returned is called. */
  seat(seat: Seat): () => void {
    const id = toHex(seat.infoHash)
    this.#seats.set(id, seat)
    this.#paces = new WeakMap() // what waited for its pieces need not wait longer
    this.#fetching.reset()
    this.#soon()
    return () => {
      if (this.#seats.get(id) === seat) this.#seats.delete(id)
    }
  }

  /** The provider answered an announce. */
  heard({ notices }: Pick<AnnounceAnswer, 'notices'>): void {
    if (notices > 0) {
      this.#noticed = true
      this.#soon()
    }
    const { version } = this.#wallet.court.revocations
    if (version === this.#revocations) return
    this.#revocations = version
    for (const seat of this.#seats.values()) seat.dropRevoked()
  }

  /** A buyer shows himself: perhaps he has settled with the court what we complained of, and waits for us to hear it. */
  met(uid: Uint8Array): void {
    const ours = this.#wallet.court.disputes.open().filter(({ accused }) => equal(accused, uid))
    for (const dispute of ours) this.#paceOf(dispute).hurry()
    if (ours.length > 0) this.#soon()
  }

  /** Takes an offence that a signature proves to the court. */
  accuse(offence: Offence): void {
    const { disputes } = this.#wallet.court
    const { kind, index, accused } = offence
    if (disputes.find(offence) !== undefined) return
    const dispute = disputes.add(offence, this.#wallet.now())
    if (dispute === undefined) return // as many as we keep are open: this one is taken up after them
    this.#wallet.note('complaint', `${kind}, piece ${index}, ${toHex(accused)}`)
    this.#soon()
  }

  #soon(): void {
    this.#later(0)
  }

  #later(delayMs: number): void {
    if (this.#closed) return
    if (this.#working !== undefined) {
      this.#again = true
      return
    }
    this.#stopClock()
    this.#stopClock = this.#clock.after(delayMs, () => {
      this.#again = false
      // From the next turn on, so that whatever it takes up finds it working.
      this.#working = Promise.resolve()
        .then(() => this.#work())
        .finally(() => {
          this.#working = undefined
          this.#later(this.#again ? 0 : this.#lookMs())
        })
    })
  }

  /** Open cases are asked after when they are due, and all else is looked at now and then. */
  #lookMs(): number {
    const now = this.#clock.now()
    const open = this.#wallet.court.disputes.open()
    const dues = open.map((dispute) =>
      Math.max(this.#terms.retryMs, this.#paceOf(dispute).dueIn(now))
    )
    return Math.min(LOOK_MS, this.#terms.complainAfterMs || LOOK_MS, ...dues)
  }

  #paceOf(dispute: Dispute): Pace {
    const pace = this.#paces.get(dispute) ?? new Pace(this.#terms.retryMs)
    this.#paces.set(dispute, pace)
    return pace
  }

  async #work(): Promise<void> {
    await this.#fenced(undefined, async () => this.#takeUpDebts())
    for (const dispute of this.#wallet.court.disputes.open()) {
      await this.#fenced(dispute.infoHash, () => this.#pursue(dispute))
    }
    if (this.#noticed) await this.#fenced(undefined, () => this.#answer())
    await this.#fenced(undefined, () => this.#fetch())
    await this.#fenced(undefined, () => this.#renew())
  }

  async #fenced(infoHash: Uint8Array | undefined, task: () => Promise<void>): Promise<void> {
    if (this.#closed) return
    try {
      await task()
    } catch (error) {
      const shown = errorOf(error)
      const about = infoHash === undefined ? '' : toHex(infoHash)
      this.#events.emit('warning', { infoHash: about, code: shown.code, error: shown })
    }
  }

  /** F36, F57: whatever was sent and is unpaid for too long, over all connections, restarts and torrents. */
  #takeUpDebts(): void {
    const { paymentTimeoutMs, complainAfterMs } = this.#terms
    if (complainAfterMs === 0 || this.#closed) return
    const before = this.#wallet.now() - paymentTimeoutMs - complainAfterMs
    for (const sale of this.#wallet.sales.all()) {
      const { purse, infoHash, ends } = sale.purse
      // Closed by now: there is nothing left to be paid from.
      if (this.#wallet.now() > ends + CLOCK_SLACK_MS) continue
      for (const index of sale.owed) {
        const proof = sale.proofOf(index)
        if (proof === undefined || proof.since > before) continue
        const frames = [proof.request]
        const certificate = sale.buyer
        this.accuse({
          ...{ kind: 'unpaid', accused: sale.payer, certificate },
          ...{ infoHash, purse, index, frames }
        })
      }
    }
  }

  /** As far as it goes now. A case that waits for others is asked after more and more rarely. */
  async #pursue(dispute: Dispute): Promise<void> {
    const pace = this.#paceOf(dispute)
    while (STAGES[dispute.stage] && pace.isDue(this.#clock.now())) {
      pace.begin(this.#clock.now())
      const wasDue = dispute.stage === 'due'
      const moved = await pursue(this.#wallet, dispute, (id) => this.#seats.get(toHex(id)))
      if (!moved) return
      pace.reset()
      if (wasDue && dispute.complaint.length > 0) this.#tell('complained', dispute)
      this.#tell('verdict', dispute)
      if (dispute.stage !== 'settled') continue
      for (const seat of this.#seats.values()) seat.debtFell(dispute.accused)
    }
  }

  #tell(event: 'complained' | 'verdict', dispute: Dispute): void {
    const { accused, infoHash, kind, index, stage: outcome, code, credited } = dispute
    const about = { infoHash: toHex(infoHash), uid: toHex(accused), kind, index }
    if (event === 'complained') this.#events.emit(event, about)
    else this.#events.emit(event, { ...about, outcome, code, credited })
  }

  async #answer(): Promise<void> {
    if (!this.#answering.isDue(this.#clock.now())) return
    this.#answering.begin(this.#clock.now())
    const { notices } = this.#wallet.court
    const sellers = new Map<string, Uint8Array>()
    await answerNotices(this.#wallet, (notice) => {
      this.#tellNotice(notice)
      if (notice.answer === 'accepted') sellers.set(toHex(notice.accuser), notice.accuser)
    })
    for (const seat of this.#seats.values()) for (const uid of sellers.values()) seat.accepted(uid)
    this.#answering.reset()
    this.#noticed = notices.all().some(isWaiting)
  }

  #tellNotice(notice: Notice): void {
    const { accuser, infoHash, kind, index, outcome, answer, strikes, strikesMax } = notice
    const about = { infoHash: toHex(infoHash), uid: toHex(accuser), kind, index }
    this.#events.emit('notice', { ...about, outcome, answer, strikes, strikesMax })
  }

  async #fetch(): Promise<void> {
    if (!this.#fetching.isDue(this.#clock.now())) return
    this.#fetching.begin(this.#clock.now())
    await fetchSettled(this.#wallet, (id) => this.#seats.get(toHex(id)))
    this.#fetching.reset()
  }

  async #renew(): Promise<void> {
    if (!this.#renewing.isDue(this.#clock.now())) return
    this.#renewing.begin(this.#clock.now())
    if (await renew(this.#wallet)) this.#renewing.reset()
  }

  /** What is open goes on when the wallet is used again. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopClock()
    await this.#working
  }
}
