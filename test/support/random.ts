// Chance that can be repeated, for tests with random messages. FLOODGATE_FRAMES sets how many there are, for
// clients and trackers alike; the seed is printed and may be given as FLOODGATE_SEED.

export const FRAMES = Number(process.env['FLOODGATE_FRAMES'] ?? 10_000)
export const SEED = Number(process.env['FLOODGATE_SEED'] ?? Date.now() % 2 ** 31)

export interface Random {
  /** An integer from 0 to `limit` − 1. */
  below(limit: number): number
  pick<T>(values: readonly T[]): T
  bytes(length: number): Uint8Array
}

/** A seeded generator (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed | 0
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
  return {
    below,
    pick: (values) => values[below(values.length)] as (typeof values)[number],
    bytes: (length) => Uint8Array.from({ length }, () => below(256))
  }
}

/** A copy of which a few bytes are others, or that ends early. */
export function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  const spoiled = bytes.slice(0, random.pick([bytes.length, bytes.length, random.below(60)]))
  for (let i = random.below(3); i > 0 && spoiled.length > 0; i--) {
    spoiled[random.below(spoiled.length)] = random.below(256)
  }
  return spoiled
}
