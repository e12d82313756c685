// The provider's metrics in Prometheus' text format. Names end in their unit, and every label has few values: rows of our own
// tables, never what a stranger sends. What is counted elsewhere is read when it is asked for.

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { RequestNote } from '../api/request-note.ts'
import type { TrackerCounters } from '../guard/counters.ts'
import type { AccountSums, LedgerStore } from '../ledger/index.ts'
import type { HeadAge } from '../log/unsigned-age.ts'
import type { MintCounters } from '../mint/counters.ts'
import { COUNTERS, MESSAGE_KINDS, SECONDS } from './tables.ts'

/** What only the host knows. */
export interface HostFacts {
  /** When the newest backup was written, Unix milliseconds; 0 if there is none. */
  backupAt: number
  /** Left on the disk that has the provider's directory. */
  diskFreeBytes: number
}

export interface MetricsSource {
  readonly store: Pick<LedgerStore, 'sums'>
  readonly currency: string
  readonly counters: { tracker: Readonly<TrackerCounters>; mint: Readonly<MintCounters> }
  swarms(): { swarms: number; seeders: number; leechers: number; membersMax: number }
  headAge(): Promise<HeadAge>
  /** When the last epoch key ends, Unix milliseconds. */
  epochEnds(): number
  /** Names of what fails. */
  failing(): Promise<string[]>
  host?: (() => Promise<HostFacts>) | undefined
}

/** Sums walk over all accounts: not at every scrape. */
const SUMS_EVERY_MS = 5 * 60e3

export class Metrics {
  readonly #source: MetricsSource
  readonly #registry: Registry
  readonly #requests: Histogram<'method' | 'route' | 'status'>
  readonly #unread: Counter
  #hasDefaults = false
  #scrapes = 0
  #sums: Promise<AccountSums[]> | undefined
  #summedAt = -Infinity

  constructor(registry: Registry, source: MetricsSource) {
    this.#registry = registry
    this.#source = source
    this.#requests = new Histogram({
      name: 'floodgate_http_request_duration_seconds',
      help: 'Requests to the API by row of its table; the route is empty where there is none.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers: [registry]
    })
    this.#unread = new Counter({
      name: 'floodgate_metrics_unread_total',
      help: 'Values that a scrape could not read.',
      registers: [registry]
    })
    this.#addCounters()
    this.#addGauges()
    this.#addBooks()
    this.#addHost()
  }

  /** All metrics as text. */
  text(): Promise<string> {
    if (!this.#hasDefaults) collectDefaultMetrics({ register: this.#registry })
    this.#hasDefaults = true
    this.#scrapes++
    return this.#registry.metrics()
  }

  requested({ method, route, status, ms }: RequestNote): void {
    // Where there is no route, a stranger chose the method.
    const labels = { method: route === '' ? '' : method, route, status: String(status) }
    this.#requests.observe(labels, ms / 1000)
  }

  #addCounters(): void {
    const registers = [this.#registry]
    const source = this.#source
    for (const { name, help, of } of COUNTERS) {
      new Counter({
        ...{ name, help, registers },
        collect() {
          this.reset()
          this.inc(of(source.counters))
        }
      })
    }
    new Counter({
      ...{ name: 'floodgate_messages_total', help: 'Messages to the tracker by kind.', registers },
      labelNames: ['kind'],
      collect() {
        this.reset()
        const { tracker } = source.counters
        for (const [kind, field] of MESSAGE_KINDS) this.inc({ kind }, tracker[field])
      }
    })
    new Counter({
      ...{ name: 'floodgate_refusals_total', help: 'Refusals by code, of announces and API.' },
      ...{ registers, labelNames: ['code'] },
      collect() {
        this.reset()
        const { refused } = source.counters.mint
        for (const [code, count] of Object.entries(refused)) this.inc({ code }, count)
      }
    })
  }

  #addGauges(): void {
    const source = this.#source
    const swarms = this.#once(() => source.swarms())
    const headAge = this.#once(() => source.headAge())
    this.#gauge('floodgate_swarms', 'Swarms with members.', () => swarms().swarms)
    this.#gauge('floodgate_swarm_members', 'Members of all swarms, by role.', () => {
      const { seeders, leechers } = swarms()
      return [
        [{ role: 'seeder' }, seeders],
        [{ role: 'leecher' }, leechers]
      ]
    })
    this.#gauge(
      'floodgate_swarm_members_max',
      'Members of the largest swarm.',
      () => swarms().membersMax
    )
    this.#gauge('floodgate_log_lines', 'Lines under the newest signed head.', async () => {
      return (await headAge()).size
    })
    this.#gauge(
      'floodgate_log_unsigned_age_seconds',
      'Age of the oldest posting that no signed head covers; 0 as a rule.',
      async () => (await headAge()).unsignedMs / 1000
    )
    this.#gauge(
      'floodgate_epoch_key_expiry_timestamp_seconds',
      'When the last epoch key ends.',
      () => source.epochEnds() / 1000
    )
    this.#gauge('floodgate_ready', 'Is it 1, requests should be sent here.', async () =>
      (await source.failing()).length === 0 ? 1 : 0
    )
  }

  #addHost(): void {
    if (this.#source.host === undefined) return
    const host = this.#once(this.#source.host)
    this.#gauge(
      'floodgate_backup_timestamp_seconds',
      'When the newest backup was written; 0 if there is none.',
      async () => (await host()).backupAt / 1000
    )
    this.#gauge(
      'floodgate_disk_free_bytes',
      'Left on the disk with the provider’s directory.',
      async () => (await host()).diskFreeBytes
    )
  }

  #addBooks(): void {
    const { currency } = this.#source
    this.#gauge('floodgate_accounts', 'Accounts by kind.', async () =>
      (await this.#summed()).map(({ kind, accounts }) => [{ kind }, accounts])
    )
    this.#gauge(
      'floodgate_balance_minor_units',
      'What accounts of a kind hold together. The money outside, cash, counts the other way.',
      async () =>
        (await this.#summed()).map(({ kind, debitsMinor, creditsMinor }) => {
          const minor = kind === 'cash' ? debitsMinor - creditsMinor : creditsMinor - debitsMinor
          return [{ kind, currency }, Number(minor)]
        })
    )
    this.#gauge(
      'floodgate_ledger_imbalance_minor_units',
      'Debits less credits of all accounts: anything but 0 is a fault (I1).',
      async () =>
        Number(
          (await this.#summed()).reduce((sum, one) => sum + one.debitsMinor - one.creditsMinor, 0n)
        )
    )
  }

  #summed(): Promise<AccountSums[]> {
    const now = performance.now()
    if (this.#sums === undefined || now - this.#summedAt > SUMS_EVERY_MS) {
      this.#summedAt = now
      this.#sums = this.#source.store.sums()
      // What failed is asked again at the next scrape.
      this.#sums.catch(() => (this.#sums = undefined))
    }
    return this.#sums
  }

  /** Several values are taken out of one reading, which is made anew for every scrape. */
  #once<T>(read: () => T): () => T {
    let last: { scrape: number; value: T } | undefined
    return () => {
      if (last?.scrape !== this.#scrapes) last = { scrape: this.#scrapes, value: read() }
      return last.value
    }
  }

  #gauge(name: string, help: string, read: () => Values | Promise<Values>): void {
    const unread = this.#unread
    new Gauge({
      ...{ name, help, labelNames: ['role', 'kind', 'currency'], registers: [this.#registry] },
      async collect() {
        this.reset()
        try {
          const values = await read()
          const all = typeof values === 'number' ? [[{}, values] as const] : values
          for (const [labels, value] of all) this.set(labels, value)
        } catch {
          // The rest is wanted most when a part does not work; why, is told where that part is used.
          unread.inc()
        }
      }
    })
  }
}

type Values = number | [labels: Record<string, string>, value: number][]
