// The promise of a rate at the least egress (F78, F79): the provider gives what is missing and no more. It turns the total
// rate of its pool like a dial: leechers × target, less what peers give each other, corrected by the slowest twentieth.

import { parseRate, sayRate } from './amounts.ts'
import { counted, olderThan, percentile, sum } from './figures.ts'
import { within } from './options.ts'
import {
  EVERY_MS,
  NOTHING,
  type Decision,
  type LeecherSample,
  type Past,
  type QosPolicy,
  type SwarmSample
} from './policy.ts'

export interface TargetOptions {
  /** Leechers below this share are let go: 0.05 promises the rate to 95 % of them. */
  slowest?: number
  /** Given above the target, as a share of it, for what changes until the next decision, and for chance; 0.05 unless said otherwise. */
  margin?: number
  /** What one seeder can give: decides how many there are; `10 MB/s` unless said otherwise. */
  perSeeder?: string
}

/** A leecher says what it gives and gets once it has announced twice; until then it is taken to give as others do. */
const REPORTED_MS = 30_000
/** How long it takes until reports show what a decision did: announces come every 15 s, one decision lies between. */
const SETTLING_MS = 60_000
/** The correction, as a share of the promise: little downwards, because what the forecast says is needed, rarely is not. */
const TRIM: [number, number] = [-0.05, 0.25]
/** Who gets less than this share of the median is held by his own line; if those are more than so many, by us. */
const LINE_SHARE = 0.85
const LINES_MAX = 0.2
/** A leecher's rate is the mean of every third sample in the history: one of each report, at 5 and 15 s. */
const MEAN_EVERY = 3

/** What is known without feedback. */
interface Forecast {
  /** Leechers, with those expected before the next decision. */
  leechers: number
  /** What peers are going to give each other, bytes per second. */
  given: number
  /** What is left to give. */
  missing: number
}

/** 95 % of leechers get `target`, such as `500 kB/s` or `4 Mbit/s`. */
export function targetRate(target: string, options: TargetOptions = {}): QosPolicy {
  const promised = parseRate(target, 'target')
  const slowest = within(options.slowest ?? 0.05, [0, 0.5], 'slowest')
  const aim = promised * (1 + within(options.margin ?? 0.05, [0, 1], 'margin'))
  const perSeeder = parseRate(options.perSeeder ?? '10 MB/s', 'perSeeder')

  function decide(sample: SwarmSample, history: readonly Past[], last?: Decision): Decision {
    if (sample.leechers.length === 0) return NOTHING
    const forecast = forecastOf(sample, history.at(-1)?.sample, aim)
    const rates = helped(olderThan(sample, REPORTED_MS), history)
    const low = percentile(rates, slowest)
    const trim = rates.length === 0 ? 0 : trimOf(aim - low, history.at(-1), last, aim)
    // While a piece is nowhere else, nobody can go faster than the provider hands out what is new.
    const least = sample.copies < 1 ? aim : 0
    const rate = Math.round(Math.max(least, forecast.missing + trim * forecast.leechers))
    const reason = sentence(forecast, trim, rates.length === 0 ? undefined : low, rate)
    return { rate, seeders: Math.ceil(rate / perSeeder), webSeed: 'closed', reason }
  }

  function sentence(
    { leechers, given }: Forecast,
    trim: number,
    low: number | undefined,
    rate: number
  ): string {
    const wanted = `${counted(leechers, 'leecher')} × ${sayRate(aim)}, peers give each other ${sayRate(given)}`
    const felt =
      low === undefined
        ? 'nobody has reported yet'
        : `the slowest ${slowest * 100} % get ${sayRate(low)}, so ${trim < 0 ? 'less' : 'more'} by ${sayRate(Math.abs(trim))} each`
    return `Target ${sayRate(promised)}: ${wanted}; ${felt}: ${sayRate(rate)}.`
  }
  return { decide }
}

/**
 * Mean rates of those whom the pool's rate can help. A swarm shares about evenly, so who gets much less than the median
 * is held by his own line; to raise the rate for him would only hurry the others.
 */
function helped(leechers: readonly LeecherSample[], history: readonly Past[]): number[] {
  const earlier = history
    .filter((_, i) => (history.length - i) % MEAN_EVERY === 0)
    .map(({ sample }) => new Map(sample.leechers.map(({ id, rate }) => [id, rate])))
  const rates = leechers.map(({ id, rate }) => {
    const all = [rate, ...earlier.flatMap((rates) => rates.get(id) ?? [])].filter((one) => one > 0)
    return all.length === 0 ? 0 : sum(all) / all.length
  })
  const least = LINE_SHARE * percentile(rates, 0.5)
  const free = rates.filter((rate) => rate >= least)
  return rates.length - free.length <= Math.ceil(rates.length * LINES_MAX) ? free : rates
}

function forecastOf(sample: SwarmSample, before: SwarmSample | undefined, aim: number): Forecast {
  const { leechers: present } = sample
  const isNew = (one: LeecherSample): boolean => sample.time - one.since < REPORTED_MS
  const reported = present.filter((one) => one.rate > 0 || one.uplink > 0 || !isNew(one))
  const uplinks = sum(reported.map(({ uplink }) => uplink))
  const usual = reported.length === 0 ? 0 : uplinks / reported.length
  const everyMs = before === undefined ? EVERY_MS : sample.time - before.time
  const coming = present.filter(({ since }) => sample.time - since < everyMs).length
  const leechers = present.length + coming
  const given = uplinks + (present.length - reported.length) * usual + sample.seedersUplink
  return { leechers, given, missing: Math.max(0, leechers * aim - given) }
}

/** What each leecher is given beyond the forecast: the part of the last rate that no forecast explains, and some more. */
function trimOf(
  error: number,
  past: Past | undefined,
  last: Decision | undefined,
  aim: number
): number {
  const [least, most] = TRIM
  if (past === undefined || last === undefined) return 0
  const before = forecastOf(past.sample, undefined, aim)
  const held = before.leechers === 0 ? 0 : (last.rate - before.missing) / before.leechers
  const step = (error * EVERY_MS) / SETTLING_MS
  return Math.min(most * aim, Math.max(least * aim, held + step))
}
