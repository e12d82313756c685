// All randomness of a schedule comes from its seed, by streams that do not disturb each other: one more random byte
// somewhere must not change which process dies.

import { createHash, hash } from 'node:crypto'
import { randomFrom, type Random } from '../support/random.ts'

export interface Chance extends Random {
  /** True with this probability. */
  happens(probability: number): boolean
  /** A real number from `min` to `max`. */
  between(min: number, max: number): number
}

/** The stream `name` of a schedule. */
export function chanceOf(seed: number, name: string): Chance {
  const start = createHash('sha256').update(`${seed} ${name}`).digest().readInt32BE()
  const random = randomFrom(start)
  const unit = (): number => random.below(2 ** 30) / 2 ** 30
  return {
    ...random,
    happens: (probability) => unit() < probability,
    between: (min, max) => min + unit() * (max - min)
  }
}

/** Bytes in place of the platform's generator: SHA-256 over the seed and a counter. */
export function seededBytes(seed: number | string): (length: number) => Uint8Array {
  let counter = 0
  return (length) => {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      const block = hash('sha256', `bytes ${seed} ${counter++}`, 'buffer')
      bytes.set(block.subarray(0, length - at), at)
    }
    return bytes
  }
}
