// Who leaked keys: a bundle holds what opens one variant of each mark, and which ones it holds is its group's code word. A mix
// of several bundles still agrees with each of them more often than chance.

import { equal, hasBit, type Crypto } from '@floodgate/protocol'
import { secretAt, secretsOf, type ContentKeys } from './derive.ts'
import { MARKS_MAX } from './layout.ts'

/** Which variant of each mark leaked keys open: 0 or 1; undefined for neither, and where they open both. */
export type SeenMarks = readonly (0 | 1 | undefined)[]

export interface Suspect {
  group: number
  /** Marks that agree with its code word. */
  matches: number
  /** How many of the groups asked about would agree as often by chance, if none of them leaked: small is strong evidence. */
  byChance: number
}

export interface Trace {
  /** Marks that tell anything. Of an innocent group about half agree. */
  marks: number
  /** All groups asked about, the most matches first. */
  ranking: Suspect[]
}

/** Which variants the secrets of a bundle open, whatever its code word says. */
export function seenIn(
  crypto: Crypto,
  { master, keys }: { master: Uint8Array; keys: ContentKeys }
): SeenMarks {
  const { markSecret } = secretsOf(crypto, master, keys.sealedId)
  return Array.from({ length: MARKS_MAX }, (_, mark) => {
    const secret = secretAt(keys, mark)
    return ([0, 1] as const).find((variant) => equal(secret, markSecret(mark, variant)))
  })
}

/** The groups, ranked by how many marks of a leaked bundle are theirs. Throws `bad-field`. */
export function traceGroup(
  crypto: Crypto,
  { master, keys, groups }: { master: Uint8Array; keys: ContentKeys; groups: Iterable<number> }
): Trace {
  const seen = seenIn(crypto, { master, keys })
  return traceMarks(crypto, { master, sealedId: keys.sealedId, seen, groups })
}

export interface TraceOptions {
  master: Uint8Array
  sealedId: Uint8Array
  seen: SeenMarks
  groups: Iterable<number>
}

/** The same for whatever was leaked in another form, such as a program that decrypts: say which variants it opens. */
export function traceMarks(
  crypto: Crypto,
  { master, sealedId, seen, groups }: TraceOptions
): Trace {
  const { codeWord } = secretsOf(crypto, master, sealedId)
  const told = [...seen.entries()].filter(([, variant]) => variant !== undefined)
  const scores = Array.from(groups, (group) => {
    const code = codeWord(group)
    const matches = told.filter(([mark, variant]) => Number(hasBit(code, mark)) === variant)
    return { group, matches: matches.length }
  })
  const chance = chanceOf(told.length)
  const ranking = scores
    .map((score) => ({ ...score, byChance: scores.length * chance[score.matches]! }))
    .sort((a, b) => b.matches - a.matches || a.group - b.group)
  return { marks: told.length, ranking }
}

/** How likely `count` fair coins show at least 0, 1, 2 … heads. */
function chanceOf(count: number): number[] {
  let exactly = 2 ** -count
  const chances = [exactly]
  for (let heads = 1; heads <= count; heads++) {
    exactly *= (count - heads + 1) / heads
    chances.push(exactly)
  }
  // Exactly k heads so far; from the rare end on, summed up to at least k.
  for (let heads = count - 1; heads >= 0; heads--) chances[heads]! += chances[heads + 1]!
  return chances
}
