// One posting at its limits, what the rules compare when an id comes again, and faults that are nobody's claim.
import assert from 'node:assert/strict'
import { amountMax } from '../../../tracker-extension/src/ledger/check.ts'
import type { Command } from '../../../tracker-extension/src/ledger/index.ts'
import { MemoryView, memoryLedger } from '../../../tracker-extension/src/ledger/memory.ts'
import { balance, balanceOf, post } from '../../../tracker-extension/src/ledger/posting.ts'
import { cash } from '../../../tracker-extension/src/ledger/rows.ts'
import { execute } from '../../../tracker-extension/src/ledger/rules.ts'
import { bits, commandOf, openAccount, resultOf } from './script.ts'

const euro = { currency: 'EUR' }
const occasion = { at: 1, kind: 'test', ref: 'r', purseId: 'p' }

describe('ledger posting', () => {
  const cases: [debit: string, credit: string, amountMinor: bigint, outcome: string][] = [
    ['cash', 'a', 1n, 'ok'],
    ['cash', 'a', amountMax, 'ok'],
    ['cash', 'a', amountMax + 1n, 'too-large'],
    ['cash', 'full', 0n, 'ok'],
    ['cash', 'full', 1n, 'too-large'],
    ['rich', 'a', 5n, 'ok'],
    ['rich', 'a', 6n, 'insufficient-funds'],
    ['rich', 'full', 1n, 'too-large'],
    ['a', 'b', 1n, 'insufficient-funds'],
    ['cash', 'a', -1n, 'bad-command'],
    ['rich', 'rich', 1n, 'bad-command'],
    ['cash', 'cash', 1n, 'bad-command']
  ]
  for (const [debit, credit, amountMinor, outcome] of cases) {
    it(`I1: ${amountMinor} from ${debit} to ${credit}: ${outcome}`, () => {
      const view = new MemoryView(euro)
      view.put('account', 'full', { debits: 0n, credits: amountMax })
      view.put('account', 'rich', { debits: 2n, credits: 7n })
      const before = [balance(view, debit), balance(view, credit)] as const
      const run = () => post(view, occasion, { debit, credit, amountMinor })
      if (outcome === 'ok') run()
      else assert.throws(run, { code: outcome })
      const moved = outcome === 'ok' ? amountMinor : 0n
      const sign = debit === cash ? 1n : -1n
      assert.equal(balance(view, debit), before[0] + sign * moved)
      assert.equal(balance(view, credit), before[1] + moved)
      assert.equal([...view.rows('journal')].length, moved === 0n ? 0 : 1)
    })
  }

  it('cash counts its debits, all others their credits', () => {
    const row = { debits: 5n, credits: 2n }
    assert.deepEqual([balanceOf(cash, row), balanceOf('peer:a', row)], [3n, -3n])
  })
})

describe('ledger rules, once more', () => {
  it('G14: every part of a repeated command is compared, and answered', async () => {
    const store = memoryLedger(euro)
    for (const uid of ['alice', 'bob']) await openAccount(store, uid)
    const deposit = commandOf('deposit d1 alice 100')
    const booked = { uid: 'alice', amountMinor: 100n }
    assert.deepEqual(await store.execute(deposit), { ...booked, repeated: false })
    assert.deepEqual(await store.execute(deposit), { ...booked, repeated: true })
    assert.equal(await resultOf(store, { ...deposit, reason: 'gift' } as Command), 'conflict')
    assert.deepEqual(await store.execute(commandOf('publish film 8 10')), {
      infoHash: 'film',
      withdrawnAt: 0
    })
    await store.execute(commandOf('publish book 8 10'))
    await store.execute(commandOf('purchase p1 alice film 10'))
    assert.equal(await resultOf(store, commandOf('purchase p1 alice book 10')), 'conflict')
    const redeem = commandOf('redeem c1 bob p1 10000000')
    assert.ok(redeem.kind === 'redeem')
    const [claim] = redeem.claims
    const claimed = (bitmap: Uint8Array, voucher: Uint8Array): Promise<string> =>
      resultOf(store, { ...redeem, claims: [{ ...claim!, bitmap, voucher }] })
    assert.equal(await claimed(bits('1'), Uint8Array.of(0, 7)), '+10 1/0/0')
    // The same bytes, but for where the bitmap ends.
    assert.equal(await claimed(Uint8Array.of(0x80, 0), Uint8Array.of(7)), 'conflict')
  })

  it('I1: a content may cost all that 63 bits hold, and not one unit more', async () => {
    const store = memoryLedger(euro)
    assert.equal(await resultOf(store, commandOf(`publish film 7 ${amountMax / 7n}`)), 'ok')
    assert.equal(amountMax % 7n, 0n)
    const more = commandOf(`publish epic 7 ${amountMax / 7n + 1n}`)
    assert.equal(await resultOf(store, more), 'too-large')
  })

  it('G13: each line of the journal says what it was for', async () => {
    const store = memoryLedger(euro)
    for (const uid of ['alice', 'bob', 'carol']) await openAccount(store, uid)
    const lines = ['deposit d1 alice 40', 'publish film 4 10', 'purchase p1 alice film 10']
    lines.push('redeem c1 bob p1 1000', 'redeem c1 carol p1 1000')
    lines.push('complain k1 bob alice p1 1', 'prove k1', 'settle k1 at=150', 'close p1 at=200')
    for (const line of lines) await store.execute(commandOf(line))
    const shown = (await store.journal()).map(({ at, kind, ref, purseId, debit, credit }) =>
      [at, kind, ref, purseId || '-', debit, credit].join(' ')
    )
    assert.deepEqual(shown, [
      '100 deposit d1 - cash peer:alice',
      '100 purchase p1 p1 peer:alice escrow',
      '100 redeem c1 p1 escrow peer:bob',
      '150 settle k1 p1 escrow peer:bob',
      '200 close p1 p1 escrow peer:alice',
      '200 close p1 p1 peer:alice peer:carol'
    ])
    assert.equal((await store.sale('p1', 'carol'))?.owed, 0, 'the close paid it')
  })

  it('a fault of the store is no refused claim: the batch fails as a whole', () => {
    const broken = new (class extends MemoryView {
      override get(): undefined {
        throw new Error('the disk is gone')
      }
    })(euro)
    assert.throws(() => execute(broken, commandOf('redeem c1 bob p1 1')), /the disk is gone/)
  })

  it('F26: only an open purse in force is answered, however the clocks run', async () => {
    const store = memoryLedger(euro)
    await openAccount(store, 'alice')
    const lines = [
      'deposit d1 alice 99',
      'publish film 2 10',
      'purchase p1 alice film 10 until=300'
    ]
    lines.push('purchase p2 alice film 10 again until=150', 'close p1 at=300')
    for (const line of lines) await store.execute(commandOf(line))
    const late = commandOf('purchase p3 alice film 10 at=200 until=400')
    assert.equal(await resultOf(store, late), 'p3 -20', 'p2 is over, and p1 closed')
    const { purse } = await store.execute(late as Command & { kind: 'purchase' })
    const terms = [purse.pieces, purse.priceMinor, purse.currency, purse.uid, purse.infoHash]
    assert.deepEqual(terms, [2, 10n, 'EUR', 'alice', 'film'])
    await store.execute(commandOf('close p3 at=400'))
    assert.equal((await store.openPurse('alice', 'film'))?.purseId, 'p2')
    await store.execute(commandOf('close p2 at=400'))
    assert.equal(await store.openPurse('alice', 'film'), undefined, 'p1 was closed long before')
  })
})
