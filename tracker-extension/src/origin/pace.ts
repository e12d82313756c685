// A rate in bytes per second that many streams share, first come first served, chunk by chunk. It can be changed at any
// moment, and those who wait follow the new one at once.

/** As much of a second's bytes may go at once after a rest. */
const BURST_SECONDS = 0.25

interface Waiting {
  bytes: number
  go: () => void
}

export class Pace {
  readonly #now: () => number
  readonly #waiting = new Set<Waiting>()
  #bytesPerSecond: number
  /** What may go now. A chunk may overdraw it, so that the slowest rate still moves. */
  #bytes: number
  #filledAt: number
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `Infinity` for no limit; `now` in milliseconds, never falling. */
  constructor(bytesPerSecond = Infinity, now: () => number = () => performance.now()) {
    this.#now = now
    this.#bytesPerSecond = bytesPerSecond
    this.#bytes = this.#burst
    this.#filledAt = now()
  }

  get #burst(): number {
    return Math.max(1, this.#bytesPerSecond * BURST_SECONDS)
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond
  }

  set bytesPerSecond(rate: number) {
    this.#fill()
    this.#bytesPerSecond = rate
    this.#bytes = rate === Infinity ? rate : Math.min(this.#bytes, this.#burst)
    this.#flow()
  }

  /** Resolves when `bytes` may go. Rejects with the signal's reason once it is aborted. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#bytesPerSecond === Infinity && !signal.aborted) return Promise.resolve()
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const waiting: Waiting = {
        bytes,
        go: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
      }
      const leave = (): void => {
        this.#waiting.delete(waiting)
        if (this.#waiting.size === 0) clearTimeout(this.#timer)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.add(waiting)
      if (this.#waiting.size === 1) this.#flow()
    })
  }

  #fill(): void {
    const now = this.#now()
    const seconds = (now - this.#filledAt) / 1000
    const gained = seconds > 0 ? seconds * this.#bytesPerSecond : 0
    this.#bytes = Math.min(this.#burst, this.#bytes + gained)
    this.#filledAt = now
  }

  #flow(): void {
    clearTimeout(this.#timer)
    this.#fill()
    for (const waiting of this.#waiting) {
      if (this.#bytes < 1) {
        const ms = Math.ceil(((1 - this.#bytes) / this.#bytesPerSecond) * 1000)
        this.#timer = setTimeout(() => this.#flow(), ms)
        return
      }
      this.#bytes -= waiting.bytes
      this.#waiting.delete(waiting)
      waiting.go()
    }
  }
}
