// Money out as one running thing: the schedule, and what the API and the command line ask. One thing at a time: a run and a
// reconciliation do not mix.

import { FloodgateError, codeOf } from '@floodgate/protocol'
import { Cron } from 'croner'
import type { LedgerStore } from '../ledger/index.ts'
import { parseDestination } from './destination.ts'
import { withLease } from './lease.ts'
import { setupOf, type PayoutOptions } from './options.ts'
import type { Report } from './rail.ts'
import type { WebhookRail } from './rails/webhook.ts'
import { reconcilePayouts, type Reconciliation } from './reconcile.ts'
import {
  applyReport,
  carryOn,
  planPayouts,
  runPayouts,
  type PayoutBase,
  type PlannedPayout,
  type RunResult
} from './run.ts'

interface Surroundings {
  store: LedgerStore
  currency: string
  now: () => number
  onError: (error: unknown) => void
  isRevoked: (uid: string) => Promise<boolean>
}

export class Payouts {
  readonly #base: PayoutBase
  readonly #job: Cron | undefined
  #last: Promise<unknown> = Promise.resolve()

  /** Throws `bad-option`. Goes on with what a process before left, and runs by the schedule, unless this process pays nothing. */
  constructor(options: PayoutOptions, surroundings: Surroundings) {
    this.#base = { ...setupOf(options, surroundings.currency), ...surroundings }
    const { store, policy, schedule, run, onError } = this.#base
    const { sellerMillionths } = policy
    void this.#alone(() => store.execute({ kind: 'keepSplit', sellerMillionths })).catch(onError)
    if (!run) return
    // That another process pays out is as it should be.
    const quietly = (work: Promise<unknown>): void =>
      void work.catch((error: unknown) => codeOf(error) === 'not-ready' || onError(error))
    this.#job =
      schedule &&
      new Cron(schedule.pattern, { timezone: schedule.timeZone, unref: true }, () =>
        quietly(this.run())
      )
    quietly(this.#alone(() => withLease(this.#base, (lease) => carryOn(this.#base, lease))))
  }

  get sellerMillionths(): number {
    return this.#base.policy.sellerMillionths
  }

  /** What the policy does, a sentence a line. */
  get words(): readonly string[] {
    return this.#base.words
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work)
    this.#last = next.catch(() => undefined) // whoever asked for it hears of it
    return next
  }

  /** What a run would do now. */
  plan(): Promise<PlannedPayout[]> {
    return this.#alone(() => planPayouts(this.#base))
  }

  /** Throws `not-offered` if this process pays nothing out, `not-ready` while another does. */
  async run(): Promise<RunResult> {
    const base = this.#base
    if (!base.run) throw new FloodgateError('not-offered', 'this process pays nothing out')
    return this.#alone(() => withLease(base, (lease) => runPayouts(base, lease)))
  }

  /** `file`: a bank's pain.002 or camt.053; without one, the rails are asked. */
  reconcile(file?: string): Promise<Reconciliation> {
    return this.#alone(() => reconcilePayouts(this.#base, file))
  }

  /** A signed report of the operator's own service. Throws `not-offered` without such a rail, `bad-signature`, `bad-request`. */
  async hear(body: string, headers: Record<string, string>): Promise<string> {
    const rail = this.#base.rails.find((one): one is WebhookRail => 'hear' in one)
    const report: Report | undefined = rail?.hear(body, headers)
    if (report === undefined) return 'unknown'
    return this.#alone(() => applyReport(this.#base, report))
  }

  /** An account says where it wants its money. Throws `bad-request`. */
  async setDestination(uid: string, text: string): Promise<{ destination: string; from: number }> {
    const destination = parseDestination(text).text
    const { store, destinationHoldMs: holdMs, now } = this.#base
    return store.execute({ kind: 'setDestination', uid, destination, holdMs, now: now() })
  }

  async close(): Promise<void> {
    this.#job?.stop()
    await this.#last
  }
}
