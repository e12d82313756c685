// Wire frames that may be right, wrong in one place, or noise: the closer to a good one, the deeper they get.

import type { Random } from '../../support/random.ts'
import { extended, frame } from './strangers.ts'
import { KIB } from './swarm.ts'

const word = (random: Random): number =>
  random.pick([0, 1, 5, 15, 16, 16 * KIB, 48 * KIB, -1, -2, 2 ** 31 - 2, random.below(2 ** 31)])

const dictionaries = [
  'd1:md11:ut_metadatai1e7:pretendi2e11:lt_donthavei3ee13:metadata_sizei700ee',
  'd8:msg_typei0e5:piecei0ee',
  'd8:msg_typei1e5:piecei0e10:total_sizei700ee',
  'd8:msg_typei2e5:piecei0ee',
  'l-3:',
  'd-3:',
  'de',
  'le',
  '',
  'i5e'
]

/** A frame that may be right, wrong in one place, or noise. */
export function anyFrame(random: Random): Uint8Array {
  const made = random.pick([
    () => frame(random.pick([0, 1, 2, 3, 14, 15])),
    () => frame(random.pick([4, 13, 17]), random.below(16)),
    () => frame(random.pick([4, 13, 17]), word(random)),
    () => frame(random.pick([6, 8]), random.below(16), 16 * KIB * random.below(4), 16 * KIB),
    () => frame(5, random.bytes(random.pick([0, 1, 2, 2, 3, 100]))),
    () =>
      frame(
        random.pick([6, 8, 16]),
        word(random),
        word(random),
        random.pick([16 * KIB, word(random)])
      ),
    () => frame(7, word(random), word(random), random.bytes(random.pick([0, 1, 16 * KIB]))),
    () => frame(random.below(256), random.bytes(random.below(40))),
    () => extended(random.below(6), random.pick(dictionaries)),
    () => extended(random.below(6), random.bytes(random.below(60))),
    () => random.bytes(1 + random.below(30))
  ])()
  if (random.below(3) === 0) made[random.below(made.length)] = random.below(256)
  return made
}
