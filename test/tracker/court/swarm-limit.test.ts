// Swarm limits as tables: how many members, what one seller can lose, what colluders can take.
import assert from 'node:assert/strict'
import { isWithinLimit, membersMaxOf, swarmRisk, type SwarmLimit } from '@floodgate/tracker'

describe('court: swarm limit', () => {
  // prettier-ignore
  const MEMBERS: [pieces: number, unpaidMax: number, members: number][] = [
    //  p   n  members, the buyer among them
    [ 700,  1,  700], // F56, G1: 699 others; the paper says 701
    [ 700,  8,   88],
    [ 701,  8,   88],
    [ 705,  8,   89],
    [ 704,  8,   88], // 8 · 88 would be all of it
    [   8,  8,    1],
    [   9,  8,    2],
    [   1,  1,    1],
    [65536, 32, 2048]
  ]
  for (const [pieces, unpaidMax, members] of MEMBERS) {
    it(`F53, F55, F56, G1: ${pieces} pieces, n = ${unpaidMax}: ${members} members in all`, () => {
      assert.equal(membersMaxOf(pieces, unpaidMax), members)
    })
  }

  it('F71: the limit is exactly where p > n·(s + dp) still holds', () => {
    for (let pieces = 1; pieces <= 120; pieces++) {
      for (let unpaidMax = 1; unpaidMax <= 33; unpaidMax++) {
        const others = membersMaxOf(pieces, unpaidMax) - 1
        const seeders = others >> 1
        assert.ok(isWithinLimit(pieces, unpaidMax, seeders, others - seeders))
        assert.ok(!isWithinLimit(pieces, unpaidMax, seeders, others - seeders + 1))
      }
    }
  })

  // Pieces at 3 minor units.
  // prettier-ignore
  const RISKS: [
    mode: SwarmLimit['mode'], n: number, pieces: number, members: number, colluders: number,
    holds: boolean, loss: bigint, gainPieces: number, gain: bigint, covered: bigint
  ][] = [
    // mode     n  pieces members k   holds  loss  pieces   gain covered
    ['escrow',  1,    700,     0,  1, true,    3n,      0,     0n,     0n],
    ['escrow',  1,    700,   699,  1, true,    3n,    699,  2097n,  2097n],
    ['escrow',  1,    700,   700,  1, false,   3n,    700,  2100n,  2100n],
    ['escrow',  1,    700,  5000,  1, false,   3n,    700,  2100n,  2100n],
    ['escrow',  8,    700,    50,  1, true,   24n,    400,  1200n,  1200n],
    ['escrow',  8,    700,    50,  2, true,   24n,    800,  2400n,     0n], // the second claims
    ['escrow',  8,      5,     3,  1, false,  15n,      5,    15n,    15n], // n above p
    ['cap',     1,    700,   700,  1, false,   3n,    699,  2097n,  2097n],
    ['cap',     1,    700,  5000, 10, false,   3n,   6900, 20700n,     0n], // they take places
    ['cap',     1,    700,   100, 10, true,    3n,   1000,  3000n,     0n],
    ['cap',     8,     16,    10,  5, false,  24n,      0,     0n,     0n] // nobody left to cheat
  ]
  for (const [mode, n, pieces, members, colluders, ...expected] of RISKS) {
    it(`F55, F71: ${mode}, n = ${n}, ${pieces} pieces, ${members} members, ${colluders} colluders`, () => {
      const risk = swarmRisk({ mode, unpaidMax: n }, { pieces, priceMinor: 3n, members, colluders })
      const { holds, sellerLossMinor, gainPieces, gainMinor, coveredMinor } = risk
      assert.deepEqual([holds, sellerLossMinor, gainPieces, gainMinor, coveredMinor], expected)
    })
  }

  it('I4: alone, nobody gains what escrow does not cover, whatever the swarm', () => {
    for (let members = 0; members < 2000; members += 7) {
      for (const unpaidMax of [1, 2, 8, 32]) {
        const facts = { pieces: 700, priceMinor: 3n, members, colluders: 1 }
        const { gainMinor, coveredMinor } = swarmRisk({ mode: 'escrow', unpaidMax }, facts)
        assert.equal(gainMinor, coveredMinor)
        assert.ok(gainMinor <= 700n * 3n)
      }
    }
  })
})
