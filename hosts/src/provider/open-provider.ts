// A provider in a program of one's own: what `floodgate provider` runs, without its command line. What is published into its
// directory (`floodgate publish`) is for sale; who seeds it is the caller's to say, with the pool and the source.

import type { SampleSource, SeederPool } from '@floodgate/qos'
import type { FloodgateTracker } from '@floodgate/tracker'
import { failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { Reports } from '../qos/reports.ts'
import { openSwarms } from '../qos/swarms.ts'
import { homeOf } from './home.ts'
import { Log } from './log.ts'
import { startService } from './service.ts'
import { Shop } from './shop.ts'

export interface ProviderOptions {
  /** 0 for any; 8700, or the last one, unless said otherwise. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /** Public base URL, when it is another than where we listen. */
  url?: string
  name?: string
  /** How often peers are told to announce: what samples know, they know from that. Default 15. */
  announceSeconds?: number
  /** Bytes per second of all seeders of the pool together. Default 1 Gbit/s. */
  rateMax?: number
  /** Seeders of the pool send in turns, as `turns` of the plugin has it (docs/quality.md). Default false. */
  turns?: boolean
  /** Told of what fails and does not end the provider; the console unless said otherwise. */
  onError?: (error: unknown) => void
}

export interface Provider {
  readonly url: string
  readonly tracker: FloodgateTracker
  /** Its own seeders, and its swarms, for `startSeeding` of @floodgate/qos. */
  readonly pool: SeederPool
  readonly source: SampleSource
  /** Puts everything away but the pool, which whoever seeds retires first. */
  close(): Promise<void>
}

const ANNOUNCE_SECONDS = 15

const nothing = (): void => undefined

/** Starts the provider of the directory `data`, which is made if need be. Throws as `floodgate provider` does. */
export async function openProvider(data: string, options: ProviderOptions = {}): Promise<Provider> {
  const { announceSeconds = ANNOUNCE_SECONDS, rateMax, turns, ...others } = options
  const { onError = console.error, ...rest } = others
  const home = homeOf(data)
  const reports = new Reports()
  const service = await startService(home, {
    ...{ ...rest, onError, watch: () => nothing, onOperator: nothing, log: new Log('off') },
    quality: { announceSeconds, onAnnounce: reports.note, told: () => undefined }
  })
  const out = quietOutput(onError)
  const ending = new AbortController()
  const { signal } = ending
  const shop = new Shop(home, service, out)
  const close = async (): Promise<void> => {
    ending.abort()
    await shop.close()
    await service.close()
  }
  try {
    await shop.keep(undefined, signal)
    const swarms = { home, service, reports, out, signal, rateMax, section: { turns } }
    const { source, pool } = await openSwarms(swarms)
    return { url: service.settings.url, tracker: service.tracker, pool, source, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Nobody reads lines here; troubles are told. */
const quietOutput = (onError: (error: unknown) => void): Output => ({
  ...{ json: true, live: false, screen: process.stderr, say: nothing, tell: nothing },
  warn: (code, text) => onError(new Error(`${text} [${code}]`)),
  fail: (failure) => onError(failureOf(failure))
})
