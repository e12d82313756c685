// What is told of one swarm: demand, rates, availability, what peers take off the provider, what it sends, and what was decided
// last. Pure: all figures come from what was measured. `qos explain`, the console, the API and the metrics show these.

import {
  percentile,
  sayBytes,
  sayRate,
  sayShare,
  type Decision,
  type SwarmSample
} from '@floodgate/qos'
import type { QualityJson } from '@floodgate/tracker'
import { count, short } from '../units.ts'
import type { Sent } from './measure.ts'

export type Row = QualityJson['contents'][number]

/** A swarm as it was seen last. */
export interface Seen {
  sample: SwarmSample
  /** Of leechers that told twice what they lack, bytes per second. */
  rates: readonly number[]
  /** What we had sent, oldest first. */
  sent: readonly Sent[]
  /** What we had sent when the process began. */
  sentBefore: number
}

/** What is sent now is a mean of so long. */
const NOW_MS = 15_000

/** `target`: what is promised to a leecher, bytes per second. */
export function rowOf(
  { sample, rates, sent, sentBefore }: Seen,
  { time, decision }: { time: number; decision: Decision },
  target: number | undefined
): Row {
  const { content: infoHash, leechers, copies, provider, fromPeers } = sample
  const { rate, seeders, webSeed, reason } = decision
  return {
    ...{ infoHash, time, rate: Math.round(rate), seeders, webSeed, reason },
    ...{ leechers: leechers.length, rated: rates.length },
    p50: Math.round(percentile(rates, 0.5)),
    p05: Math.round(percentile(rates, 0.05)),
    ...(target !== undefined && { belowTarget: rates.filter((one) => one < target).length }),
    ...{ copies: Math.floor(copies), egress: Math.round(egressOf(sent)) },
    ...{ sent: provider.all, sentToday: provider.today },
    ...{ sentSinceStart: provider.all - sentBefore, fromPeers: Math.round(fromPeers) }
  }
}

function egressOf(sent: readonly Sent[]): number {
  const last = sent.at(-1)
  const first = sent.find(({ time }) => last !== undefined && last.time - time <= NOW_MS)
  if (first === undefined || last === undefined || first.time === last.time) return 0
  return ((last.bytes - first.bytes) * 1000) / (last.time - first.time)
}

interface Column {
  head: string
  say: (row: Row) => string
}

/** Where nobody has told yet there is nothing to say. */
const rated = (row: Row, say: () => string): string => (row.rated === 0 ? '–' : say())

const COLUMNS: readonly Column[] = [
  { head: 'content', say: ({ infoHash }) => short(infoHash) },
  { head: 'leechers', say: ({ leechers }) => String(leechers) },
  { head: 'half get', say: (row) => rated(row, () => sayRate(row.p50)) },
  { head: '95 % get', say: (row) => rated(row, () => sayRate(row.p05)) },
  {
    head: 'below',
    say: (row) =>
      row.belowTarget === undefined ? '–' : rated(row, () => sayShare(row.belowTarget! / row.rated))
  },
  { head: 'copies', say: ({ copies }) => String(copies) },
  {
    head: 'offload',
    say: ({ fromPeers, sentSinceStart: ours }) =>
      fromPeers + ours === 0 ? '–' : `${Math.floor((fromPeers * 100) / (fromPeers + ours))} %`
  },
  { head: 'sent now', say: ({ egress }) => sayRate(egress) },
  { head: 'today', say: ({ sentToday }) => sayBytes(sentToday) },
  { head: 'in all', say: ({ sent }) => sayBytes(sent) }
]

/** `525 kB/s by 1 seeder, HTTP closed. Target 500 kB/s: …` */
export const sayDecision = ({ rate, seeders, webSeed, reason }: Decision): string =>
  `${sayRate(rate)} by ${count(seeders, 'seeder')}, HTTP ${webSeed}. ${reason}`

/** The swarms as a table, each with its last decision below; with `now`, how long ago that was made: figures are newer. */
export function tableOf(rows: readonly Row[], now?: number): string[] {
  const sayAge = ({ time }: Row): string =>
    now === undefined ? '' : ` (decided ${Math.max(0, Math.round((now - time) / 1000))} s ago)`
  if (rows.length === 0) return []
  const cells = [
    COLUMNS.map(({ head }) => head),
    ...rows.map((row) => COLUMNS.map(({ say }) => say(row)))
  ]
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)))
  const [heads, ...lines] = cells.map((line) =>
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
  )
  return [
    heads!,
    ...lines.flatMap((line, i) => [line, `  ${sayDecision(rows[i]!)}${sayAge(rows[i]!)}`])
  ]
}

/** What fits on a screen, with a line to spare: the busiest swarms, cut to its width, and how many more there are. */
export function screenOf(
  rows: readonly Row[],
  policy: string,
  { columns, height }: { columns: number; height: number }
): string[] {
  const busy = rows
    .filter(({ leechers, rate, egress }) => leechers > 0 || rate > 0 || egress > 0)
    .sort((a, b) => b.leechers - a.leechers || b.rate - a.rate)
  const room = Math.max(0, Math.floor((height - 4) / 2))
  const shown = busy.slice(0, room)
  const idle = rows.length - busy.length
  const foot = [
    ...(busy.length > shown.length ? [count(busy.length - shown.length, 'more swarm')] : []),
    ...(idle > 0 ? [`${count(idle, 'content')} that nobody downloads`] : [])
  ].join(', ')
  const lines = [`promised: ${policy}`, ...tableOf(shown), ...(foot === '' ? [] : [foot])]
  return lines.map((line) => line.slice(0, columns - 1))
}
