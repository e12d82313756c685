// The promise of a rate at the least egress (F78, F79): the provider gives what is missing and no more. It turns the total
// rate of its pool like a dial: leechers × target, less what peers give each other, corrected by the slowest twentieth.

import { parseRate, sayRate, sayShare } from './amounts.ts'
import { counted, olderThan, percentile, sum } from './figures.ts'
import { positive, within } from './options.ts'
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
  /** From one decision to the next: as many leechers come until then as came since the last. */
  everyMs?: number
  /** From one report of a leecher to the next; 15,000 unless said otherwise. */
  reportMs?: number
}

const REPORT_MS = 15_000
/** Reports until a leecher says what it gives and gets; until then it is taken to give as others do. */
const REPORTED = 2
/** An error is made up for in so many reports: they show a decision when the next three are made. */
const SETTLING = 4
/** The correction, as a share of the promise: little downwards, because what the forecast finds missing rarely is not. */
const TRIM: [number, number] = [-0.05, 0.5]
/** Of what peers gave lately, as a share: what we send keeps them from giving, so what they give now is not what they can. */
const RECALL = 0.8
/** For how many reports that is remembered. */
const RECALL_REPORTS = 4
/** Who gets less than this share of the median is held by his own line; if those are more than so many, by us. */
const LINE_SHARE = 0.85
const LINES_MAX = 0.2

/** What is known without feedback. */
interface Forecast {
  /** Leechers, with those expected before the next decision. */
  leechers: number
  /** What peers are going to give each other, bytes per second. */
  given: number
  /** They give less now. */
  isRecalled: boolean
  /** What is left to give. */
  missing: number
}

/** 95 % of leechers get `target`, such as `500 kB/s` or `4 Mbit/s`. */
export function targetRate(target: string, options: TargetOptions = {}): QosPolicy {
  const promised = parseRate(target, 'target')
  const slowest = within(options.slowest ?? 0.05, [0, 0.5], 'slowest')
  const aim = promised * (1 + within(options.margin ?? 0.05, [0, 1], 'margin'))
  const perSeeder = parseRate(options.perSeeder ?? '10 MB/s', 'perSeeder')
  const everyMs = positive(options.everyMs ?? EVERY_MS, 'everyMs')
  const reportMs = positive(options.reportMs ?? REPORT_MS, 'reportMs')
  const timing = { aim, everyMs, reportedMs: REPORTED * reportMs }
  // A leecher's rate is the mean of a sample for each report.
  const meanEvery = Math.max(1, Math.round(reportMs / everyMs))

  function decide(sample: SwarmSample, history: readonly Past[], last?: Decision): Decision {
    if (sample.leechers.length === 0) return NOTHING
    const forecast = forecastOf(sample, timing, recentUplink(sample, history))
    const rates = helped(olderThan(sample, timing.reportedMs), history, meanEvery)
    const low = percentile(rates, slowest)
    const trim = rates.length === 0 ? 0 : trimOf(aim - low, sample, history, last)
    // While a piece is nowhere else, nobody can go faster than the provider hands out what is new.
    const least = sample.copies < 1 ? aim : 0
    const rate = Math.round(Math.max(least, forecast.missing + trim * forecast.leechers))
    const reason = sentence(forecast, trim, rates.length === 0 ? undefined : low, rate)
    return { rate, seeders: Math.ceil(rate / perSeeder), webSeed: 'closed', reason }
  }

  /** What each leecher is given beyond the forecast: what the last rate had of it, and some more or less for the error. */
  function trimOf(
    error: number,
    { time }: SwarmSample,
    history: readonly Past[],
    last?: Decision
  ): number {
    const [past, earlier] = [history.at(-1), history.slice(0, -1)]
    if (past === undefined || last === undefined) return 0
    const { missing, leechers } = forecastOf(
      past.sample,
      timing,
      recentUplink(past.sample, earlier)
    )
    const held = leechers === 0 ? 0 : (last.rate - missing) / leechers
    const step = (error * (time - past.sample.time)) / (SETTLING * reportMs)
    const [least, most] = TRIM
    return Math.min(most * aim, Math.max(least * aim, held + step))
  }

  /** The most that a peer gave lately in the mean. */
  function recentUplink({ time }: SwarmSample, history: readonly Past[]): number {
    const since = time - RECALL_REPORTS * reportMs
    const recent = history.filter(({ sample }) => sample.time >= since)
    return Math.max(0, ...recent.map(({ sample }) => meanUplink(sample)))
  }

  function sentence(
    { leechers, given, isRecalled }: Forecast,
    trim: number,
    low: number | undefined,
    rate: number
  ): string {
    const wanted = `${counted(leechers, 'leecher')} × ${sayRate(aim)}, peers ${isRecalled ? 'can give' : 'give'} each other ${sayRate(given)}`
    const felt =
      low === undefined
        ? 'nobody has reported yet'
        : `the slowest ${sayShare(slowest)} get ${sayRate(low)}, so ${trim < 0 ? 'less' : 'more'} by ${sayRate(Math.abs(trim))} each`
    return `Target ${sayRate(promised)}: ${wanted}; ${felt}: ${sayRate(rate)}.`
  }
  return { decide }
}

/**
 * Mean rates of those whom the pool's rate can help. A swarm shares about evenly, so who gets much less than the median
 * is held by his own line; to raise the rate for him would only hurry the others.
 */
function helped(
  leechers: readonly LeecherSample[],
  history: readonly Past[],
  every: number
): number[] {
  const earlier = history
    .filter((_, i) => (history.length - i) % every === 0)
    .map(({ sample }) => new Map(sample.leechers.map(({ id, rate }) => [id, rate])))
  const rates = leechers.map(({ id, rate }) => {
    const all = [rate, ...earlier.flatMap((rates) => rates.get(id) ?? [])].filter((one) => one > 0)
    return all.length === 0 ? 0 : sum(all) / all.length
  })
  const least = LINE_SHARE * percentile(rates, 0.5)
  const free = rates.filter((rate) => rate >= least)
  return rates.length - free.length <= Math.ceil(rates.length * LINES_MAX) ? free : rates
}

/** Of those who can have given: leechers that said what they got, and who has everything. */
function meanUplink({ leechers, seeders, seedersUplink }: SwarmSample): number {
  const reported = leechers.filter(({ rate, uplink }) => rate > 0 || uplink > 0)
  const givers = reported.length + seeders
  return givers === 0 ? 0 : (sum(reported.map(({ uplink }) => uplink)) + seedersUplink) / givers
}

interface Timing {
  aim: number
  everyMs: number
  reportedMs: number
}

function forecastOf(
  sample: SwarmSample,
  { aim, everyMs, reportedMs }: Timing,
  recent: number
): Forecast {
  const { leechers: present } = sample
  const ageOf = ({ since }: LeecherSample): number => sample.time - since
  const reported = present.filter(
    (one) => one.rate > 0 || one.uplink > 0 || ageOf(one) >= reportedMs
  )
  const uplinks = sum(reported.map(({ uplink }) => uplink))
  const usual = reported.length === 0 ? 0 : uplinks / reported.length
  // As many come until the next decision as came since the last.
  const coming = present.filter((one) => ageOf(one) < everyMs).length
  const leechers = present.length + coming
  const now = uplinks + (present.length - reported.length) * usual + sample.seedersUplink
  const given = Math.max(now, RECALL * recent * (present.length + sample.seeders))
  return { leechers, given, isRecalled: given > now, missing: Math.max(0, leechers * aim - given) }
}
