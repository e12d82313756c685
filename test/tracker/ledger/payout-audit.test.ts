// The audit notices what was changed about money out (I1, G13). As in memory.test.ts: the view in memory can be tampered with.
import assert from 'node:assert/strict'
import { MemoryView, memoryLedger } from '../../../tracker-extension/src/ledger/memory.ts'
import type { PayoutRow } from '../../../tracker-extension/src/ledger/payout-rows.ts'
import { commandOf, openAccount } from './script.ts'

const euro = { currency: 'EUR' }

async function paidOut(view: MemoryView): Promise<void> {
  const store = memoryLedger(euro, view)
  for (const uid of ['alice', 'bob']) await openAccount(store, uid)
  for (const line of ['deposit d1 alice 100', 'publish film 4 10', 'purchase p1 alice film 10']) {
    await store.execute(commandOf(line))
  }
  const claim = commandOf('redeem c1 bob p1 1110')
  await store.execute({ ...claim, sellerMillionths: 800_000 } as typeof claim)
  const order = { payoutId: 'o1', uid: 'bob', now: 100 }
  await store.execute({ kind: 'setDestination', ...order, destination: 'payto://a', holdMs: 0 })
  const money = { amountMinor: 20n, rail: 'bank', sink: 'cash' } as const
  await store.execute({ kind: 'requestPayout', ...order, ...money })
  await store.execute({ kind: 'preparePayout', batch: 'b1', payoutIds: ['o1'], now: 101 })
  await store.execute({ kind: 'submitPayout', ...order, reference: 'r1' })
  await store.execute({ kind: 'settlePayout', ...order, outcome: 'paid', reason: '' })
  assert.deepEqual((await store.audit()).faults, [])
}

describe('ledger audit of payouts', () => {
  const change =
    (fields: Partial<PayoutRow>) =>
    (view: MemoryView): void =>
      view.put('payout', 'o1', { ...view.get('payout', 'o1')!, ...fields })
  const line = (view: MemoryView, kind: string): string =>
    [...view.rows('journal')].find(([, row]) => row.kind === kind)![0]

  const tamperings: [what: string, tamper: (view: MemoryView) => void, fault: RegExp][] = [
    ['says that it came back', change({ state: 'returned' }), /^payout o1: state is returned/],
    ['is made to be paid again', change({ state: 'prepared' }), /^payout o1: state is prepared/],
    ['names another amount', change({ amountMinor: 19n }), /^journal line 5: amountMinor$/],
    ['names another account', change({ uid: 'alice' }), /^journal line 5: debit$/],
    ['vanishes', (view) => view.remove('payout', 'o1'), /^no payout stands for o1$/],
    [
      'is listed as on its way',
      (view) => view.put('openPayout', 'o1', { uid: 'bob' }),
      /^payout o1: is paid, and not listed so$/
    ],
    [
      'goes elsewhere in the journal',
      (view) => {
        const key = line(view, 'paid')
        view.put('journal', key, { ...view.get('journal', key)!, credit: 'peer:alice' })
      },
      /^journal line 6: credit$/
    ],
    [
      'is missed by the provider’s share',
      (view) =>
        view.put('claim', 'bob c1 p1', { ...view.get('claim', 'bob c1 p1')!, shareMinor: 5n }),
      /^claim c1 p1: shareMinor is off by 1$/
    ]
  ]
  for (const [what, tamper, fault] of tamperings) {
    it(`I1 G13: notices when a payout ${what}`, async () => {
      const view = new MemoryView(euro)
      await paidOut(view)
      tamper(view)
      const { faults } = await memoryLedger(euro, view).audit()
      assert.ok(
        faults.some((text) => fault.test(text)),
        faults.join('\n')
      )
    })
  }
})
