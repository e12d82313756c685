// What every ledger store must do with money that comes in: orders, advices, gift codes and coupons. A part of the
// compliance suite; compliance.ts calls it.
import assert from 'node:assert/strict'
import {
  type Advice,
  LedgerError,
  type LedgerStore
} from '../../../tracker-extension/src/ledger/index.ts'
import { balanceOf, balancesOf, closeAudited, openWith, refusalOf } from './books.ts'
import type { OpenLedger } from './compliance.ts'

const now = 100
export const adviceOf = (name: string, more: Partial<Advice> = {}): Advice => ({
  ...{
    names: [name],
    strong: true,
    source: 'sepa',
    advised: 'credit',
    amountMinor: 50n,
    currency: 'EUR'
  },
  ...{ orderId: '', uid: '', reference: '', hold: '', about: '', payer: 'A. Person', text: '' },
  ...more
})

/** State, code and uid of each advice; the code of a refusal. */
async function tell(store: LedgerStore, advices: Advice[], statement = ''): Promise<string[]> {
  const [statementId = ''] = statement.split(' ')
  const body = new Uint8Array(Buffer.alloc(32, statement))
  const statements = statement === '' ? [] : [{ statementId, body }]
  const command = { kind: 'advise' as const, advices, now, statements }
  try {
    const told = await store.execute(command)
    return told.advices.map(({ state, code, uid, repeated }) =>
      [state, code, uid, repeated ? 'again' : ''].filter(Boolean).join(' ')
    )
  } catch (error) {
    if (error instanceof LedgerError) return [error.code]
    throw error
  }
}

export function moneyInCompliance(open: OpenLedger): void {
  describe('money that comes in', () => {
    let store: LedgerStore
    beforeEach(async () => {
      store = await openWith(open, 'alice', 'bob')
    })
    afterEach(() => closeAudited(store))
    const order = (orderId: string, amountMinor: bigint, currency = 'EUR') =>
      store.execute({ kind: 'order', orderId, uid: 'alice', amountMinor, currency, now })

    it('F2 G14: an order is paid once, by what fits it; what does not fit waits and says why', async () => {
      assert.equal((await order('o1', 50n)).repeated, false)
      assert.equal((await order('o1', 50n)).repeated, true)
      await assert.rejects(order('o1', 51n), { code: 'conflict' })
      await assert.rejects(order('o2', 50n, 'USD'), { code: 'wrong-currency' })
      const card = (name: string, more: Partial<Advice> = {}) =>
        adviceOf(name, { source: 'stripe', orderId: 'o1', uid: 'alice', ...more })
      const table: [string, Advice][] = [
        ['waiting wrong-amount', card('s1', { amountMinor: 49n })],
        ['waiting wrong-currency', card('s2', { currency: 'USD' })],
        ['waiting wrong-account', card('s3', { uid: 'bob' })],
        ['waiting unknown-order', card('s4', { orderId: 'o9' })],
        ['booked alice', card('s5')],
        ['booked alice again', card('s5')],
        ['waiting order-paid', card('s6')],
        ['waiting wrong-amount again', card('s1', { amountMinor: 49n })],
        ['conflict', card('s5', { amountMinor: 51n })],
        ['noted alice', card('r1', { advised: 'refund', about: 's5' })],
        ['noted alice again', card('r1', { advised: 'refund', about: 's5' })]
      ]
      for (const [expected, advice] of table) {
        assert.deepEqual(await tell(store, [advice]), [expected], advice.names[0])
      }
      assert.equal(await balanceOf(store, 'alice'), 50n)
      const waiting = await store.openAdvices('waiting')
      assert.deepEqual(
        waiting.map(({ adviceId, code }) => `${adviceId} ${code}`),
        [
          's1 wrong-amount',
          's2 wrong-currency',
          's3 wrong-account',
          's4 unknown-order',
          's6 order-paid'
        ]
      )
      assert.deepEqual(
        (await store.openAdvices('noted')).map(({ adviceId }) => adviceId),
        ['r1']
      )
      const [line] = await store.journal()
      assert.deepEqual([line?.kind, line?.ref, line?.credit], ['deposit', 's5', 'peer:alice'])
    })

    it('F2: a reference finds its account, also once it becomes known; no other account takes it', async () => {
      const paid = adviceOf('e1', { reference: 'RF18ABC' })
      assert.deepEqual(await tell(store, [paid]), ['waiting unknown-reference'])
      assert.deepEqual(await tell(store, [paid]), ['waiting unknown-reference again'])
      const refer = (uid: string) => store.execute({ kind: 'refer', reference: 'RF18ABC', uid })
      assert.equal((await refer('alice')).repeated, false)
      assert.equal((await refer('alice')).repeated, true)
      await assert.rejects(refer('bob'), { code: 'conflict' })
      assert.deepEqual(await tell(store, [paid]), ['booked alice'])
      assert.deepEqual(await tell(store, [paid, adviceOf('e2')]), [
        'booked alice again',
        'waiting no-reference'
      ])
      assert.deepEqual(await store.openAdvices('waiting').then((all) => all.length), 1)
      assert.equal(await balanceOf(store, 'alice'), 50n)
    })

    it('G14: one payment by any of its names is one; two that share a weak name are two', async () => {
      const known = (...names: string[]) => adviceOf('', { names, hold: 'look' })
      const weak = (...names: string[]) => ({ ...known(...names), strong: false })
      const table: [string, Advice][] = [
        ['waiting look', known('a1', 't')],
        ['waiting looks-repeated', { ...known('a2', 't'), hold: '' }],
        ['waiting looks-repeated again', { ...known('a2', 't'), hold: '' }],
        ['waiting look again', weak('t')],
        ['waiting looks-repeated again', known('a2')],
        ['waiting look', weak('t3')],
        ['waiting look again', known('a3', 't3')],
        ['waiting look', known('a4', 't3')],
        ['waiting look again', known('a3')]
      ]
      for (const [expected, advice] of table) {
        assert.deepEqual(await tell(store, [advice]), [expected], advice.names.join())
      }
      const ids = (await store.openAdvices('waiting')).map(({ adviceId }) => adviceId)
      assert.deepEqual(ids, ['a1', 'a2', 'a4', 't3'])
    })

    it('I6: a statement is taken whole or not at all, and never in two versions', async () => {
      await store.execute({ kind: 'refer', reference: 'RF18ABC', uid: 'alice' })
      const [one, two] = ['e1', 'e2'].map((name) => adviceOf(name, { reference: 'RF18ABC' }))
      assert.deepEqual(await tell(store, [one!], 'st1'), ['booked alice'])
      assert.deepEqual(await tell(store, [one!, two!], 'st1 changed'), ['conflict'])
      assert.deepEqual(await tell(store, [two!, { ...one!, amountMinor: 7n }], 'st2'), ['conflict'])
      assert.equal(await balanceOf(store, 'alice'), 50n)
      assert.deepEqual(await tell(store, [two!], 'st2'), ['booked alice'])
      assert.equal(await balanceOf(store, 'alice'), 100n)
    })

    it('the operator assigns what waits, once, with a reason, or sets it aside', async () => {
      await tell(store, [adviceOf('e1'), adviceOf('e2'), adviceOf('e3', { currency: 'USD' })])
      const assign = (adviceId: string, uid: string, reason = 'asked by mail') =>
        store.execute({ kind: 'assign', adviceId, uid, reason, now })
      const first = await assign('e1', 'bob')
      assert.deepEqual([first.state, first.uid, first.repeated], ['booked', 'bob', false])
      assert.equal((await assign('e1', 'bob')).repeated, true)
      const refused: [string, () => Promise<unknown>][] = [
        ['conflict', () => assign('e1', 'alice')],
        ['conflict', () => assign('e1', 'bob', 'another reason')],
        ['unknown-advice', () => assign('e9', 'bob')],
        ['unknown-account', () => assign('e2', 'zoe')],
        ['wrong-currency', () => assign('e3', 'bob')],
        ['bad-command', () => assign('e2', 'bob', '')]
      ]
      for (const [code, attempt] of refused) await assert.rejects(attempt(), { code })
      assert.equal((await assign('e2', '', 'sent back')).state, 'noted')
      assert.equal((await assign('e2', '', 'sent back')).repeated, true)
      assert.deepEqual(await tell(store, [adviceOf('e1'), adviceOf('e2')]), [
        'booked bob again',
        'noted again'
      ])
      assert.equal(await balanceOf(store, 'bob'), 50n)
    })

    it('what was noted is listed newest first, without our own spending, until somebody has seen to it', async () => {
      const ids = async (limit?: number) =>
        (await store.openAdvices('noted', limit)).map(({ adviceId }) => adviceId)
      const dispute = (name: string, at: number) =>
        store.execute({
          ...{ kind: 'advise', statements: [], now: at },
          advices: [adviceOf(name, { advised: 'dispute', uid: 'alice' })]
        })
      for (let i = 0; i < 3; i++) await dispute(`d${i}`, now + i)
      await tell(store, [adviceOf('spent', { advised: 'debit' })])
      assert.deepEqual(await ids(), ['d2', 'd1', 'd0'])
      assert.deepEqual(await ids(1), ['d2'])
      const assign = (adviceId: string, uid: string, reason = 'refunded') =>
        store.execute({ kind: 'assign', adviceId, uid, reason, now })
      const seen = await assign('d1', '')
      assert.deepEqual([seen.state, seen.uid, seen.repeated], ['noted', 'alice', false])
      assert.equal((await assign('d1', '')).repeated, true)
      await assert.rejects(assign('d1', '', 'another reason'), { code: 'conflict' })
      await assert.rejects(assign('d2', 'bob'), { code: 'conflict' })
      await dispute('d1', now + 9)
      assert.deepEqual(await ids(), ['d2', 'd0'])
      assert.equal(await balanceOf(store, 'alice'), 0n)
    })

    it('F80: a gift code is redeemed once, by one, in time; the account gifts holds the rest', async () => {
      const [h1, h2, h3] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [
        string,
        string,
        string
      ]
      const issue = (batchId: string, hashes: string[], expiresAt = 0) =>
        refusalOf(store, {
          kind: 'issueGifts',
          batchId,
          hashes,
          amountMinor: 5n,
          expiresAt,
          reason: '',
          now
        })
      const redeem = (hash: string, uid: string, at = now) =>
        refusalOf(store, { kind: 'redeemGift', hash, uid, now: at })
      assert.deepEqual(
        [
          await issue('b1', [h1, h2]),
          await issue('b1', [h1, h2]),
          await issue('b1', [h1]),
          await issue('b2', [h2]),
          await issue('b2', [h3, h3]),
          await issue('b2', [h3], 200),
          await issue('b3', ['x'])
        ],
        ['', '', 'conflict', 'conflict', 'conflict', '', 'bad-command']
      )
      assert.equal((await store.promotionBooks()).giftsMinor, 15n)
      assert.deepEqual(
        [
          await redeem(h1, 'zoe'),
          await redeem(h1, 'alice'),
          await redeem(h1, 'alice'),
          await redeem(h1, 'bob'),
          await redeem('9'.repeat(64), 'bob'),
          await redeem(h3, 'bob', 200),
          await redeem(h3, 'bob', 199),
          await redeem(h3, 'bob', 201)
        ],
        ['unknown-account', '', '', 'code-spent', 'unknown-code', 'code-expired', '', '']
      )
      assert.deepEqual(await balancesOf(store, 'alice', 'bob'), [5n, 5n])
      assert.equal((await store.promotionBooks()).giftsMinor, 5n)
    })
  })
}
