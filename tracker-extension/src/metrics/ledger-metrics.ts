// What is observed of the ledger: how long it takes, what waits, what failed, and what the court recorded.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ComplaintOutcome } from '../ledger/index.ts'
import type { LedgerObserver } from './observed-store.ts'
import { SECONDS } from './tables.ts'

const OUTCOMES: readonly ComplaintOutcome[] = [
  'challenge',
  'proved',
  'settled',
  'guilty',
  'dismissed'
]

export class LedgerMetrics implements LedgerObserver {
  readonly #durations: Histogram<'operation'>
  readonly #waiting: Gauge
  readonly #failures: Counter
  readonly #verdicts: Counter<'outcome'>

  constructor(registry: Registry) {
    const registers = [registry]
    this.#durations = new Histogram({
      name: 'floodgate_ledger_operation_duration_seconds',
      help: 'Commands until they are durable, and reads, by name.',
      labelNames: ['operation'],
      buckets: SECONDS,
      registers
    })
    this.#waiting = new Gauge({
      name: 'floodgate_ledger_waiting_operations',
      help: 'Commands and reads under way.',
      registers
    })
    this.#failures = new Counter({
      name: 'floodgate_ledger_failures_total',
      help: 'Commands and reads that the medium failed.',
      registers
    })
    this.#verdicts = new Counter({
      name: 'floodgate_verdicts_total',
      help: 'Cases that the court recorded, by outcome; a case goes through several.',
      labelNames: ['outcome'],
      registers
    })
    // A rate from nothing to one is seen only when there was a nothing.
    for (const outcome of OUTCOMES) this.#verdicts.inc({ outcome }, 0)
  }

  began(): void {
    this.#waiting.inc()
  }

  ended(operation: string, seconds: number, error?: unknown): void {
    this.#waiting.dec()
    this.#durations.observe({ operation }, seconds)
    if ((error as { code?: unknown } | undefined)?.code === 'store-failed') this.#failures.inc()
  }

  executed(...[, outcome]: Parameters<LedgerObserver['executed']>): void {
    if ('complaint' in outcome) this.#verdicts.inc({ outcome: outcome.complaint.outcome })
  }
}
