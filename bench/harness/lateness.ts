// How much a process waits for a processor: what is measured in real time is not worth much where that is long.

const TICK_MS = 50

export class Lateness {
  #timer: ReturnType<typeof setInterval> | undefined
  #beganAt = 0
  #lostMs = 0

  begin(): void {
    clearInterval(this.#timer)
    this.#beganAt = performance.now()
    this.#lostMs = 0
    let last = this.#beganAt
    this.#timer = setInterval(() => {
      const now = performance.now()
      this.#lostMs += Math.max(0, now - last - TICK_MS)
      last = now
    }, TICK_MS)
  }

  /** The share of the time since `begin` by which a timer was late. */
  end(): number {
    clearInterval(this.#timer)
    return this.#lostMs / (performance.now() - this.#beganAt)
  }
}
