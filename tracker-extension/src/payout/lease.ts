// One process pays out at a time, however many share the ledger: each takes a lease there before it hands anything over, renews it
// before every batch, and stops when it has lost it.

import { FloodgateError } from '@floodgate/protocol'
import type { LedgerStore } from '../ledger/index.ts'

/** Far longer than a batch takes. So long nobody pays out after a process that did has died. */
const LEASE_MS = 5 * 60e3

interface LeaseBase {
  store: LedgerStore
  now: () => number
}

export class Lease {
  readonly #base: LeaseBase
  #until = 0

  constructor(base: LeaseBase) {
    this.#base = base
  }

  /** Takes or renews it. Throws `not-ready` while another process has it. */
  async hold(): Promise<void> {
    const now = this.#base.now()
    const { taken, until } = await this.#ask(now, now + LEASE_MS)
    if (!taken) {
      const end = new Date(until).toISOString()
      throw new FloodgateError('not-ready', `another process pays out, until ${end} at the latest`)
    }
    this.#until = until
  }

  async end(): Promise<void> {
    await this.#ask(this.#base.now(), 0)
  }

  #ask(now: number, until: number): Promise<{ taken: boolean; until: number }> {
    const { store } = this.#base
    return store.execute({ kind: 'leasePayouts', held: this.#until, until, now })
  }
}

/** Does `work` with the lease. It calls `lease.hold()` before each thing that must not be done twice. */
export async function withLease<T>(
  base: LeaseBase,
  work: (lease: Lease) => Promise<T>
): Promise<T> {
  const lease = new Lease(base)
  await lease.hold()
  try {
    return await work(lease)
  } finally {
    await lease.end()
  }
}
