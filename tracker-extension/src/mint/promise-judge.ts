// The judge of promises: what a buyer measured, held against what the provider knows itself. Pure.

import {
  FloodgateError,
  shortfallOf,
  type Measured,
  type ServicePromise,
  type Shortfall
} from '@floodgate/protocol'

/** By this moment at least so many bytes of the content had come since the purchase. */
export interface Delivered {
  /** Unix milliseconds, by our clock. */
  time: number
  bytes: number
  /** There was nothing more to come. */
  isAll: boolean
}

/** What the provider knows of one purchase. All times are its own clock's. */
export interface PromiseView {
  boughtAt: number
  now: number
  /** From the buyer's own announces, from what sellers claimed, and from what he says that he paid them. */
  delivered: readonly Delivered[]
  /** How much of this time a seeder of ours had rate to spare, in milliseconds. */
  spareMs: (from: number, until: number) => number
}

export interface Finding {
  missed: Shortfall
  /** Why nothing is given back although it was missed. */
  excuse: '' | 'own-line'
  /** Per cent of what was paid that is given back. */
  percent: number
}

/** The buyer's durations begin after ours, so they are shorter; clocks that run a little differently are forgiven. */
const SLACK_MS = 500
/** Who was slow while we could have given more for most of the time was slow by his own line, or by his will. */
const SPARE_MAX = 0.5

/** Throws `contradicted`, naming the field, when these figures cannot be. */
export function judgePromise(
  promise: ServicePromise,
  measured: Measured,
  view: PromiseView
): Finding {
  expectPossible(measured, view)
  const missed = shortfallOf(promise, measured)
  if (missed === '') return { missed, excuse: '', percent: 0 }
  const forMs = missed === 'start' ? measured.startMs : measured.wantedMs
  const { boughtAt } = view
  const isOwnLine = view.spareMs(boughtAt, boughtAt + forMs) > SPARE_MAX * forMs
  return isOwnLine
    ? { missed, excuse: 'own-line', percent: 0 }
    : { missed, excuse: '', percent: promise.credit }
}

function expectPossible({ startMs, wantedMs, bytes }: Measured, view: PromiseView): void {
  const { boughtAt, now, delivered } = view
  const passedMs = now - boughtAt + SLACK_MS
  const refuseIf = (isWrong: boolean, field: string): void => {
    if (isWrong) throw new FloodgateError('contradicted', field)
  }
  refuseIf(wantedMs > passedMs, 'wantedMs')
  refuseIf(startMs > wantedMs, 'startMs')
  for (const known of delivered) {
    if (known.bytes <= 0 && !known.isAll) continue
    const byMs = known.time - boughtAt + SLACK_MS
    refuseIf(startMs > byMs, 'startMs')
    refuseIf(known.bytes > bytes, 'bytes')
    const isOver = known.isAll || known.bytes === bytes
    refuseIf(isOver && wantedMs > byMs, 'wantedMs')
  }
}
