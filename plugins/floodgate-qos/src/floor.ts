// The least that a content is worth: somebody seeds it, and no piece is missing (requirement F76; the blocked leechers of B1).

import { parseRate, sayRate } from './amounts.ts'
import { counted } from './figures.ts'
import { positive } from './options.ts'
import { NOTHING, type Decision, type QosPolicy, type SwarmSample } from './policy.ts'

export interface FloorOptions {
  /** Full copies wanted, the provider's own included; 1 unless said otherwise. */
  seeders?: number
  /** Copies wanted of every piece among the peers; with fewer, the provider seeds. 1 unless said otherwise. */
  copies?: number
  /** What each of the provider's seeders may give; `1 MB/s` unless said otherwise. */
  perSeeder?: string
}

/** At least `seeders` seeders and every piece available, while anybody wants it. */
export function floor(options: FloorOptions = {}): QosPolicy {
  const seeders = positive(options.seeders ?? 1, 'seeders')
  const copies = positive(options.copies ?? 1, 'copies')
  const perSeeder = parseRate(options.perSeeder ?? '1 MB/s', 'perSeeder')
  return {
    decide(sample: SwarmSample): Decision {
      if (sample.leechers.length === 0) return NOTHING
      const short = Math.max(0, seeders - sample.seeders)
      const wanted = Math.max(short, sample.copies < copies ? 1 : 0)
      const rate = wanted * perSeeder
      const seen = `${counted(sample.seeders, 'peer')} of ${seeders} seed, the rarest piece has ${sample.copies} of ${copies} copies`
      const given =
        wanted === 0 ? 'that is enough' : `${counted(wanted, 'seeder')} at ${sayRate(rate)}`
      return { rate, seeders: wanted, webSeed: 'closed', reason: `Floor: ${seen}: ${given}.` }
    }
  }
}
