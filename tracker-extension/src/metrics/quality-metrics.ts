// Quality of service as metrics: what the operator's route tells, for contents that somebody wants or that are being sent. They
// carry the content's info hash, which is the provider's own and no stranger's; the busiest few are enough.

import { Counter, Gauge, type Registry } from 'prom-client'
import type { QualityJson } from '../api/rows/quality.ts'

type Told = QualityJson['contents'][number]

/** Each one is a dozen series. */
const CONTENTS_MAX = 100

interface Row {
  name: string
  help: string
  /** Undefined where it is not known. */
  of: (told: Told) => number | undefined
}

const GAUGES: readonly Row[] = [
  { name: 'leechers', help: 'Leechers of a content.', of: ({ leechers }) => leechers },
  { name: 'leechers_rated', help: 'Leechers whose rate is known.', of: ({ rated }) => rated },
  {
    name: 'leechers_below_target',
    help: 'Leechers whose rate is known and below the promise.',
    of: ({ belowTarget }) => belowTarget
  },
  { name: 'copies', help: 'Peers that have all of a content.', of: ({ copies }) => copies },
  { name: 'seeders', help: 'The provider’s own that are decided.', of: ({ seeders }) => seeders },
  {
    name: 'decided_bytes_per_second',
    help: 'The most that the provider sends of a content.',
    of: ({ rate }) => rate
  },
  {
    name: 'egress_bytes_per_second',
    help: 'What the provider sends of a content now.',
    of: ({ egress }) => egress
  }
]

const QUANTILES: readonly [quantile: string, of: (told: Told) => number][] = [
  ['0.05', ({ p05 }) => p05],
  ['0.5', ({ p50 }) => p50]
]

const TOTALS: readonly Row[] = [
  {
    name: 'sent_bytes_total',
    help: 'Bytes that the provider sent, of all contents.',
    of: ({ sentSinceStart }) => sentSinceStart
  },
  {
    name: 'peer_bytes_total',
    help: 'Bytes that peers sent, of all contents, as leechers tell.',
    of: ({ fromPeers }) => fromPeers
  }
]

/** Adds what `quality` tells; where nothing is promised these metrics have no values. */
export function addQualityMetrics(
  registry: Registry,
  quality: (() => QualityJson | undefined) | undefined
): void {
  if (quality === undefined) return
  const registers = [registry]
  const told = (): readonly Told[] => quality()?.contents ?? []
  for (const { name, help, of } of GAUGES) {
    new Gauge({
      ...{ name: `floodgate_qos_${name}`, help, registers, labelNames: ['info_hash'] },
      collect() {
        this.reset()
        for (const one of busiest(told())) {
          const value = of(one)
          if (value !== undefined) this.set({ info_hash: one.infoHash }, value)
        }
      }
    })
  }
  new Gauge({
    name: 'floodgate_qos_leecher_bytes_per_second',
    help: 'What leechers of a content get: the slowest twentieth at the most, and the median.',
    ...{ registers, labelNames: ['info_hash', 'quantile'] },
    collect() {
      this.reset()
      for (const one of busiest(told()).filter(({ rated }) => rated > 0)) {
        for (const [quantile, of] of QUANTILES) {
          this.set({ info_hash: one.infoHash, quantile }, of(one))
        }
      }
    }
  })
  for (const { name, help, of } of TOTALS) {
    new Counter({
      ...{ name: `floodgate_qos_${name}`, help, registers },
      collect() {
        this.reset()
        this.inc(told().reduce((sum, one) => sum + (of(one) ?? 0), 0))
      }
    })
  }
}

const busiest = (contents: readonly Told[]): Told[] =>
  contents
    .filter(({ leechers, rate, egress }) => leechers > 0 || rate > 0 || egress > 0)
    .sort((a, b) => b.leechers - a.leechers)
    .slice(0, CONTENTS_MAX)
