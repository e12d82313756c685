// The ledger in memory passes the compliance suite; and, as its view can be tampered with, the audit is tried here.
import assert from 'node:assert/strict'
import { MemoryView, memoryLedger } from '../../../tracker-extension/src/ledger/memory.ts'
import { cash, escrow } from '../../../tracker-extension/src/ledger/rows.ts'
import { ledgerCompliance } from './compliance.ts'
import { ledgerProperties } from './properties.ts'
import { commandOf, openAccount } from './script.ts'

const euro = { currency: 'EUR' }
const open = async () => memoryLedger(euro)

ledgerCompliance('memory', open)
ledgerProperties('memory', open, 300)

describe('ledger audit', () => {
  type Tampering = [what: string, tamper: (view: MemoryView) => void, fault: RegExp]
  const tamperings: Tampering[] = [
    [
      'a balance is raised',
      (view) => {
        const row = view.get('account', 'peer:bob')!
        view.put('account', 'peer:bob', { ...row, credits: row.credits + 1n })
      },
      /^debits 170, credits 171$/
    ],
    [
      'money moves between accounts without a journal line',
      (view) => {
        const [from, to] = [view.get('account', escrow)!, view.get('account', 'peer:bob')!]
        view.put('account', escrow, { ...from, debits: from.debits + 1n })
        view.put('account', 'peer:bob', { ...to, credits: to.credits + 1n })
      },
      /^account peer:bob is not the sum of its journal lines$/
    ],
    [
      'a journal line vanishes',
      (view) => view.remove('journal', '2'.padStart(16, '0')),
      /^journal line 0+3 stands in place 2$/
    ],
    [
      'a journal line is changed',
      (view) => {
        const key = '3'.padStart(16, '0')
        view.put('journal', key, { ...view.get('journal', key)!, amountMinor: 29n })
      },
      /^account escrow is not the sum of its journal lines$/
    ],
    [
      'an account is below zero',
      (view) => view.put('account', 'peer:bob', { debits: 31n, credits: 30n }),
      /^account peer:bob is below zero$/
    ],
    [
      'a spent token is made fresh again',
      (view) =>
        view.put('purse', 'p1', { ...view.get('purse', 'p1')!, spent: Uint8Array.of(0x80) }),
      /^purse p1: spent is not what its sellers claimed$/
    ],
    [
      'a purse vanishes while its money is in escrow',
      (view) => view.remove('purse', 'p1'),
      /^escrow 10, open purses 0$/
    ],
    [
      'a purse was issued that no deposit covers (W17)',
      (view) => view.put('purse', 'p2', { ...view.get('purse', 'p1')!, priceMinor: 100n }),
      /^purses 110, deposits 100$/
    ],
    [
      'a sale owes more than it sold',
      (view) => view.put('sale', 'p1 bob', { ...view.get('sale', 'p1 bob')!, owed: 4 }),
      /^sale p1 bob owes more than it sold$/
    ],
    [
      'deposits vanish',
      (view) => view.remove('account', cash),
      /^account cash is not the sum of its journal lines$/
    ]
  ]

  const courtTamperings: Tampering[] = [
    [
      'the court says that it paid more than the journal knows',
      (view) => view.put('complaint', 'k1', { ...view.get('complaint', 'k1')!, creditedMinor: 9n }),
      /^complaint k1 paid 10$/
    ],
    [
      'a settled case vanishes',
      (view) => view.remove('complaint', 'k1'),
      /^nothing was complained of for k1$/
    ],
    [
      'a seller loses what the court paid it',
      (view) =>
        view.put('sale', 'p1 bob', { ...view.get('sale', 'p1 bob')!, settled: new Uint8Array() }),
      /^complaint k1 has no sale$/
    ],
    [
      'a revocation vanishes',
      (view) => view.remove('revocation', '1'.padStart(16, '0')),
      /^revocation 0+2 stands in place 1$/
    ]
  ]
  const trade = ['deposit d1 alice 100', 'publish film 4 10', 'purchase p1 alice film 10']
  trade.push('redeem c1 bob p1 1110')
  const court = ['complain k1 bob alice p1 3', 'prove k1', 'settle k1']
  court.push('revoke 1 alice 500', 'revoke 2 alice 0')

  const expectNoticed = ([what, tamper, fault]: Tampering, lines: string[]): void => {
    it(`I1 G13: notices when ${what}`, async () => {
      const view = new MemoryView(euro)
      const store = memoryLedger(euro, view)
      for (const uid of ['alice', 'bob']) await openAccount(store, uid)
      for (const line of lines) await store.execute(commandOf(line))
      assert.deepEqual((await store.audit()).faults, [])
      tamper(view)
      const { faults } = await store.audit()
      assert.ok(
        faults.some((text) => fault.test(text)),
        faults.join('\n')
      )
    })
  }
  for (const tampering of tamperings) expectNoticed(tampering, trade)
  for (const tampering of courtTamperings) expectNoticed(tampering, [...trade, ...court])
})
