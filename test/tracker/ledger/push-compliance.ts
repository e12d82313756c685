// What every ledger store must do with contents that are sealed until their release (F77): who pays a push, what comes back
// to whom, and keys that are sold once. A part of the compliance suite; compliance.ts calls it.
import assert from 'node:assert/strict'
import type { Command, LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import { balancesOf, closeAudited, openWith } from './books.ts'
import type { OpenLedger } from './compliance.ts'
import { commandOf, resultOf } from './script.ts'

const now = 100

export function pushCompliance(open: OpenLedger): void {
  describe('sealed contents', () => {
    let store: LedgerStore
    beforeEach(async () => {
      store = await openWith(open, 'alice', 'bob', 'carol')
      await answer('publish film 4 10')
    })
    afterEach(() => closeAudited(store))
    const answer = (line: string, more: Partial<Command> = {}) =>
      resultOf(store, { ...commandOf(line), ...more } as Command)
    const pushed = (line: string) => answer(line, { pushed: true } as Partial<Command>)
    const budget = async (amountMinor: bigint, infoHash = 'film') =>
      (await store.execute({ kind: 'budgetPush', infoHash, amountMinor, now })).addedMinor
    const key = (uid: string, priceMinor = 25n, group = 3, infoHash = 'film') =>
      store.execute({ kind: 'buyKey', uid, infoHash, priceMinor, group, now })
    const balances = () => balancesOf(store, 'alice', 'bob', 'carol')
    const used = async () => (await store.pushBudget('film')).usedMinor

    it('F77 I1: the provider pays a purse of a push, sellers earn by it, and the rest is the provider’s again', async () => {
      assert.equal(await pushed('purchase p1 alice film 10'), 'not-pushed')
      assert.equal(await budget(60n), 60n)
      assert.equal(await budget(60n), 0n)
      assert.equal(await budget(50n), 0n)
      await assert.rejects(budget(1n, 'nowhere'), { code: 'unknown-content' })
      assert.equal(await pushed('purchase p1 alice film 10'), 'p1 -0')
      assert.equal(await pushed('purchase p1 alice film 10'), 'p1 -0')
      assert.equal(await pushed('purchase p2 alice film 10'), 'p1 -0', 'the one in force')
      assert.equal(await pushed('purchase p3 carol film 10'), 'not-pushed', '40 of 60 are used')
      assert.equal(await budget(90n), 30n)
      assert.equal(await pushed('purchase p3 carol film 10'), 'p3 -0')
      assert.equal(await used(), 80n)
      assert.equal(await answer('redeem c1 bob p1 1100'), '+20 2/0/0')
      assert.equal(await answer('close p1 at=200'), 'refund 0')
      assert.equal(await answer('close p1 at=201'), 'refund 0')
      assert.deepEqual(await balances(), [0n, 20n, 0n])
      assert.equal(await used(), 60n)
      assert.equal(await store.isPushed('film', 'alice'), true)
      assert.equal(await store.isPushed('film', 'bob'), false)
      const late = 'purchase p4 alice film 10 at=201 until=300'
      assert.equal(await pushed(late), 'not-pushed', 'one for each account')
      assert.equal(await answer(late), 'insufficient-funds', 'its own money may buy another')
    })

    it('F77 I1: a pushed purse that is cancelled refunds the provider, early and at its end', async () => {
      await budget(40n)
      const lines: [command: string, answer: string][] = [
        ['redeem c1 bob p1 1000', '+10 1/0/0'],
        ['cancel p1 alice 1100', 'kept 2'],
        ['close p1 at=150', 'refund 0'],
        ['close p1 at=150', 'refund 0'],
        ['redeem c2 carol p1 1000', '+0 0/1/1'],
        ['close p1 at=200', 'refund 0']
      ]
      assert.equal(await pushed('purchase p1 alice film 10'), 'p1 -0')
      for (const [line, expected] of lines) {
        assert.equal(await answer(line), expected, line)
        assert.deepEqual((await store.audit()).faults, [], line)
      }
      assert.equal(await used(), 10n)
      assert.deepEqual(await balances(), [0n, 10n, 0n])
    })

    it('F77 I1: a key is sold once for each account, and its group stays', async () => {
      await answer('deposit d1 alice 60')
      await assert.rejects(key('bob'), { code: 'insufficient-funds' })
      await assert.rejects(key('zoe'), { code: 'unknown-account' })
      await assert.rejects(key('alice', 25n, 3, 'nowhere'), { code: 'unknown-content' })
      const sold = { uid: 'alice', infoHash: 'film', group: 3 }
      assert.deepEqual(await key('alice'), { ...sold, repeated: false })
      assert.deepEqual(await key('alice', 25n, 9), { ...sold, repeated: true })
      await assert.rejects(key('alice', 26n), { code: 'conflict' })
      assert.deepEqual(await key('carol', 0n, 1), {
        ...{ uid: 'carol', infoHash: 'film', group: 1, repeated: false }
      })
      assert.deepEqual(await balances(), [35n, 0n, 0n])
      const sales = (await store.keySales('film')).map(({ uid, group }) => `${uid} ${group}`)
      assert.deepEqual(sales, ['alice 3', 'carol 1'])
      assert.equal((await store.keySales('film', 'alice', 1))[0]?.uid, 'carol')
      assert.deepEqual(await store.keySales('book'), [])
      const provider = (await store.sums()).find(({ kind }) => kind === 'provider')!
      assert.equal(provider.creditsMinor, 25n)
    })
  })
}
