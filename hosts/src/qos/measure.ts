// From reports to a sample: pure. What leechers got, less what we sent in the same time, is what peers gave them; who of the
// peers gave how much nobody tells us, and no policy asks: it is spread evenly.

import type { LeecherSample, SwarmSample } from '@floodgate/qos'
import type { Got, Report } from './reports.ts'

/** Bytes sent by the provider at a moment. */
export interface Sent {
  time: number
  bytes: number
}

interface Measured {
  content: string
  time: number
  length: number
  /** Peers that are no leechers; ours are not counted. */
  seeders: number
  reports: readonly Report[]
  /** What those got that have everything since. */
  ended?: readonly Got[]
  /** Oldest first. */
  sent: readonly Sent[]
}

type OfPeers = Pick<
  SwarmSample,
  'content' | 'time' | 'length' | 'leechers' | 'seeders' | 'seedersUplink' | 'copies'
>

/** Who says that it gets more than so many times what the median gets, is counted with that: lines differ, but so do liars. */
const ABOVE_MEDIAN_MAX = 4

/** What a sample says of peers. Copies are whole ones: which pieces a leecher has, a tracker is not told. */
export function measure(measured: Measured): OfPeers {
  const { content, time, length, seeders, reports } = measured
  const reported = reports.filter(({ got }) => got !== undefined).length
  const givers = reported + seeders
  const uplink = givers === 0 ? 0 : givenByPeers(measured) / givers
  const leechers = reports.map(({ id, since, left, got }): LeecherSample => ({
    ...{ id, since, rate: got?.rate ?? 0, uplink: got === undefined ? 0 : uplink },
    share: Number.isFinite(left) ? Math.max(0, 1 - left / length) : 0
  }))
  const whole = { seeders, copies: seeders, seedersUplink: uplink * seeders }
  return { content, time, length, leechers, ...whole }
}

/**
 * What we sent went to all that were there: also to those who have everything since, whose last report counts, and to those who
 * came and have not reported. What these got nobody knows; they are taken to have had their share of ours.
 */
function givenByPeers({ reports, ended = [], sent }: Measured): number {
  const got = [...reports.flatMap((report) => report.got ?? []), ...ended]
  if (got.length === 0) return 0
  const unheard = reports.filter((report) => report.got === undefined)
  const rates = got.map(({ rate }) => rate).sort((a, b) => a - b)
  const most = ABOVE_MEDIAN_MAX * rates[Math.floor((rates.length - 1) / 2)]!
  const all = rates.reduce((sum, rate) => sum + Math.min(rate, most), 0)
  const ours = got.reduce((sum, { from, until }) => {
    const others = unheard.reduce((all, { since }) => all + presence(since, from, until), 0)
    return sum + (rateBetween(sent, from, until) * got.length) / (got.length + others)
  }, 0)
  return Math.max(0, all - ours / got.length)
}

/** For what share of that time it was there. */
const presence = (since: number, from: number, until: number): number =>
  until > from ? Math.min(1, Math.max(0, (until - since) / (until - from))) : 0

function rateBetween(sent: readonly Sent[], from: number, until: number): number {
  return until > from ? ((bytesAt(sent, until) - bytesAt(sent, from)) * 1000) / (until - from) : 0
}

/** Between two moments as if it had been sent evenly. */
function bytesAt(sent: readonly Sent[], time: number): number {
  const next = sent.findIndex((one) => one.time >= time)
  const after = sent[next]
  if (after === undefined) return sent.at(-1)?.bytes ?? 0
  const before = sent[next - 1] ?? after
  const share = after.time > before.time ? (time - before.time) / (after.time - before.time) : 1
  return before.bytes + share * (after.bytes - before.bytes)
}
