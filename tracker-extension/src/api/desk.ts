// What a route is given to work with, and what it is asked.

import type { Court } from '../court/court.ts'
import type { Deposits } from '../deposits/deposits.ts'
import type { PostingsLog } from '../log/postings-log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Mint } from '../mint/mint.ts'
import type { Origin } from '../origin/origin.ts'
import type { Payouts } from '../payout/payouts.ts'
import type { Readiness } from './readiness.ts'
import type { QualityJson, SeederOrderJson, SeederReportJson } from './rows/quality.ts'

export interface Desk {
  readonly mint: Mint
  readonly court: Court
  readonly log: PostingsLog
  readonly deposits: Deposits
  /** The provider's copies by HTTP, if it has them. */
  readonly origin?: Origin | undefined
  /** Without a policy there is none. */
  readonly payouts?: Payouts | undefined
  /** The provider's, for people. */
  readonly name: string
  /** Seeders and leechers of a swarm now. */
  readonly swarm: (infoHash: string) => { complete: number; incomplete: number }
  /** What was decided about quality of service last; undefined where nothing is. */
  readonly quality?: (() => QualityJson | undefined) | undefined
  /** Told by the provider's seeders that run elsewhere; answers what they are to do. */
  readonly onSeeder?: ((report: SeederReportJson) => SeederOrderJson | undefined) | undefined
  /** Folder for backups. */
  readonly backups?: string | undefined
  /** Everything counted, for the status route. */
  readonly counters: () => object
  readonly readiness: Readiness
  readonly metrics: Pick<Metrics, 'text'>
}

export interface Ask {
  body: Uint8Array
  /** Of a body in JSON, as the row's schema gave it. */
  json?: unknown
  /** Parameters of the path, and of the query where it names others; the first of several of one name. */
  params: Record<string, string | undefined>
  /** Of the request, by lower-case name; several of one name as Node joins them. */
  headers?: Record<string, string>
}
