// What every ledger store must do when a content is withdrawn: nothing new is sold, and what was sold goes on to its end.
// A part of the compliance suite; suites.ts calls it.
import assert from 'node:assert/strict'
import type { Command, LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import { balancesOf, closeAudited, openWith } from './books.ts'
import type { OpenLedger } from './compliance.ts'
import { commandOf, resultOf } from './script.ts'

type Publish = Extract<Command, { kind: 'publish' }>

export function withdrawalCompliance(open: OpenLedger): void {
  describe('withdrawals', () => {
    let store: LedgerStore
    beforeEach(async () => {
      store = await openWith(open, 'alice', 'bob')
      for (const line of ['deposit d1 alice 100', 'publish film 4 10']) await run(line)
    })
    afterEach(() => closeAudited(store))
    const run = (line: string) => store.execute(commandOf(line))
    const result = (line: string): Promise<string> => resultOf(store, commandOf(line))
    const withdraw = (now = 120) => store.execute({ kind: 'withdraw', infoHash: 'film', now })
    const publish = async (since?: number): Promise<number> => {
      const film = commandOf('publish film 4 10') as Publish
      const order = since === undefined ? film : { ...film, since }
      return (await store.execute(order)).withdrawnAt
    }

    it('nothing is sold any more, however it is asked for', async () => {
      await run('purchase p1 alice film 10 part=0-2')
      assert.deepEqual(await withdraw(), { infoHash: 'film', title: 'film', repeated: false })
      assert.deepEqual(await withdraw(130), { infoHash: 'film', title: 'film', repeated: true })
      assert.equal((await store.content('film'))?.withdrawnAt, 120)
      assert.deepEqual(
        (await store.contents()).map(({ infoHash, withdrawnAt }) => [infoHash, withdrawnAt]),
        [['film', 120]]
      )
      assert.equal(await result('purchase p2 bob film 10 at=130'), 'withdrawn')
      assert.equal(await result('purchase p2 alice film 10 again at=130'), 'withdrawn')
      assert.equal(await result('purchase p2 alice film 10 part=2-4 at=130'), 'withdrawn')
      assert.deepEqual(await balancesOf(store, 'alice', 'bob'), [80n, 0n])
      const unknown: Command = { kind: 'withdraw', infoHash: 'book', now: 120 }
      assert.equal(await resultOf(store, unknown), 'unknown-content')
    })

    it('G14, I1: purses that were sold answer, pay and give back as ever', async () => {
      await run('purchase p1 alice film 10')
      await withdraw()
      const { purse, chargedMinor } = await store.execute(
        commandOf('purchase p2 alice film 10 at=130') as Command & { kind: 'purchase' }
      )
      assert.deepEqual([purse.purseId, chargedMinor], ['p1', 0n])
      const lines = [
        'purchase p1 alice film 10 at=130',
        'redeem c1 bob p1 1100 at=140',
        'complain k1 bob alice p1 2 at=150',
        'prove k1 at=160',
        'settle k1 at=170',
        'close p1 at=200'
      ]
      const said: string[] = []
      for (const line of lines) said.push(await result(line))
      assert.deepEqual(said, [
        ...['p1 -40', '+20 2/0/0', 'challenge unpaid +0', 'proved unpaid +0', 'settled +10'],
        'refund 10'
      ])
      const [alice, bob] = await balancesOf(store, 'alice', 'bob')
      assert.deepEqual([alice, bob], [70n, 30n])
    })

    it('is for sale again when it is put up again, not when an older word is repeated', async () => {
      await withdraw()
      for (const since of [0, 119, 120]) assert.equal(await publish(since), 120)
      assert.equal(await result('purchase p1 alice film 10 at=130'), 'withdrawn')
      assert.equal(await publish(121), 0)
      assert.equal(await result('purchase p1 alice film 10 at=130'), 'p1 -40')
      await withdraw(140)
      assert.equal(await publish(121), 140)
      assert.equal(await publish(), 0)
    })

    it('stands when the clock of who put it up was ahead: the same word said again changes nothing', async () => {
      assert.equal(await publish(5000), 0)
      assert.equal(await publish(130), 0, 'an older entry, of another copy')
      assert.equal(await publish(), 0, 'an act of now')
      await withdraw(140)
      for (const since of [130, 4999, 5000]) assert.equal(await publish(since), 5000)
      assert.equal(await result('purchase p1 alice film 10 at=150'), 'withdrawn')
      assert.equal(await publish(5001), 0, 'put up again')
      await withdraw(160)
      assert.equal(await publish(5001), 5001)
      assert.equal(await publish(), 0)
    })
  })
}
