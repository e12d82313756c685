// A disk under the test's control: writes are under way until the test lets them through, lets them fail, or
// cuts the power.

import type { WalletState, WalletStorage } from '@floodgate/wallet'

interface Write {
  state: WalletState
  done(): void
  fail(error: Error): void
}

export class TestDisk {
  durable: WalletState | undefined
  writes = 0
  #underWay: Write | undefined
  #free = true
  #onWrite: (() => void) | undefined
  #crashes = 0

  /** When true, writes go through by themselves. */
  constructor(free = true) {
    this.#free = free
  }

  /** A storage on this disk. After a crash, take another: what a dead process still says reaches no disk. */
  storage(): WalletStorage {
    const life = this.#crashes
    return {
      load: async () => structuredClone(this.durable),
      save: (state) =>
        new Promise((resolve, reject) => {
          if (life !== this.#crashes) return
          this.#underWay = { state: structuredClone(state), done: resolve, fail: reject }
          if (this.#free) this.finish()
          this.#onWrite?.()
        }),
      close: async () => undefined
    }
  }

  hold(): void {
    this.#free = false
  }

  /** Resolves when a write is under way. */
  began(): Promise<void> {
    if (this.busy) return Promise.resolve()
    return new Promise((resolve) => (this.#onWrite = resolve))
  }

  get busy(): boolean {
    return this.#underWay !== undefined
  }

  /** The write under way becomes durable. */
  finish(): void {
    const write = this.#underWay
    if (write === undefined) return
    this.durable = write.state
    this.#underWay = undefined
    this.writes++
    write.done()
  }

  fail(): void {
    const write = this.#underWay
    this.#underWay = undefined
    write?.fail(new Error('no space left on device'))
  }

  release(): void {
    this.#free = true
    this.finish()
  }

  /** The process dies; the write under way may or may not have reached the disk. */
  crash(landed: boolean): void {
    if (landed && this.#underWay !== undefined) this.durable = this.#underWay.state
    this.#underWay = undefined
    this.#free = false
    this.#crashes++
  }
}
