// Measures what the provider promised of a content, purse by purse, and tells him once: when all that a purse was bought for
// is here and paid, or when we leave and it was missed. What is left without a miss goes on with the next start.

import {
  FloodgateError,
  codeOf,
  eachOf,
  emptyBitmap,
  hasBit,
  setBit,
  shortfallOf,
  toHex,
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
  purse: Purse
  watch: Stopwatch
  /** Pieces of this purse that are not here. */
  left: number
}

export class Measuring {
  readonly #needs: MeasuringNeeds
  readonly #promise: ServicePromise | undefined
  /** Purses under way, by id. */
  readonly #courses = new Map<string, Course>()
  /** All that is to come is here; payments are waited for. */
  readonly #finished = new Set<Purse>()
  readonly #here: Uint8Array
  #sending: Promise<void> = Promise.resolve()

  /** Without a promise it does nothing. */
  constructor(promise: ServicePromise | undefined, needs: MeasuringNeeds) {
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
    const { wallet, clock } = this.#needs
    if (this.#promise === undefined || this.#courses.has(toHex(purse.id))) return
    const known = wallet.purses.measurements.of(purse)
    if (known?.frame !== undefined) {
      // A credit that is owed comes by itself.
      if (known.outcome === '') this.#send(purse)
      return
    }
    if (!purse.isInForce(wallet.now())) return
    const left = [...eachOf(purse.pieces)].filter((index) => !hasBit(this.#here, index)).length
    if (left === 0) return
    const watch = new Stopwatch(known)
    watch.wants(this.#isWanted(purse), clock.now())
    this.#courses.set(toHex(purse.id), { purse, watch, left })
  }

  /** A piece is here, verified. Cheap: it is called for each one. */
  arrived(index: number): void {
    const { content, clock, wallet } = this.#needs
    if (hasBit(this.#here, index)) return
    setBit(this.#here, index)
    for (const course of this.#courses.values()) {
      const now = clock.now()
      course.watch.arrived(content.pieceLength(index), now)
      // After a crash our own announces must not say more than our figures.
      wallet.purses.measurements.note(course.purse, course.watch.read(now))
      if (!course.purse.covers(index)) continue
      course.left--
      if (course.left === 0) this.#finish(course)
    }
  }

  /** Other pieces are selected than before, or all that are selected are here. */
  look(): void {
    for (const { purse, watch } of this.#courses.values()) {
      watch.wants(this.#isWanted(purse), this.#needs.clock.now())
    }
  }

  #isWanted(purse: Purse): boolean {
    const missing = this.#needs.missing()
    for (const index of eachOf(purse.pieces)) if (hasBit(missing, index)) return true
    return false
  }

  #finish(course: Course): void {
    this.#stop(course)
    this.#finished.add(course.purse)
    this.paid()
  }

  #stop({ purse, watch }: Course): Measured {
    const now = this.#needs.clock.now()
    watch.wants(false, now)
    const measured = watch.read(now)
    this.#needs.wallet.purses.measurements.note(purse, measured)
    this.#courses.delete(toHex(purse.id))
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
        const isOurs = error instanceof FloodgateError
        failed(isOurs ? error : new FloodgateError(codeOf(error), String(error)))
      }
    })
  }

  /** We leave: what was missed is told, and what was not is noted. Resolves when the provider has answered. */
  async close(): Promise<void> {
    for (const course of [...this.#courses.values()]) {
      const measured = this.#stop(course)
      if (shortfallOf(this.#promise!, measured) !== '') this.#finished.add(course.purse)
    }
    for (const purse of this.#finished) this.#send(purse)
    this.#finished.clear()
    await this.#sending
  }
}
