// What the operator is shown (F66): signals over flows, handles, registrations and complaints, and the whole list over HTTP.
// Nothing of it bans anybody.
import assert from 'node:assert/strict'
import {
  Flows,
  burstSignals,
  complaintSignals,
  flowSignals
} from '../../../tracker-extension/src/court/signals.ts'
import type { ComplaintSummary, CourtJson, JournalLine } from '@floodgate/tracker'
import { claimed, redeem } from '../mint/trade.ts'
import { expectDocumented } from '../api/documented.ts'
import * as w from '../mint/world.ts'
import * as bar from './bar.ts'

/** Lines `buyer → seller amount`, out of escrow, each of a purse of its own. */
function flowsOf(...lines: string[]): Flows {
  const flows = new Flows()
  const line = (kind: string, purseId: string, debit: string, credit: string, minor: string) =>
    flows.add({ kind, purseId, debit, credit, amountMinor: BigInt(minor) } as JournalLine)
  for (const [i, text] of lines.entries()) {
    const [buyer, , seller, minor] = text.split(' ') as [string, string, string, string]
    line('deposit', '', 'cash', `peer:${buyer}`, minor)
    line('purchase', `p${i}`, `peer:${buyer}`, 'escrow', minor)
    line('redeem', `p${i}`, 'escrow', `peer:${seller}`, minor)
    line('close', `p${i}`, 'escrow', `peer:${buyer}`, '1')
  }
  return flows
}

describe('court: signals', () => {
  const cases: [what: string, lines: string[], found: string[]][] = [
    ['nothing', [], []],
    ['honest trade', ['a → b 5', 'b → c 5', 'c → a 5'], []],
    ['money in a circle', ['a → b 9', 'b → a 8', 'c → d 1'], ['circle a b']],
    ['two who also trade with others', ['a → b 2', 'b → a 2', 'c → b 3', 'd → a 3'], []],
    ['many into one', ['a → z 1', 'b → z 1', 'c → z 1', 'd → z 1', 'e → z 1'], ['sink z']],
    [
      'many into one, and more among others',
      ['a → z 1', 'b → z 1', 'c → z 1', 'd → z 1', 'e → z 1', 'f → g 99'],
      []
    ],
    ['much from one', ['a → z 90', 'b → c 1'], []]
  ]
  for (const [what, lines, found] of cases) {
    it(`F66 flows: ${what}`, () => {
      const signals = flowSignals(flowsOf(...lines))
      assert.deepEqual(
        signals.map(({ kind, uids }) => [kind, ...uids].join(' ')),
        found
      )
    })
  }

  it('F66, F77 flows: pushed purses that two accounts trade with each other are money in a circle', () => {
    const flows = new Flows()
    const line = (kind: string, purseId: string, debit: string, credit: string, ref: string) =>
      flows.add({ kind, ref, purseId, debit, credit, amountMinor: 9n } as JournalLine)
    for (const [one, two] of ['ab', 'ba']) {
      line('pushed', `p${one}`, 'push', 'escrow', `film ${one}`)
      line('redeem', `p${one}`, 'escrow', `peer:${two}`, `c${one}`)
    }
    assert.deepEqual(
      flowSignals(flows).map(({ kind, uids }) => [kind, ...uids].join(' ')),
      ['circle a b']
    )
  })

  it('F66 flows: much that the provider’s own seeder sells is no signal', async () => {
    const own = new Set<string>()
    const world = await bar.startCourt({ ownSeeders: own })
    try {
      const infoHash = await bar.sell(world)
      const seller = await w.register(world)
      for (let i = 0; i < 5; i++) {
        const buyer = await w.register(world, 100n)
        const bought = await w.buy(world, buyer, infoHash)
        await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [i])])
      }
      const headers = { authorization: `Bearer ${w.OPERATOR}` }
      const sinks = async (): Promise<string[]> => {
        const answer = await fetch(`${world.url}/floodgate/v1/operator/court`, { headers })
        await expectDocumented('GET', '/operator/court', answer)
        const { signals } = (await answer.json()) as CourtJson
        return signals.filter(({ kind }) => kind === 'sink').flatMap(({ uids }) => uids)
      }
      assert.deepEqual(await sinks(), [seller.uidHex])
      own.add(seller.uidHex)
      assert.deepEqual(await sinks(), [])
    } finally {
      await world.close()
    }
  })

  it('F66 registrations: sixty within ten minutes, wherever they lie', () => {
    const every = (ms: number, count: number) => Array.from({ length: count }, (_, i) => i * ms)
    assert.deepEqual(burstSignals(every(60_000, 500)), [])
    assert.deepEqual(burstSignals([]), [])
    assert.equal(
      burstSignals([...every(60_000, 100), ...every(1, 60).map((t) => t + 1e8)]).length,
      1
    )
  })

  it('complaints: ten that came to nothing, be it dismissed or answered', () => {
    const one = (accuser: string, outcome: string, answered = 0) =>
      ({ accuser, outcome, answered }) as ComplaintSummary
    const idle = Array.from({ length: 10 }, (_, i) => one('x', i % 2 ? 'dismissed' : 'proved', 7))
    const sound = Array.from({ length: 20 }, () => one('y', 'settled', 7))
    const [signal, ...more] = complaintSignals([...idle, ...sound, ...idle.slice(1)])
    assert.deepEqual([signal?.uids, more], [['x'], []])
    assert.deepEqual(complaintSignals(idle.slice(1)), [])
  })

  it('F66 I5: the operator sees cases, strikes, appeals and signals; nobody is banned by a signal', async () => {
    const world = await bar.startCourt({ court: { strikesMax: 5 } })
    try {
      const parties = await bar.newCase(world)
      const { buyer, seller, bought, infoHash } = parties
      await w.fund(world, seller.uidHex, 100n)
      const back = await w.buy(world, seller, infoHash)
      await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [1])])
      await redeem(world, buyer, [await claimed(world, seller, back, buyer.uid, [1])])
      const third = { ...parties, seller: await w.register(world) }
      const verdict = await bar.proveUnpaid(third)
      for (let i = 0; i < 12; i++) {
        await bar.announce(parties, buyer)
        world.clock.now += bar.MINUTE
      }
      const headers = { authorization: `Bearer ${w.OPERATOR}` }
      const answer = await fetch(`${world.url}/floodgate/v1/operator/court`, { headers })
      await expectDocumented('GET', '/operator/court', answer)
      const court = (await answer.json()) as CourtJson
      assert.deepEqual(court.counts, { proved: 1 })
      assert.deepEqual(
        court.open.map(({ accuser, accused, index }) => [accuser, accused, index]),
        [[third.seller.uidHex, buyer.uidHex, verdict.index]]
      )
      assert.deepEqual(court.strikes, [{ uid: buyer.uidHex, strikes: 1, strikesMax: 5 }])
      assert.deepEqual(
        court.signals.map(({ kind, uids }) => [kind, uids.length]),
        [
          ['circle', 2],
          ['shared-handle', 3]
        ]
      )
      assert.deepEqual([court.revoked, court.appeals], [[], []])
      assert.deepEqual(world.errors, [])
    } finally {
      await world.close()
    }
  })
})
