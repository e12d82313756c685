// What every ledger store must do with coupons: who pays what, and what comes back to whom. A part of the compliance suite;
// compliance.ts calls it.
import assert from 'node:assert/strict'
import type { Command, LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import { balancesOf, closeAudited, openWith, refusalOf } from './books.ts'
import type { OpenLedger } from './compliance.ts'
import { commandOf, openAccount, resultOf } from './script.ts'

const now = 100

export function couponCompliance(open: OpenLedger): void {
  describe('coupons', () => {
    let store: LedgerStore
    beforeEach(async () => {
      store = await openWith(open, 'alice', 'bob')
    })
    afterEach(() => closeAudited(store))

    it('I1: a coupon pays its part into the escrow, sellers get all, and what is left is shared as it was paid', async () => {
      await execute('deposit d1 alice 100', 'publish film 8 10', 'publish book 3 7')
      assert.equal(await coupon('TENTH', { share: 1000 }), '')
      assert.equal(await coupon('TENTH', { share: 1000 }), '')
      assert.equal(await coupon('TENTH', { share: 2000 }), 'conflict')
      assert.equal(await coupon('BOTH', { share: 1, amountMinor: 1n }), 'bad-command')
      assert.equal(await coupon('NONE', {}), 'bad-command')
      assert.equal(await coupon('LOST', { share: 1, infoHash: 'nowhere' }), 'unknown-content')
      assert.equal(await take('TENTH', 'alice'), '')
      assert.equal(await take('TENTH', 'alice'), '')
      const buy = 'purchase p1 alice film 10'
      const order = commandOf(buy) as Command & { kind: 'purchase' }
      await assert.rejects(store.expectPurchase(order), { code: 'no-promotion' })
      assert.equal(await resultOf(store, commandOf(buy)), 'no-promotion')
      const funds = { id: 'f1', amountMinor: 20n, reason: 'spring', now }
      assert.equal((await store.execute({ kind: 'fund', ...funds })).repeated, false)
      assert.equal((await store.execute({ kind: 'fund', ...funds })).repeated, true)
      const lines = (await store.journal()).length
      await store.expectPurchase(order)
      assert.equal((await store.journal()).length, lines, 'asked only')
      assert.equal(await resultOf(store, commandOf(buy)), 'p1 -72')
      assert.equal(await resultOf(store, commandOf(buy)), 'p1 -72')
      assert.equal((await store.audit()).escrowMinor, 80n)
      assert.equal(await resultOf(store, commandOf('redeem c1 bob p1 10100000')), '+20 2/0/0')
      // 60 come back: 54 to the buyer, 6 to promotion.
      assert.equal(await resultOf(store, commandOf('close p1 at=200')), 'refund 54')
      assert.equal(await resultOf(store, commandOf('close p1 at=201')), 'refund 54')
      assert.deepEqual(await balancesOf(store, 'alice', 'bob'), [82n, 20n])
      assert.equal((await store.promotionBooks()).promotionMinor, 18n)
      // The coupon was for one use of this account.
      assert.equal(await take('TENTH', 'alice'), 'code-spent')
      assert.equal(
        await resultOf(store, commandOf('purchase p2 alice film 10 at=201 until=300')),
        'p2 -80'
      )
    })

    it('coupons end: by time, by uses in all, by uses of one account; the one for the content goes first', async () => {
      await execute('deposit d1 alice 200', 'publish film 4 10', 'publish book 3 7')
      await store.execute({ kind: 'fund', id: 'f1', amountMinor: 100n, reason: '', now })
      await coupon('ONE', { amountMinor: 15n, usesMax: 1, until: 150 })
      await coupon('FILM', { amountMinor: 4000n, infoHash: 'film', usesMax: 5 })
      assert.equal(await take('ONE', 'alice', 150), 'code-expired')
      assert.equal(await take('ONE', 'zoe'), 'unknown-account')
      assert.equal(await take('NOPE', 'alice'), 'unknown-code')
      assert.equal(await take('ONE', 'alice'), '')
      assert.equal(await take('ONE', 'bob'), 'code-spent')
      assert.equal(await take('FILM', 'alice'), '')
      // One minor unit always stays with the buyer.
      assert.equal(await resultOf(store, commandOf('purchase p1 alice film 10')), 'p1 -1')
      assert.equal(await resultOf(store, commandOf('purchase p2 alice book 7 at=150')), 'p2 -21')
      await coupon('ELSE', { amountMinor: 3n, usesMax: 1 })
      // A coupon that another takes the place of gives its own place back.
      assert.equal(await take('ELSE', 'alice'), '')
      assert.equal(await take('ONE', 'bob', 149), '')
      assert.equal(await resultOf(store, commandOf('purchase p3 alice book 7 again')), 'p3 -18')
    })

    it('I1: a part bought with a coupon and cancelled: each refund is shared as the part was paid', async () => {
      await execute('deposit d1 alice 100', 'publish film 8 10')
      await store.execute({ kind: 'fund', id: 'f1', amountMinor: 6n, reason: '', now })
      await coupon('C', { share: 1000 })
      await take('C', 'alice')
      const lines: [command: string, answer: string][] = [
        ['purchase p1 alice film 10 part=0-6', 'p1 -54'],
        ['purchase p1 alice film 10 part=0-6', 'p1 -54'],
        ['redeem c1 bob p1 10000000', '+10 1/0/0'],
        ['cancel p1 alice 11000000', 'kept 2'],
        // 40 come back, 36 to the buyer; then 10, of which 9.
        ['close p1 at=150', 'refund 36'],
        ['close p1 at=160', 'refund 36'],
        ['close p1 at=200', 'refund 9']
      ]
      for (const [line, answer] of lines) {
        assert.equal(await resultOf(store, commandOf(line)), answer, line)
        assert.deepEqual((await store.audit()).faults, [])
      }
      assert.deepEqual(await balancesOf(store, 'alice', 'bob'), [91n, 10n])
      assert.equal((await store.promotionBooks()).promotionMinor, 5n)
    })

    it('who holds a coupon that promotion cannot pay drops it, and buys at the full price', async () => {
      await execute('deposit d1 alice 100', 'publish film 4 10')
      await coupon('C', { share: 1000, usesMax: 1 })
      await take('C', 'alice')
      const buy = commandOf('purchase p1 alice film 10')
      assert.equal(await resultOf(store, buy), 'no-promotion')
      const drop = (uid: string, couponId = 'C') =>
        store.execute({ kind: 'dropCoupon', couponId, uid, now })
      assert.equal((await drop('bob')).repeated, true)
      assert.equal((await drop('alice')).repeated, false)
      assert.equal((await drop('alice')).repeated, true)
      await assert.rejects(drop('alice', 'NOPE'), { code: 'unknown-code' })
      assert.equal(await resultOf(store, buy), 'p1 -40')
      assert.equal(await take('C', 'bob'), '', 'its place is free again')
    })

    it('a place that is held for a day goes to the next who comes, the longest held first', async () => {
      const day = 24 * 3600e3
      for (const uid of ['carol', 'dave', 'erin']) await openAccount(store, uid)
      await execute('deposit d1 alice 100', 'deposit d2 bob 100', 'publish film 4 10')
      await store.execute({ kind: 'fund', id: 'f1', amountMinor: 100n, reason: '', now })
      await coupon('C', { share: 1000, usesMax: 3 })
      for (const [i, uid] of ['alice', 'bob', 'carol'].entries()) {
        assert.equal(await take('C', uid, now + i), '')
      }
      assert.equal(await take('C', 'dave', now + day - 1), 'code-spent')
      // One that was used is nobody's any more; a repetition does not hold it longer.
      const spent = `purchase p1 bob film 10 at=${now + 2} until=${now + 9}`
      assert.equal(await resultOf(store, commandOf(spent)), 'p1 -36')
      assert.equal(await take('C', 'alice', now + day - 1), '')
      assert.equal(await take('C', 'dave', now + day), '')
      assert.equal(await take('C', 'erin', now + day + 1), 'code-spent')
      assert.equal(await take('C', 'erin', now + day + 2), '')
      assert.equal(await take('C', 'carol', now + day + 2), 'code-spent')
      const late = `purchase p2 alice film 10 at=${now + day} until=${now + 2 * day}`
      assert.equal(await resultOf(store, commandOf(late)), 'p2 -40')
      const [row] = (await store.promotionBooks()).coupons
      assert.equal(row!.uses, 3)
    })

    it('gives its lines to nobody else: I1, the journal names each', async () => {
      await execute('deposit d1 alice 100', 'publish film 4 10')
      await store.execute({ kind: 'fund', id: 'f1', amountMinor: 9n, reason: '', now })
      await coupon('C', { share: 1000 })
      await take('C', 'alice')
      await execute('purchase p1 alice film 10', 'close p1 at=200')
      const lines = (await store.journal()).map(
        ({ kind, ref, debit, credit, amountMinor }) =>
          `${kind} ${ref} ${debit} ${credit} ${amountMinor}`
      )
      assert.deepEqual(lines, [
        'deposit d1 cash peer:alice 100',
        'fund f1 cash promotion 9',
        'purchase p1 peer:alice escrow 36',
        'promotion p1 promotion escrow 4',
        'promotionRefund p1 escrow promotion 4',
        'close p1 escrow peer:alice 36'
      ])
    })

    async function execute(...lines: string[]): Promise<void> {
      for (const line of lines) await store.execute(commandOf(line))
    }
    const coupon = (
      couponId: string,
      terms: Partial<Command & { kind: 'issueCoupon' }>
    ): Promise<string> =>
      refusalOf(store, {
        ...{ kind: 'issueCoupon', couponId, infoHash: '', share: 0, amountMinor: 0n },
        ...{ usesMax: 10, usesPerAccountMax: 1, until: 0, now, ...terms }
      })
    const take = (couponId: string, uid: string, at = now): Promise<string> =>
      refusalOf(store, { kind: 'takeCoupon', couponId, uid, now: at })
  })
}
