// Measures the swarms of a running provider: who leeches and how fast, by announces; what we sent, by our seeders and the web
// origin. What is measured how, and what a liar can do, stands in docs/quality.md.

import type { SampleSource, SwarmSample } from '@floodgate/qos'
import type { Origin } from '@floodgate/tracker'
import { measure, type Sent } from './measure.ts'
import type { Reports } from './reports.ts'
import type { Seen } from './row.ts'
import type { SentBytes } from './sent-bytes.ts'

interface SourceOptions {
  /** What is for sale, and the bytes of each. */
  contents: () => Promise<readonly { infoHash: string; length: number }[]>
  reports: Reports
  sent: SentBytes
  origin: Pick<Origin, 'status'> | undefined
  /** Told of every swarm that was looked at. */
  onSeen?: (seen: Seen) => void
  now?: () => number
}

/** Moments that are remembered: five minutes, when a decision is made every five seconds. */
const SENT_MAX = 60

export function swarmSource(options: SourceOptions): SampleSource {
  const { contents, reports, sent, origin, onSeen, now = Date.now } = options
  const histories = new Map<string, Sent[]>()
  /** What the origin had sent when we looked last: its counters begin anew with the process. */
  const httpBefore = new Map<string, number>()
  const got = new Map<string, { fromPeers: number; time: number }>()
  /** What had been sent of a content when this process saw it first. */
  const sentBefore = new Map<string, number>()

  function noteHttp(infoHash: string, bytes: number, time: number): void {
    sent.add(infoHash, 'http', bytes - (httpBefore.get(infoHash) ?? 0), time)
    httpBefore.set(infoHash, bytes)
  }

  function sampleOf({ infoHash, length }: { infoHash: string; length: number }): SwarmSample {
    const time = now()
    const provider = sent.of(infoHash, time)
    const history = [...(histories.get(infoHash) ?? []), { time, bytes: provider.all }]
    histories.set(infoHash, history.slice(-SENT_MAX))
    if (!sentBefore.has(infoHash)) sentBefore.set(infoHash, provider.all)
    const { leechers, seeders, ended } = reports.swarm(infoHash, time)
    const swarm = { seeders, reports: leechers, ended }
    const peers = measure({ content: infoHash, time, length, ...swarm, sent: history })
    const before = got.get(infoHash) ?? { fromPeers: 0, time }
    const given = peers.leechers.reduce((sum, { uplink }) => sum + uplink, peers.seedersUplink)
    const fromPeers = before.fromPeers + (given * (time - before.time)) / 1000
    got.set(infoHash, { fromPeers, time })
    const sample = { ...peers, provider, fromPeers }
    const rates = leechers.flatMap(({ got }) => got?.rate ?? [])
    onSeen?.({ sample, rates, sent: history, sentBefore: sentBefore.get(infoHash)! })
    return sample
  }

  return {
    async read() {
      const offered = await contents()
      for (const [infoHash, { sentBytes }] of Object.entries(origin?.status() ?? {})) {
        noteHttp(infoHash, sentBytes, now())
      }
      await sent.save()
      const samples = offered.map(sampleOf)
      const there = new Set(offered.map(({ infoHash }) => infoHash))
      for (const map of [histories, got, sentBefore]) {
        for (const infoHash of map.keys()) if (!there.has(infoHash)) map.delete(infoHash)
      }
      return samples
    }
  }
}
