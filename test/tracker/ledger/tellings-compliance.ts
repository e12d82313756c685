// What every ledger store must tell of why its postings were made, and of the provider's own accounts. A part of the
// compliance suite; compliance.ts calls it.
import assert from 'node:assert/strict'
import { type LedgerStore, mayHaveReason } from '../../../tracker-extension/src/ledger/index.ts'
import { closeAudited, openWith } from './books.ts'
import type { OpenLedger } from './compliance.ts'
import { payoutCommandOf } from './payout-script.ts'

export function tellingsCompliance(open: OpenLedger): void {
  describe('reasons and own accounts', () => {
    let store: LedgerStore
    beforeEach(async () => {
      store = await openWith(open, 'alice', 'bob')
    })
    afterEach(() => closeAudited(store))
    const run = async (...lines: string[]): Promise<void> => {
      for (const line of lines) await store.execute(payoutCommandOf(line))
    }
    const end = (payoutId: string, outcome: 'paid' | 'failed' | 'returned', reason: string) =>
      store.execute({ kind: 'settlePayout', payoutId, outcome, reason, now: 100 })

    it('F48: says why a posting was made, of each kind that has a reason, and nothing of others', async () => {
      const [uid, amountMinor, now] = ['alice', 40n, 100]
      await store.execute({ kind: 'deposit', id: 'd1', uid, amountMinor, reason: 'a gift', now })
      await store.execute({ kind: 'fund', id: 'd1', amountMinor: 5n, reason: 'spring', now })
      const wrong = { uid, amountMinor: 1n, reason: 'twice', now }
      await store.execute({ kind: 'correct', id: 'd1', ...wrong })
      await assert.rejects(store.execute({ kind: 'correct', id: 'd2', ...wrong, reason: '' }), {
        code: 'bad-command'
      })
      await run('publish film 1 10', 'purchase p1 alice film 10', 'redeem c1 bob p1 1')
      await run('want alice payto://a hold=0')
      await run('request o1 alice 10 bank', 'request o2 alice 10 bank', 'request o3 alice 5 bank')
      await end('o1', 'failed', 'closed account')
      await run('prepare b1 o2 o3', 'submit o2 r2', 'submit o3 r3')
      await end('o2', 'returned', 'moved away')
      await end('o3', 'paid', '')
      const told = (await store.journal()).map(async ({ kind, ref }) => {
        const reason = await store.reason(kind, ref)
        assert.ok(reason === '' || mayHaveReason(kind), `nobody would ask for that of a ${kind}`)
        return `${kind} ${ref}: ${reason}`
      })
      assert.deepEqual(await Promise.all(told), [
        'deposit d1: a gift',
        'fund d1: spring',
        'correction d1: twice',
        'purchase p1: ',
        'redeem c1: ',
        'requested o1: ',
        'requested o2: ',
        'requested o3: ',
        'failed o1: closed account',
        'returned o2: moved away',
        'paid o3: '
      ])
      for (const [kind, ref] of [
        ['deposit', 'd2'],
        ['fund', 'p1'],
        ['failed', 'o9'],
        ['nothing', 'd1'],
        ['deposit', '']
      ] as const) {
        assert.equal(await store.reason(kind, ref), '')
      }
    })

    it('F79: lists the provider’s own accounts by uid, each since it was named first', async () => {
      assert.deepEqual(await store.ownAccounts(), [])
      const name = (uid: string, now: number) => store.execute({ kind: 'ownAccount', uid, now })
      await name('bob', 90)
      await name('alice', 95)
      await name('bob', 99)
      await assert.rejects(name('nobody', 99), { code: 'unknown-account' })
      assert.deepEqual(await store.ownAccounts(), [
        { uid: 'alice', at: 95 },
        { uid: 'bob', at: 90 }
      ])
    })
  })
}
