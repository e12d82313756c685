// Seeders of a pool that run elsewhere report to their provider: what they sent counts as ours, their accounts are none of a
// stranger's, and each is told what to seed and how fast.

import type { SeederRoster } from '@floodgate/qos'
import type { SeederOrderJson, SeederReportJson } from '@floodgate/tracker'
import type { SentBytes } from './sent-bytes.ts'

interface FarSeedersOptions {
  roster: SeederRoster
  sent: SentBytes
  /** Uids of the provider's own seeders. */
  ownSeeders: Set<string>
  /** From one decision to the next. */
  everyMs: number
  now?: () => number
}

/** A third of what an order is good for. */
const AGAIN_MAX_MS = 5000

export type ReportSeeder = (report: SeederReportJson) => SeederOrderJson

export function farSeeders(options: FarSeedersOptions): ReportSeeder {
  const { roster, sent, ownSeeders, everyMs, now = Date.now } = options
  return ({ uid, only, sent: bytesSent, isLeaving }) => {
    const time = now()
    for (const { infoHash, bytes } of bytesSent) sent.add(infoHash, 'peers', bytes, time)
    // Before it announces: no swarm is too full for it, and no sample counts it.
    ownSeeders.add(uid)
    const { content, rate, validMs } = roster.report({ id: uid, only, isLeaving, time })
    return {
      ...(content !== undefined && { infoHash: content }),
      ...{
        rate: Math.floor(rate),
        validMs,
        againMs: Math.min(Math.ceil(everyMs / 2), AGAIN_MAX_MS)
      }
    }
  }
}
