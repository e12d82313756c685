// What every ledger store must do. An implementation's test calls `ledgerCompliance` with a way to open an empty
// ledger (in EUR); the suite closes what it opens.
import assert from 'node:assert/strict'
import type { Command, LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import { SUITES } from './suites.ts'
import { bits, commandOf, keyFor, openAccount, resultOf, runTable, voucherFor } from './script.ts'

export type OpenLedger = () => Promise<LedgerStore>

const tables: Record<string, string> = {
  'F30 F48: buys a purse, pays sellers, gets the rest back': `
    command                                     → outcome             | alice bob carol escrow
    deposit  d1 alice 100                       → ok                  |   100   0     0      0
    publish  film 8 10                          → ok                  |   100   0     0      0
    purchase p1 alice film 10                   → p1 -80              |    20   0     0     80
    redeem   c1 bob   p1 11000000               → +20 2/0/0           |    20  20     0     60
    redeem   c2 carol p1 00100001               → +20 2/0/0           |    20  20    20     40
    close    p1 at=199                          → not-expired         |    20  20    20     40
    close    p1 at=200                          → refund 40           |    60  20    20      0
    close    p1 at=201                          → refund 40           |    60  20    20      0
    redeem   c3 bob   p1 11010000               → purse-closed        |    60  20    20      0
    redeem   c1 bob   p1 11000000               → +20 2/0/0           |    60  20    20      0`,
  'G14: the same id again is the same outcome, with another body a conflict': `
    command                                     → outcome             | alice bob escrow
    deposit  d1 alice 100                       → ok                  |   100   0      0
    deposit  d1 alice 100 at=150                → ok                  |   100   0      0
    deposit  d1 alice 101                       → conflict            |   100   0      0
    deposit  d1 bob   100                       → conflict            |   100   0      0
    publish  film 4 10                          → ok                  |   100   0      0
    publish  film 5 10                          → conflict            |   100   0      0
    purchase p1 alice film 10                   → p1 -40              |    60   0     40
    purchase p1 alice film 10 at=101 until=999  → p1 -40              |    60   0     40
    purchase p1 alice film 11                   → conflict            |    60   0     40
    purchase p1 bob   film 10                   → conflict            |    60   0     40
    redeem   c1 bob p1 1000                     → +10 1/0/0           |    60  10     30
    redeem   c1 bob p1 1000 at=150              → +10 1/0/0           |    60  10     30
    redeem   c1 bob p1 1100                     → conflict            |    60  10     30
    redeem   c2 bob p1 1000                     → +0 0/0/0            |    60  10     30
    redeem   c2 bob p1 1000                     → +0 0/0/0            |    60  10     30`,
  'F26: an open purse is answered again, whatever the id, unless another is asked for': `
    command                                     → outcome             | alice escrow
    deposit  d1 alice 100                       → ok                  |   100      0
    publish  film 2 10                          → ok                  |   100      0
    purchase p1 alice film 10                   → p1 -20              |    80     20
    purchase p2 alice film 10                   → p1 -0               |    80     20
    publish  film 2 11                          → ok                  |    80     20
    purchase p3 alice film 10                   → p1 -0               |    80     20
    purchase p1 alice film 10 again             → p1 -20              |    80     20
    purchase p4 alice film 10 again             → price-changed       |    80     20
    purchase p4 alice film 11 again until=150   → p4 -22              |    58     42
    purchase p5 alice film 11                   → p4 -0               |    58     42
    close    p4 at=150                          → refund 22           |    80     20
    purchase p6 alice film 11 at=150            → p1 -0               |    80     20
    purchase p6 alice film 11 at=200 until=300  → p6 -22              |    58     42
    close    p1 at=200                          → refund 20           |    78     22
    purchase p7 alice film 11 at=201 until=300  → p6 -0               |    78     22`,
  'W8: the union of all bitmaps of a seller counts, in any order': `
    command                                     → outcome             | alice bob escrow
    deposit  d1 alice 80                        → ok                  |    80   0      0
    publish  film 8 10                          → ok                  |    80   0      0
    purchase p1 alice film 10                   → p1 -80              |     0   0     80
    redeem   c3 bob p1 11100000                 → +30 3/0/0           |     0  30     50
    redeem   c1 bob p1 10000000                 → +0 0/0/0            |     0  30     50
    redeem   c4 bob p1 00000111                 → +30 3/0/0           |     0  60     20
    redeem   c2 bob p1 11000000                 → +0 0/0/0            |     0  60     20
    redeem   c5 bob p1 11111111                 → +20 2/0/0           |     0  80      0`,
  'G6: a token given to two sellers is paid to both, the second by the buyer': `
    command                                     → outcome             | alice bob carol dave escrow
    deposit  d1 alice 50                        → ok                  |    50   0     0    0      0
    publish  film 4 10                          → ok                  |    50   0     0    0      0
    purchase p1 alice film 10                   → p1 -40              |    10   0     0    0     40
    redeem   c1 bob   p1 1110                   → +30 3/0/0           |    10  30     0    0     10
    redeem   c1 carol p1 1100                   → +10 0/2/1           |     0  30    10    0     10
    redeem   c2 carol p1 1100                   → +0 0/0/1            |     0  30    10    0     10
    deposit  d2 alice 15                        → ok                  |    15  30    10    0     10
    redeem   c3 carol p1 1100                   → +10 0/0/0           |     5  30    20    0     10
    redeem   c1 dave  p1 0010                   → +0 0/1/1            |     5  30    20    0     10
    close    p1 at=200                          → refund 10           |     5  30    20   10      0`,
  'G2: out of what a closed purse gives back, the seller that claimed first is paid first': `
    command                                     → outcome             | alice bob carol dave escrow
    deposit  d1 alice 30                        → ok                  |    30   0     0    0      0
    publish  film 3 10                          → ok                  |    30   0     0    0      0
    purchase p1 alice film 10                   → p1 -30              |     0   0     0    0     30
    redeem   c1 bob   p1 110                    → +20 2/0/0           |     0  20     0    0     10
    redeem   c1 carol p1 110                    → +0 0/2/2            |     0  20     0    0     10
    redeem   c1 dave  p1 010                    → +0 0/1/1            |     0  20     0    0     10
    close    p1 at=200                          → refund 10           |     0  20    10    0      0
    deposit  d2 alice 30                        → ok                  |    30  20    10    0      0
    close    p1 at=201                          → refund 10           |    30  20    10    0      0`,
  'refusals, and that they move nothing': `
    command                                     → outcome             | alice bob escrow
    deposit  d1 zoe   100                       → unknown-account     |     0   0      0
    deposit  d1 alice 0                         → bad-command         |     0   0      0
    deposit  d1 alice -5                        → bad-command         |     0   0      0
    deposit  d1 alice 9223372036854775808       → bad-command         |     0   0      0
    deposit  d1 alice 30                        → ok                  |    30   0      0
    deposit  d2 bob   9223372036854775800       → too-large           |    30   0      0
    publish  film 8 10 SEK                      → wrong-currency      |    30   0      0
    publish  film 8 9223372036854775807         → too-large           |    30   0      0
    publish  film 0 10                          → bad-command         |    30   0      0
    purchase p1 alice film 10                   → unknown-content     |    30   0      0
    publish  film 3 10                          → ok                  |    30   0      0
    publish  epic 4 10                          → ok                  |    30   0      0
    purchase p1 zoe   film 10                   → unknown-account     |    30   0      0
    purchase p1 alice film 9                    → price-changed       |    30   0      0
    purchase p1 alice epic 10                   → insufficient-funds  |    30   0      0
    purchase p1 alice film 10 until=100         → bad-command         |    30   0      0
    purchase p1 alice film 10                   → p1 -30              |     0   0     30
    redeem   c1 zoe   p1 100                    → unknown-account     |     0   0     30
    redeem   c1 bob   p9 100                    → unknown-purse       |     0   0     30
    redeem   c1 alice p1 100                    → self-trade          |     0   0     30
    redeem   c1 bob   p1 100 count=2            → bad-claim           |     0   0     30
    redeem   c1 bob   p1 0001                   → bad-claim           |     0   0     30
    redeem   c1 bob   p1 100000000              → bad-claim           |     0   0     30
    close    p9                                 → unknown-purse       |     0   0     30
    redeem   c1 bob   p1 100                    → +10 1/0/0           |     0  10     20`,
  'W10: an earner buys with what it earned': `
    command                                     → outcome             | alice bob escrow
    deposit  d1 alice 9007199254740993          → ok                  | 9007199254740993 0 0
    publish  film 1 9007199254740993            → ok                  | 9007199254740993 0 0
    purchase p1 alice film 9007199254740993     → p1 -9007199254740993 | 0 0 9007199254740993
    redeem   c1 bob p1 1                        → +9007199254740993 1/0/0 | 0 9007199254740993 0
    purchase p2 bob film 9007199254740993       → p2 -9007199254740993 | 0 0 9007199254740993
    redeem   c1 alice p2 1                      → +9007199254740993 1/0/0 | 9007199254740993 0 0`
}

/** Everything a `LedgerStore` promises, except what only a durable one can. */
export function ledgerCompliance(name: string, open: OpenLedger): void {
  describe(`ledger store: ${name}`, () => {
    let store: LedgerStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    for (const [title, table] of Object.entries(tables)) {
      it(`I1 ${title}`, () => runTable(store, table))
    }

    for (const suite of SUITES) suite(open)

    it('F17: the same sign key again gets its uid, another key never takes a uid', async () => {
      const boxKey = keyFor('box')
      const account = (uid: string, key: string): Command => {
        return { kind: 'open', uid, signKey: keyFor(key), boxKey, handle: 'IBAN' }
      }
      assert.deepEqual(await store.execute(account('u1', 'k1')), { uid: 'u1' })
      assert.deepEqual(await store.execute(account('u2', 'k1')), { uid: 'u1' })
      assert.equal(await resultOf(store, account('u1', 'k2')), 'conflict')
      assert.equal(await store.account('u2'), undefined)
      const found = await store.accountByKey(keyFor('k1'))
      const kept = { uid: 'u1', signKey: keyFor('k1'), boxKey, handle: 'IBAN', balanceMinor: 0n }
      assert.deepEqual(found, kept)
      assert.equal(await store.accountByKey(keyFor('k2')), undefined)
    })

    it('one refused claim does not spoil the others of its batch', async () => {
      await buy(store)
      const claim = (claimId: string, payee: string, bitmap: string) => {
        const count = bitmap.replaceAll('0', '').length
        return {
          claimId,
          payee,
          purseId: 'p1',
          bitmap: bits(bitmap),
          count,
          voucher: keyFor(payee)
        }
      }
      const claims = [claim('c1', 'alice', '1000'), claim('c1', 'bob', '1000')]
      claims.push({ ...claim('c2', 'bob', '1100'), count: 3 }, claim('c1', 'carol', '0110'))
      const outcome = await store.execute({ kind: 'redeem', claims, now: 100 })
      const results = outcome.claims.map((one) => ('error' in one ? one.error : one.creditedMinor))
      assert.deepEqual(results, ['self-trade', 10n, 'bad-claim', 20n])
    })

    it('one refused command does not spoil those given together with it', async () => {
      await buy(store)
      const lines = ['deposit d2 zoe 5', 'deposit d3 bob 5', 'close p1 at=1', 'deposit d4 bob 6']
      const results = await Promise.all(lines.map((line) => resultOf(store, commandOf(line))))
      assert.deepEqual(results, ['unknown-account', 'ok', 'not-expired', 'ok'])
      assert.equal((await store.account('bob'))?.balanceMinor, 11n)
    })

    it('G6: keeps both vouchers of a token that was given twice, one row for each pair', async () => {
      await buy(store)
      for (const line of ['c1 bob p1 1110', 'c1 carol p1 1101', 'c2 carol p1 1111']) {
        await store.execute(commandOf(`redeem ${line}`))
      }
      const pair = { purseId: 'p1', buyer: 'alice', first: 'bob', second: 'carol' }
      const firstVoucher = voucherFor('p1', 'bob', '1110')
      const secondVoucher = voucherFor('p1', 'carol', '1111')
      const row = { ...pair, indexes: [0, 1, 2], firstVoucher, secondVoucher, at: 100 }
      assert.deepEqual(await store.offences('p1'), [row])
      assert.deepEqual(await store.offences(), [row])
      assert.deepEqual(await store.offences('p2'), [])
    })

    it('keeps the voucher that proves most, whatever the order of the claims', async () => {
      await buy(store)
      const kept = async () => {
        const { voucher, voucherClaimed } = (await store.sale('p1', 'bob'))!
        return [Buffer.from(voucher).toString(), Buffer.from(voucherClaimed).toString('hex')]
      }
      const proof = (claimed: string) => `voucher p1 bob ${claimed}`
      await store.execute(commandOf('redeem c2 bob p1 1100'))
      await store.execute(commandOf('redeem c1 bob p1 1000'))
      assert.deepEqual(await kept(), [proof('1100'), ''])
      await store.execute(commandOf('redeem c3 bob p1 0010'))
      assert.deepEqual(await kept(), [proof('1100'), 'c0'])
      await store.execute(commandOf('redeem c4 bob p1 0111'))
      assert.deepEqual(await kept(), [proof('0111'), '70'])
      await store.execute(commandOf('redeem c5 bob p1 1111'))
      assert.deepEqual(await kept(), [proof('1111'), ''])
    })

    it('F27: answers a repeated purchase with the bytes of the first', async () => {
      await buy(store)
      const { purse } = await store.execute({
        ...(commandOf('purchase p2 alice film 10 at=150') as Command & { kind: 'purchase' }),
        certificate: keyFor('another')
      })
      assert.equal(Buffer.from(purse.sealed).toString(), 'seed of p1 at 100')
      assert.deepEqual(purse.certificate, new Uint8Array())
      assert.deepEqual([purse.purseId, purse.openedAt, purse.expiresAt], ['p1', 100, 200])
    })

    it('reads contents, purses and what has expired', async () => {
      await buy(store)
      await store.execute(commandOf('publish book 2 3'))
      const rest = { currency: 'EUR', mode: 'closed', free: 0, withdrawnAt: 0 }
      const book = { infoHash: 'book', pieces: 2, priceMinor: 3n, title: 'book', ...rest }
      const film = { infoHash: 'film', pieces: 4, priceMinor: 10n, title: 'film', ...rest }
      assert.deepEqual(await store.contents(), [book, film])
      assert.deepEqual(await store.content('film'), {
        ...film,
        torrent: new Uint8Array(9),
        forSaleSince: 0
      })
      await store.execute(commandOf('purchase p2 alice book 3 until=150'))
      assert.equal((await store.openPurse('alice', 'book'))?.purseId, 'p2')
      assert.equal(await store.openPurse('bob', 'book'), undefined)
      const due = await Promise.all([149, 150, 200].map((now) => store.expired(now)))
      assert.deepEqual(due, [[], ['p2'], ['p2', 'p1']])
      assert.deepEqual(await store.expired(200, 1), ['p2'])
      await store.execute(commandOf('close p2 at=150'))
      assert.deepEqual(await store.expired(200), ['p1'])
      assert.equal(await store.openPurse('alice', 'book'), undefined)
      assert.equal((await store.purse('p2'))?.closedAt, 150)
    })

    it('G13: the journal has one line per transfer and can be read in pages', async () => {
      await buy(store)
      await store.execute(commandOf('redeem c1 bob p1 1110'))
      const lines = await store.journal()
      const shown = lines.map((line) => {
        return [line.seq, line.kind, line.ref, line.debit, line.credit, line.amountMinor].join(' ')
      })
      assert.deepEqual(shown, [
        '1 deposit d1 cash peer:alice 100',
        '2 purchase p1 peer:alice escrow 40',
        '3 redeem c1 escrow peer:bob 30'
      ])
      assert.deepEqual(await store.journal(1, 1), [lines[1]])
      assert.deepEqual(await store.journal(3), [])
      const why = await Promise.all(lines.map(({ kind, ref }) => store.reason(kind, ref)))
      assert.deepEqual(why, ['card', '', ''])
    })

    it('gives and takes copies: bytes that the caller changes later change nothing', async () => {
      const signKey = keyFor('mine')
      await store.execute({ kind: 'open', uid: 'u', signKey, boxKey: signKey, handle: '' })
      signKey.fill(0)
      const read = await store.account('u')
      assert.deepEqual(read?.signKey, keyFor('mine'))
      read?.signKey.fill(0)
      assert.deepEqual((await store.account('u'))?.signKey, keyFor('mine'))
    })

    it('refuses everything once it is closed, and closing again is harmless', async () => {
      await openAccount(store, 'alice')
      await store.close()
      await store.close()
      assert.equal(await resultOf(store, commandOf('deposit d1 alice 5')), 'ledger-closed')
      await assert.rejects(store.account('alice'), { code: 'ledger-closed' })
    })
  })
}

/** Alice, Bob and Carol; Alice holds purse p1 (4 tokens at 10) and 60 on her account. */
async function buy(store: LedgerStore): Promise<void> {
  for (const uid of ['alice', 'bob', 'carol']) await openAccount(store, uid)
  for (const line of ['deposit d1 alice 100', 'publish film 4 10', 'purchase p1 alice film 10']) {
    await store.execute(commandOf(line))
  }
}
