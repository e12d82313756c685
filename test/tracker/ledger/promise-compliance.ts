// What every ledger store must do with promises that were missed: who gets how much back, out of whose money, and never
// twice. A part of the compliance suite; compliance.ts calls it.
import assert from 'node:assert/strict'
import type {
  Command,
  LedgerStore,
  MeasureCommand
} from '../../../tracker-extension/src/ledger/index.ts'
import { balanceOf, balancesOf, closeAudited, openWith } from './books.ts'
import type { OpenLedger } from './compliance.ts'
import { payoutCommandOf } from './payout-script.ts'
import { keyFor, openAccount, resultOf } from './script.ts'

const found: MeasureCommand = {
  ...{ kind: 'measure', purseId: 'p1', uid: 'alice', body: keyFor('m1') },
  ...{ missed: 'rate', excuse: '', percent: 25, paid: 4, now: 150 }
}

export function promiseCompliance(open: OpenLedger): void {
  describe('promises', () => {
    let store: LedgerStore
    beforeEach(async () => {
      store = await openWith(open, 'alice', 'bob', 'seeder')
      assert.equal(await name('seeder'), 'named')
      await run('deposit d1 alice 100', 'publish film 4 10', 'purchase p1 alice film 10')
    })
    afterEach(() => closeAudited(store))
    const run = async (...lines: string[]): Promise<void> => {
      for (const line of lines) await store.execute(payoutCommandOf(line))
    }
    const balances = () => balancesOf(store, 'alice', 'bob', 'seeder')
    const measure = async (change: Partial<MeasureCommand> = {}): Promise<string> => {
      try {
        const { measurement, repeated } = await store.execute({ ...found, ...change })
        return `${measurement.state} ${measurement.creditMinor}${repeated ? ' again' : ''}`
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    const name = async (uid: string): Promise<string> => {
      try {
        const said = await store.execute({ kind: 'ownAccount', uid, now: 90 })
        return said.repeated ? 'named again' : 'named'
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    const credit = async (now = 160): Promise<string> => {
      const said = await store.execute({ kind: 'credit', purseId: 'p1', now })
      return `${said.measurement.state} ${said.measurement.creditMinor}${said.repeated ? ' again' : ''}`
    }

    it('F79, I1: a miss gives its share of what was paid back, out of the provider’s own money, once', async () => {
      await run('redeem c1 seeder p1 1110', 'redeem c2 bob p1 0001')
      assert.equal(await measure(), 'paid 10')
      assert.deepEqual(await balances(), [70n, 10n, 20n])
      assert.equal(await measure({ now: 170 }), 'paid 10 again')
      assert.equal(await measure({ body: keyFor('m2') }), 'conflict')
      assert.equal(await credit(), 'paid 10 again')
      assert.deepEqual(await balances(), [70n, 10n, 20n])
      const lines = (await store.journal(4)).map(
        ({ kind, ref, debit, credit: to, amountMinor }) =>
          `${kind} ${ref} ${debit} ${to} ${amountMinor}`
      )
      assert.deepEqual(lines, [
        'cover p1 peer:seeder provider 10',
        'credit p1 provider peer:alice 10'
      ])
    })

    it('F77, F79: whose purse the provider paid has nothing to get back', async () => {
      await store.execute({ kind: 'budgetPush', infoHash: 'film', amountMinor: 40n, now: 100 })
      const purchase = payoutCommandOf('purchase p2 bob film 10')
      await store.execute({ ...purchase, pushed: true } as Command)
      await run('redeem c1 seeder p2 1111')
      assert.equal(await measure({ purseId: 'p2', uid: 'bob' }), 'paid 0')
      assert.deepEqual(await balances(), [60n, 0n, 40n])
    })

    it('waits for the claims of what was paid, at the latest until the purse closes', async () => {
      await run('redeem c1 seeder p1 1000')
      assert.equal(await measure({ paid: 2 }), 'owed 0')
      assert.deepEqual(await store.owedCredits(), ['p1'])
      assert.equal(await credit(), 'owed 0 again')
      await run('redeem c2 seeder p1 1100')
      assert.equal(await credit(), 'paid 5')
      assert.deepEqual(await store.owedCredits(), [])
      await run('purchase p2 alice film 10 again', 'redeem c3 seeder p2 1000')
      const more = { purseId: 'p2', body: keyFor('m2') }
      assert.equal(await measure({ ...more, paid: 4 }), 'owed 0', 'more than it paid')
      await run('close p2 at=200')
      const said = await store.execute({ kind: 'credit', purseId: 'p2', now: 200 })
      assert.equal(said.measurement.creditMinor, 2n, 'of what was spent, and rounded down')
    })

    it('W17: is never above what the provider took for that purse: who sells to himself gets nothing out', async () => {
      await run('redeem c1 bob p1 1111')
      assert.equal(await measure(), 'paid 0')
      assert.deepEqual(await balances(), [60n, 40n, 0n])
      await run('purchase p2 alice film 10 again', 'redeem c2 bob p2 1111 share=900000')
      assert.equal(await measure({ purseId: 'p2', body: keyFor('m2'), percent: 50 }), 'paid 4')
      assert.deepEqual(await balances(), [24n, 76n, 0n])
    })

    it('is owed while the provider’s accounts are short, and paid when they are not', async () => {
      await run('redeem c1 seeder p1 1111')
      await store.execute({
        ...{ kind: 'setDestination', uid: 'seeder', destination: 'payto://a', holdMs: 0, now: 140 }
      })
      await store.execute({
        ...{ kind: 'requestPayout', payoutId: 'o1', uid: 'seeder', amountMinor: 35n, rail: 'sepa' },
        ...{ sink: 'cash', now: 141 }
      })
      assert.equal(await measure(), 'owed 0')
      assert.deepEqual(await balances(), [60n, 0n, 5n])
      await run('deposit d2 seeder 5')
      assert.equal(await credit(), 'paid 10')
      assert.deepEqual(await balances(), [70n, 0n, 0n])
    })

    it('knows by itself whose sales are the provider’s own: of any number, and of accounts that are there', async () => {
      assert.equal(await name('seeder'), 'named again')
      assert.equal(await name('nobody'), 'unknown-account')
      const others = Array.from({ length: 1100 }, (_, i) => `own${i}`)
      await Promise.all(others.map((uid) => openAccount(store, uid)))
      assert.deepEqual(new Set(await Promise.all(others.map(name))), new Set(['named']))
      await run('redeem c1 own7 p1 1000', 'redeem c2 own8 p1 0100', 'redeem c3 own9 p1 0010')
      await run('redeem c4 bob p1 0001')
      assert.equal(await measure({ percent: 75 }), 'paid 30')
      assert.deepEqual(await balances(), [90n, 10n, 0n])
    })

    it('W17: takes nothing from whom the ledger does not call its own, nor from whom did not sell in this purse', async () => {
      await run('redeem c1 seeder p1 1110', 'redeem c2 bob p1 0001', 'deposit d2 bob 90')
      await run('want seeder payto://a hold=0', 'request o1 seeder 25')
      assert.equal(await measure(), 'owed 0')
      await openAccount(store, 'other')
      await name('other')
      await run('deposit d3 other 50')
      assert.equal(await credit(), 'owed 0 again', 'it has no part in this purse')
      assert.deepEqual(await balances(), [60n, 100n, 5n])
      await run('deposit d4 seeder 20')
      assert.equal(await credit(), 'paid 10')
      assert.deepEqual(await balances(), [70n, 100n, 15n])
      assert.equal(await balanceOf(store, 'other'), 50n)
    })

    it('a coupon’s part of the price is not given back', async () => {
      await store.execute({ kind: 'fund', id: 'f1', amountMinor: 20n, reason: '', now: 100 })
      await store.execute({
        ...{ kind: 'issueCoupon', couponId: 'HALF', infoHash: '', share: 5000, amountMinor: 0n },
        ...{ usesMax: 1, usesPerAccountMax: 1, until: 0, now: 100 }
      })
      await store.execute({ kind: 'takeCoupon', couponId: 'HALF', uid: 'alice', now: 100 })
      await run('purchase p2 alice film 10 again', 'redeem c1 seeder p2 1111')
      assert.equal(await measure({ purseId: 'p2', body: keyFor('m2') }), 'paid 5')
    })

    it('nothing for who was not missed, another’s purse, none, or a share above all', async () => {
      assert.equal(await measure({ missed: '', percent: 0 }), 'kept 0')
      assert.equal(await measure({ missed: '', percent: 0 }), 'kept 0 again')
      assert.equal(await credit(), 'kept 0 again')
      assert.equal(await measure({ uid: 'bob' }), 'unknown-purse')
      assert.equal(await measure({ purseId: 'p9' }), 'unknown-purse')
      assert.equal(await measure({ percent: 101 }), 'bad-command')
      const credited = { kind: 'credit' as const, purseId: 'p9', now: 1 }
      assert.equal(await resultOf(store, credited), 'unknown-purse')
      assert.equal((await store.measurement('p1'))?.state, 'kept')
      assert.equal(await store.measurement('p9'), undefined)
    })
  })
}
