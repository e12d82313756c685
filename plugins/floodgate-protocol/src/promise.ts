// What a provider promises the buyers of a content, and what a miss brings (F78, F79). It stands in the offer, so the info
// hash commits to it. Each buyer has it by himself; which share of them gets it is said for people, and excuses nothing.

import { fromUtf8 } from './bytes.ts'
import { FloodgateError } from './errors.ts'

export interface ServicePromise {
  /** The first piece is here so many milliseconds after its purchase. */
  startMs: number
  /** Bytes per second from then on. */
  rate: number
  /** Per cent of buyers that the provider says will get it. */
  share: number
  /** Per cent of what a buyer paid that he gets back when he did not. */
  credit: number
}

/** What a buyer measured of one purchase: times since its purse came, without pauses of his own. */
export interface Measured {
  /** Until the first piece; while none is here, until now. */
  startMs: number
  /** In which he wanted pieces. */
  wantedMs: number
  /** That came and were verified. */
  bytes: number
}

/** What was missed; '' for nothing. */
export type Shortfall = '' | 'start' | 'rate'

/**
 * What of the promise these figures miss. The rate is missed when so many bytes took longer than the start and the bytes at
 * the rate: so it is never judged before the start is over, and a download of any length by the same line.
 */
export function shortfallOf({ startMs, rate }: ServicePromise, measured: Measured): Shortfall {
  if (measured.startMs > startMs) return 'start'
  const allowedMs = startMs + Math.ceil((measured.bytes * 1000) / rate)
  return measured.wantedMs > allowedMs ? 'rate' : ''
}

/** Keys in the dictionary `promise`, their fields, and the greatest value. All are decimal digits, no leading zero. */
const FIELDS: readonly [key: string, field: keyof ServicePromise, max: number][] = [
  ['start', 'startMs', 3_600_000],
  ['rate', 'rate', 1e12],
  ['share', 'share', 100],
  ['credit', 'credit', 100]
]
const DIGITS = /^[1-9]\d{0,12}$/

/** Byte strings only, as all of an offer. Throws `bad-option`, naming the field. */
export function encodePromise(promise: ServicePromise): Record<string, string> {
  return Object.fromEntries(
    FIELDS.map(([key, field, max]) => {
      const text = String(promise[field])
      if (DIGITS.test(text) && promise[field] <= max) return [key, text]
      throw new FloodgateError('bad-option', `promise.${key}`)
    })
  )
}

/** Throws `not-a-paid-torrent`, naming the field: a torrent is a stranger's file. */
export function decodePromise(value: unknown): ServicePromise {
  const said = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const promise: ServicePromise = { startMs: 0, rate: 0, share: 0, credit: 0 }
  for (const [key, field, max] of FIELDS) {
    const bytes = said[key]
    const text = bytes instanceof Uint8Array && bytes.length <= 13 ? fromUtf8(bytes) : undefined
    if (text === undefined || !DIGITS.test(text) || Number(text) > max) {
      throw new FloodgateError('not-a-paid-torrent', `promise.${key}`)
    }
    promise[field] = Number(text)
  }
  return promise
}
