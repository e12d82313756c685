// What every ledger store must do with the life of an escrow: purses for parts, top-ups, free pieces, cancellation. A table
// a case; the columns are the balances. Called by compliance.ts.
import assert from 'node:assert/strict'
import type { LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import type { OpenLedger } from './compliance.ts'
import { bits, commandOf, resultOf, runTable } from './script.ts'

const tables: [title: string, table: string][] = [
  [
    'I1: price × the pieces covered goes into escrow, and what no seller had comes back',
    `                                                      | alice bob escrow
     deposit d1 alice 100                          → ok        | 100 0  0
     publish film 8 10                             → ok        | 100 0  0
     purchase p1 alice film 10 part=0-2,4-5        → p1 -30    |  70 0 30
     redeem c1 bob p1 10001000                     → +20 2/0/0 |  70 20 10
     redeem c2 bob p1 10101000                     → bad-claim |  70 20 10
     close p1 at=200                               → refund 10 |  80 20  0`
  ],
  [
    'G14: what any purse in force covers is not sold again; the rest is another purse',
    `                                                      | alice escrow
     deposit d1 alice 200                          → ok       | 200   0
     publish film 8 10                             → ok       | 200   0
     purchase p1 alice film 10 part=0-4            → p1 -40   | 160  40
     purchase p2 alice film 10 part=3-6            → p1 -0    | 160  40
     purchase p2 alice film 10 part=4-6            → p2 -20   | 140  60
     purchase p3 alice film 10                     → p2 -0    | 140  60
     purchase p3 alice film 10 part=6-8            → p3 -20   | 120  80
     purchase p1 alice film 10 part=0-4            → p1 -40   | 120  80
     purchase p1 alice film 10 part=0-5            → conflict | 120  80
     purchase p4 alice film 10 again part=0-1      → p4 -10   | 110  90
     purchase p5 alice film 10 part=0-2,2-3 again  → bad-command | 110  90
     purchase p5 alice film 10 part=0-9 again      → bad-command | 110  90
     purchase p5 alice film 10 part=2-1 again      → bad-command | 110  90`
  ],
  [
    'free pieces are not sold and not claimed',
    `                                                      | alice bob escrow
     deposit d1 alice 100                          → ok        | 100 0  0
     publish film 8 10 free=3                      → ok        | 100 0  0
     publish all 3 10 free=3                       → bad-command | 100 0  0
     purchase p1 alice film 10 part=2-5            → bad-command | 100 0  0
     purchase p1 alice film 10                     → p1 -50    |  50 0 50
     redeem c1 bob p1 10010000                     → bad-claim |  50 0 50
     redeem c1 bob p1 00010000                     → +10 1/0/0 |  50 10 40
     complain k1 bob alice p1 2                    → bad-claim |  50 10 40`
  ],
  [
    'a cancelled purse refunds early what was given back, and keeps the rest to its end',
    `                                                      | alice bob escrow
     deposit d1 alice 100                          → ok        | 100 0  0
     publish film 8 10                             → ok        | 100 0  0
     purchase p1 alice film 10                     → p1 -80    |  20 0 80
     redeem c1 bob p1 10000000                     → +10 1/0/0 |  20 10 70
     cancel p1 bob 11100000                        → unknown-purse | 20 10 70
     cancel p1 alice 01100000                      → kept 3    |  20 10 70
     cancel p1 alice 01100000                      → kept 3    |  20 10 70
     cancel p1 alice 00000000                      → conflict  |  20 10 70
     purchase p2 alice film 10 part=7-8            → p2 -10    |  10 10 80
     close p1 at=149                               → not-expired | 10 10 80
     close p1 at=150                               → refund 50 |  60 10 30
     close p1 at=160                               → refund 50 |  60 10 30
     redeem c2 bob p1 11000000 at=190              → +10 1/0/0 |  60 20 20
     close p1 at=200                               → refund 10 |  70 20 10`
  ],
  [
    'I4: before what was given back is refunded, proved cases are paid',
    `                                                      | alice bob escrow
     deposit d1 alice 80                           → ok         |  80  0  0
     publish film 8 10                             → ok         |  80  0  0
     purchase p1 alice film 10                     → p1 -80     |   0  0 80
     complain k1 bob alice p1 4                    → challenge unpaid +0 | 0 0 80
     cancel p1 alice 00000000                      → kept 0     |   0  0 80
     prove k1                                      → proved unpaid +0 | 0 0 80
     close p1 at=150                               → refund 70  |  70 10  0
     complain k2 bob alice p1 5                    → dismissed purse-closed +0 | 70 10 0`
  ],
  [
    'a seller that is known already brings a token that was given back, after the refund',
    `                                                      | alice bob escrow
     deposit d1 alice 85                           → ok         |  85  0  0
     publish film 8 10                             → ok         |  85  0  0
     purchase p1 alice film 10                     → p1 -80     |   5  0 80
     redeem c1 bob p1 10000000                     → +10 1/0/0  |   5 10 70
     cancel p1 alice 10000000                      → kept 1     |   5 10 70
     close p1 at=150                               → refund 70  |  75 10  0
     redeem c2 bob p1 11000000 at=160              → +10 0/1/0  |  65 20  0`
  ],
  [
    'I4: what was given back pays first what the buyer owes, and a claim later is a debt of its own',
    `                                                      | alice bob carol escrow
     deposit d1 alice 85                           → ok         |  85  0  0  0
     publish film 8 10                             → ok         |  85  0  0  0
     purchase p1 alice film 10                     → p1 -80     |   5  0  0 80
     cancel p1 alice 00000000                      → kept 0     |   5  0  0 80
     redeem c1 bob p1 10000000                     → +10 1/0/0  |   5 10  0 70
     redeem c1 carol p1 10000000                   → +0 0/1/1   |   5 10  0 70
     close p1 at=150                               → refund 70  |  65 10 10  0
     redeem c2 carol p1 01000000 at=160            → +10 0/1/0  |  55 10 20  0
     redeem c3 carol p1 11000000 at=160            → +0 0/0/0   |  55 10 20  0
     close p1 at=200                               → refund 0   |  55 10 20  0`
  ],
  [
    'who pays with what he gave back: out of escrow before the refund, out of his balance after it',
    `                                                      | alice bob carol escrow
     deposit d1 alice 85                           → ok         |  85  0 0  0
     publish film 8 10                             → ok         |  85  0 0  0
     purchase p1 alice film 10                     → p1 -80     |   5  0 0 80
     cancel p1 alice 10000000                      → kept 1     |   5  0 0 80
     redeem c1 bob p1 11000000                     → +20 2/0/0  |   5 20 0 60
     close p1 at=150                               → refund 60  |  65 20 0  0
     redeem c2 carol p1 00111111 at=160            → +60 0/6/0  |   5 20 60 0
     redeem c3 bob p1 11100000 at=160              → +0 0/1/1   |   5 20 60 0
     deposit d2 alice 10                           → ok         |  15 20 60 0
     close p1 at=200                               → refund 0   |   5 30 60 0`
  ]
]

export function escrowCompliance(open: OpenLedger): void {
  let store: LedgerStore
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  for (const [title, table] of tables) it(title, () => runTable(store, table))

  it('a payment out of what was given back is on record with both signatures', async () => {
    await runTable(store, tables.at(-1)![1])
    const mine = (await store.offences('p1')).filter(({ first }) => first === 'alice')
    const found = mine.map(({ second, indexes, firstVoucher }) => [
      ...[second, indexes.join(), Buffer.from(firstVoucher).toString()]
    ])
    const word = 'voucher cancel p1 alice 10000000'
    assert.deepEqual(found, [
      ['bob', '2', word],
      ['carol', '2,3,4,5,6,7', word]
    ])
  })

  it('a buyer has so many open purses for one content; what is closed makes room', async () => {
    await runTable(store, '| alice escrow\n deposit d1 alice 1000 → ok | 1000 0')
    await store.execute(commandOf('publish film 40 1'))
    const buy = (i: number) =>
      resultOf(store, commandOf(`purchase p${i} alice film 1 part=${i}-${i + 1}`))
    for (let i = 0; i < 32; i++) assert.equal(await buy(i), `p${i} -1`)
    assert.equal(await buy(32), 'too-many-purses')
    for (const closed of ['p10', 'p31']) await store.execute(commandOf(`close ${closed} at=200`))
    assert.deepEqual([await buy(32), await buy(33)], ['p32 -1', 'p33 -1'])
    assert.equal(await buy(34), 'too-many-purses')
    const found = await store.openPurse('alice', 'film', { ranges: [9, 12], now: 100 })
    assert.equal(found?.purseId, 'p11', 'the chain holds around the gap')
    assert.deepEqual((await store.audit()).faults, [])
  })

  it('what is kept must be covered', async () => {
    await runTable(store, '| alice escrow\n deposit d1 alice 100 → ok | 100 0')
    await store.execute(commandOf('publish film 8 10'))
    await store.execute(commandOf('purchase p1 alice film 10 part=0-2'))
    assert.equal(await resultOf(store, commandOf('cancel p1 alice 00100000')), 'bad-claim')
    const short = { ...commandOf('cancel p1 alice 1'), kept: bits('1'.repeat(9)) }
    assert.equal(await resultOf(store, short), 'bad-claim')
  })
}
