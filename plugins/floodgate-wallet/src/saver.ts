// Group commit: one write in flight, and whatever changes meanwhile goes into the next one, so that a
// hundred payments at once cost one write. What somebody waits for is written at once; what nobody waits for
// within a while, so that a trade in full swing is not a write for each piece.

import { FloodgateError } from '@floodgate/protocol'

/** A change that nobody waits for is written this long after it, at the latest. */
const LAZY_MS = 50

interface Waiter {
  version: number
  resolve(): void
  reject(error: unknown): void
}

export class Saver {
  readonly #save: () => Promise<void>
  readonly #onError: (error: unknown) => void
  #version = 0
  #durable = 0
  #writing = false
  #failing = false
  #closed = false
  #waiters: Waiter[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `save` writes what is true when it is called; `onError` hears of the first failure in a row. */
  constructor(save: () => Promise<void>, onError: (error: unknown) => void) {
    this.#save = save
    this.#onError = onError
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Was there any change? */
  get touched(): boolean {
    return this.#version > 0
  }

  /** No change is taken from now on, but for those that closing itself makes. */
  close(): void {
    this.#closed = true
  }

  /** Throws once the wallet was closed: what would be changed now could not be kept. */
  expectOpen(): void {
    if (this.#closed) throw new FloodgateError('no-wallet', 'closed')
  }

  /** Notes a change and returns its version. */
  changed(): number {
    this.#version++
    if (!this.#writing) this.#timer ??= setTimeout(() => this.#start(), LAZY_MS)
    return this.#version
  }

  isDurable(version: number): boolean {
    return version <= this.#durable
  }

  /** Resolves when every change up to `version` is durable; rejects when the write fails. */
  saved(version = this.#version): Promise<void> {
    if (this.isDurable(version)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiters.push({ version, resolve, reject })
      this.#start()
    })
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writing) return
    this.#writing = true
    queueMicrotask(() => void this.#write())
  }

  async #write(): Promise<void> {
    const version = this.#version
    try {
      await this.#save()
      this.#durable = version
      this.#failing = false
      for (const waiter of this.#take(version)) waiter.resolve()
    } catch (error) {
      for (const waiter of this.#take(version)) waiter.reject(error)
      if (!this.#failing) this.#onError(error)
      this.#failing = true
    }
    this.#writing = false
    if (this.#waiters.length > 0) this.#start()
    else if (this.#version > version) this.#timer ??= setTimeout(() => this.#start(), LAZY_MS)
  }

  #take(version: number): Waiter[] {
    const taken = this.#waiters.filter((waiter) => waiter.version <= version)
    this.#waiters = this.#waiters.filter((waiter) => waiter.version > version)
    return taken
  }
}
