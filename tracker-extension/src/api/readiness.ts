// Whether requests should be sent to this process: named checks, each bounded in time, asked at most once a second
// whatever the number of askers.

import { FloodgateError } from '@floodgate/protocol'

/** Resolves to whether it is well; what it throws is a failure. */
export type Check = () => boolean | Promise<boolean>

/** A load balancer asks every few seconds; a ledger that takes longer is of no use to peers either. */
const CHECK_WITHIN_MS = 2000
const REMEMBER_MS = 1000

export class Readiness {
  readonly #checks: Readonly<Record<string, Check>>
  #isDraining = false
  #asked = -Infinity
  #failing: Promise<string[]> | undefined

  constructor(checks: Readonly<Record<string, Check>>) {
    this.#checks = checks
  }

  /** From now on not ready, for good: the process is about to end. */
  drain(): void {
    this.#isDraining = true
  }

  /** Names of what fails. */
  async failing(): Promise<string[]> {
    const now = performance.now()
    if (this.#failing === undefined || now - this.#asked > REMEMBER_MS) {
      this.#asked = now
      this.#failing = this.#ask()
    }
    const failing = await this.#failing
    return this.#isDraining ? ['draining', ...failing] : failing
  }

  /** Throws `not-ready`, naming what fails. */
  async expect(): Promise<{ ready: true; checks: number }> {
    const failing = await this.failing()
    if (failing.length > 0) throw new FloodgateError('not-ready', failing.join(', '))
    return { ready: true, checks: Object.keys(this.#checks).length }
  }

  async #ask(): Promise<string[]> {
    const all = Object.entries(this.#checks).map(async ([name, check]) =>
      (await isWell(check)) ? [] : [name]
    )
    return (await Promise.all(all)).flat()
  }
}

async function isWell(check: Check): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_WITHIN_MS).unref()
  })
  try {
    return await Promise.race([check(), late])
  } catch {
    // Why, is told where the thing itself is used; here it only counts that it does not work.
    return false
  } finally {
    clearTimeout(timer)
  }
}
