// Whose keys were leaked: one group's bundle names it among all groups, and of two that mix theirs both stand out. What three
// can do is shown too, as docs/push.md says.

import assert from 'node:assert/strict'
import { concat, hasBit, platformCrypto as crypto } from '@floodgate/protocol'
import {
  keysFor,
  MARKS_MAX,
  traceGroup,
  traceMarks,
  type ContentKeys,
  type SeenMarks,
  type Suspect
} from '@floodgate/push'
import { randomFrom, SEED, type Random } from '../support/random.ts'
import { MASTER } from './content.ts'

const sealedId = crypto.sha256(MASTER).subarray(0, 16)
const GROUPS = 1000
const groups = Array.from({ length: GROUPS }, (_, group) => group)
const bundles = groups.map((group) => keysFor(crypto, { master: MASTER, sealedId, group }))
const trace = (keys: ContentKeys) => traceGroup(crypto, { master: MASTER, keys, groups })

const secretOf = ({ marks }: ContentKeys, mark: number) => marks.subarray(16 * mark, 16 * mark + 16)

/** A bundle of which each mark is one of the colluders': which one, `pick` says. */
function mixed(who: number[], pick: (mark: number, bits: boolean[]) => number): ContentKeys {
  const own = who.map((group) => bundles[group]!)
  const secrets = Array.from({ length: MARKS_MAX }, (_, mark) => {
    const bits = own.map(({ code }) => hasBit(code, mark))
    const chosen = pick(mark, bits)
    return chosen < 0 ? new Uint8Array(16) : secretOf(own[chosen]!, mark)
  })
  return { ...own[0]!, marks: concat(...secrets) }
}

/** How colluders may mix: at random, by halves, so that they score alike, or by leaving out what differs. */
const STRATEGIES: Record<string, (random: Random) => Parameters<typeof mixed>[1]> = {
  'at random': (random) => (_, bits) => random.below(bits.length),
  'in halves': () => (mark, bits) => Math.floor((mark * bits.length) / MARKS_MAX),
  alike: () => {
    let turn = 0
    return (_, bits) => (bits[0] === bits[1] ? 0 : turn++ % bits.length)
  },
  'and leave out what differs': () => (_, bits) => (bits[0] === bits[1] ? 0 : -1)
}

function colluders(random: Random, count: number): number[] {
  const who = new Set<number>()
  while (who.size < count) who.add(random.below(GROUPS))
  return [...who]
}

describe('push: tracing a leaked bundle (F77)', () => {
  it('names one of 1,000 groups, and every other one is far away', () => {
    const random = randomFrom(SEED)
    for (let i = 0; i < 10; i++) {
      const leaking = random.below(GROUPS)
      const { marks, ranking } = trace(bundles[leaking]!)
      assert.equal(marks, MARKS_MAX)
      assert.equal(ranking.length, GROUPS)
      assert.deepEqual([ranking[0]!.group, ranking[0]!.matches], [leaking, MARKS_MAX])
      assert.ok(ranking[0]!.byChance < 1e-60)
    }
    // The rest of the 1,000 by their code words: no two agree in more than two marks of three.
    let most = 0
    for (const [i, { code }] of bundles.entries()) {
      for (let j = 0; j < i; j++) most = Math.max(most, agreement(code, bundles[j]!.code))
    }
    assert.ok(most < 165, `${most} of ${MARKS_MAX}`)
  })

  it('goes by the secrets, not by what a bundle says of itself', () => {
    const lying = { ...bundles[3]!, code: bundles[4]!.code }
    assert.equal(trace(lying).ranking[0]!.group, 3)
  })

  it('is the same whoever leaks, for numbers up to 65,535', () => {
    const keys = keysFor(crypto, { master: MASTER, sealedId, group: 65_535 })
    const { ranking } = traceGroup(crypto, { master: MASTER, keys, groups: [7, 65_535, 9] })
    assert.equal(ranking[0]!.group, 65_535)
  })

  for (const [how, strategy] of Object.entries(STRATEGIES)) {
    it(`shows both of two groups that mix theirs ${how}`, () => {
      const random = randomFrom(20)
      let [lowest, highest] = [Infinity, 0]
      for (let i = 0; i < 20; i++) {
        const who = colluders(random, 2)
        const { marks, ranking } = trace(mixed(who, strategy(random)))
        const [first, second, third] = ranking as [Suspect, Suspect, Suspect]
        assert.deepEqual([first.group, second.group].sort(), who.sort(), `${who.join()}`)
        assert.ok(second.byChance < 1e-3 && third.byChance > 1e-3, JSON.stringify([second, third]))
        lowest = Math.min(lowest, second.matches / marks)
        highest = Math.max(highest, third.matches / marks)
      }
      const isFar = lowest >= 167 / 240 && highest <= Math.min(lowest - 17 / 240, 0.68)
      assert.ok(isFar, `colluders ${lowest}, others ${highest}`)
    })
  }

  it('finds one of three that mix at random, and nobody where three are clever', () => {
    const random = randomFrom(30)
    const outvoted = (_: number, bits: boolean[]) => {
      const ones = bits.filter(Boolean).length
      return bits.indexOf(ones === 1 || ones === bits.length)
    }
    for (let i = 0; i < 10; i++) {
      const who = colluders(random, 3)
      const [first] = trace(mixed(who, STRATEGIES['at random']!(random))).ranking
      assert.ok(who.includes(first!.group))
      const clever = trace(mixed(who, outvoted)).ranking
      assert.ok(clever[0]!.byChance > 1e-2, 'says itself that it is no evidence')
      assert.ok(!who.includes(clever[0]!.group))
    }
  })

  it('takes what was seen of a leak in any other form', () => {
    const { code } = bundles[12]!
    const seen: SeenMarks = Array.from({ length: 40 }, (_, mark) =>
      mark % 4 === 0 ? undefined : hasBit(code, mark) ? 1 : 0
    )
    const { marks, ranking } = traceMarks(crypto, { master: MASTER, sealedId, seen, groups })
    assert.equal(marks, 30)
    assert.deepEqual([ranking[0]!.group, ranking[0]!.matches], [12, 30])
    // 1,000 groups, 30 coins: 1,000 × 2^−30.
    assert.ok(Math.abs(ranking[0]!.byChance - 1000 * 2 ** -30) < 1e-15)
  })

  it('says nothing when nothing was seen, or the bundle is of another provider', () => {
    const empty = traceMarks(crypto, { master: MASTER, sealedId, seen: [], groups: [1, 2] })
    assert.deepEqual(
      empty.ranking.map(({ byChance }) => byChance),
      [2, 2]
    )
    const master = crypto.sha256(sealedId)
    assert.equal(traceGroup(crypto, { master, keys: bundles[0]!, groups }).marks, 0)
  })
})

function agreement(a: Uint8Array, b: Uint8Array): number {
  let differ = 0
  for (const [i, byte] of a.entries()) {
    for (let rest = byte ^ b[i]!; rest !== 0; rest &= rest - 1) differ++
  }
  return a.length * 8 - differ
}
