// Measures what the provider promised of a content, purse by purse, and tells him once: when all that a purse was bought for
// is here and paid, or when we leave and it was missed. What is left without a miss goes on with the next start.

import {
  eachOf,
  emptyBitmap,
  errorOf,
  hasBit,
  setBit,
  shortfallOf,
  type FloodgateError,
  type Measured,
  type ServicePromise
} from '@floodgate/protocol'
import { sendMeasurement, type MeasureAnswer, type Purse, type Wallet } from '@floodgate/wallet'
import { Stopwatch } from './stopwatch.ts'
import type { Clock, Content } from './trade/terms.ts'

export interface MeasuringNeeds {
  wallet: Wallet
  content: Content
  clock: Clock
  /** Bitmap of the pieces that are selected and not here. */
  missing(): Uint8Array
  told(answer: MeasureAnswer): void
  failed(error: FloodgateError): void
}

interface Course {
  watch: Stopwatch
  /** Pieces of this purse that are not here. */
  left: number
}

export class Measuring {
  readonly #needs: MeasuringNeeds
  readonly #promise: ServicePromise
  /** Purses under way. */
  readonly #courses = new Map<Purse, Course>()
  /** All that is to come is here; payments are waited for. */
  readonly #finished = new Set<Purse>()
  /** Counted: WebTorrent says again that a piece is here when its files are scanned again. */
  readonly #here: Uint8Array
  #sending: Promise<void> = Promise.resolve()

  constructor(promise: ServicePromise, needs: MeasuringNeeds) {
    this.#needs = needs
    this.#promise = promise
    const { content, wallet } = needs
    this.#here = emptyBitmap(content.pieceCount)
    for (let index = 0; index < content.pieceCount; index++) {
      if (content.has(index)) setBit(this.#here, index)
    }
    for (const purse of wallet.purses.of(content.infoHash)) this.bought(purse)
  }

  /** This purse is in hand: bought now, or before. */
  bought(purse: Purse): void {
    const { wallet, clock, missing } = this.#needs
    if (this.#courses.has(purse)) return
    const { measurements } = wallet.purses
    const known = measurements.of(purse)
    if (known?.frame !== undefined) {
      // A credit that is owed comes by itself.
      if (known.outcome === '') this.#send(purse)
      return
    }
    if (!purse.isInForce(wallet.now())) return
    const left = [...eachOf(purse.pieces)].filter((index) => !hasBit(this.#here, index)).length
    if (left === 0) return
    const watch = new Stopwatch(known)
    watch.wants(isWanted(purse, missing()), clock.now())
    this.#courses.set(purse, { watch, left })
    // After a crash our own announces must not say more than our figures: both are saved together.
    measurements.begin(purse, () => watch.read(clock.now()))
  }

  /** A piece is here, verified. Cheap: it is called for each one. */
  arrived(index: number): void {
    if (hasBit(this.#here, index)) return
    setBit(this.#here, index)
    if (this.#courses.size === 0) return
    const bytes = this.#needs.content.pieceLength(index)
    const now = this.#needs.clock.now()
    for (const [purse, course] of this.#courses) {
      course.watch.arrived(bytes, now)
      if (purse.covers(index) && --course.left === 0) this.#finish(purse, course)
    }
  }

  /** Other pieces are selected than before, or all that are selected are here. */
  look(): void {
    if (this.#courses.size === 0) return
    const missing = this.#needs.missing()
    const now = this.#needs.clock.now()
    for (const [purse, { watch }] of this.#courses) watch.wants(isWanted(purse, missing), now)
  }

  #finish(purse: Purse, course: Course): void {
    this.#stop(purse, course)
    this.#finished.add(purse)
    this.paid()
  }

  #stop(purse: Purse, { watch }: Course): Measured {
    const now = this.#needs.clock.now()
    watch.wants(false, now)
    const measured = watch.read(now)
    this.#needs.wallet.purses.measurements.note(purse, measured)
    this.#courses.delete(purse)
    return measured
  }

  /** Sellers may have all that is theirs: then what was measured can be told. */
  paid(): void {
    const { wallet, content } = this.#needs
    if (this.#finished.size === 0 || wallet.purses.owes(content.infoHash, content.has)) return
    for (const purse of this.#finished) this.#send(purse)
    this.#finished.clear()
  }

  #send(purse: Purse): void {
    const { wallet, told, failed } = this.#needs
    this.#sending = this.#sending.then(async () => {
      try {
        told(await sendMeasurement(wallet, purse))
      } catch (error) {
        failed(errorOf(error))
      }
    })
  }

  /** We leave: what was missed is told, and what was not is noted. Resolves when the provider has answered. */
  async close(): Promise<void> {
    for (const [purse, course] of this.#courses) {
      const measured = this.#stop(purse, course)
      if (shortfallOf(this.#promise, measured) !== '') this.#finished.add(purse)
    }
    for (const purse of this.#finished) this.#send(purse)
    this.#finished.clear()
    await this.#sending
  }
}

function isWanted(purse: Purse, missing: Uint8Array): boolean {
  for (const index of eachOf(purse.pieces)) if (hasBit(missing, index)) return true
  return false
}
