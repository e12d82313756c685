// The pure rules by themselves: limits of commands, all or nothing, bitmaps, and the size of the state.
import assert from 'node:assert/strict'
import {
  and,
  andNot,
  covers,
  fits,
  indexes,
  or,
  popcount
} from '../../../tracker-extension/src/ledger/bitmap.ts'
import { type Command, LedgerError } from '../../../tracker-extension/src/ledger/index.ts'
import { MemoryView, memoryLedger } from '../../../tracker-extension/src/ledger/memory.ts'
import { allOrNothing } from '../../../tracker-extension/src/ledger/overlay.ts'
import { execute } from '../../../tracker-extension/src/ledger/rules.ts'
import { bits, commandOf, keyFor, openAccount } from './script.ts'

const euro = { currency: 'EUR' }

describe('ledger rules', () => {
  const claim = { claimId: 'c', payee: 'u', purseId: 'p', bitmap: bits('1'), count: 1 }
  const redeem = { kind: 'redeem', now: 1, claims: [{ ...claim, voucher: bits('1') }] }
  const open = { kind: 'open', uid: 'u', signKey: keyFor('a'), boxKey: keyFor('b'), handle: '' }
  const deposit = { kind: 'deposit', id: 'd', uid: 'u', amountMinor: 1n, reason: '', now: 1 }
  const malformed: [what: string, command: unknown, named: RegExp][] = [
    ['nothing', undefined, /kind/],
    ['a text', 'open', /kind/],
    ['no kind', {}, /kind/],
    ['a kind from the prototype', { kind: 'toString' }, /kind/],
    ['an id with a space', { ...open, uid: 'a b' }, /uid/],
    ['an empty id', { ...open, uid: '' }, /uid/],
    ['a long id', { ...open, uid: 'u'.repeat(129) }, /uid/],
    ['an id that is a number', { ...open, uid: 7 }, /uid/],
    ['a short key', { ...open, signKey: new Uint8Array(31) }, /signKey/],
    ['a key that is a text', { ...open, boxKey: 'k'.repeat(32) }, /boxKey/],
    ['a lone surrogate', { ...open, handle: '\ud800' }, /handle/],
    ['an amount that is a number', { ...deposit, amountMinor: 5 }, /amountMinor/],
    ['a time that is no integer', { ...deposit, now: 1.5 }, /now/],
    ['a time before all times', { ...deposit, now: 0 }, /now/],
    ['no claims', { ...redeem, claims: [] }, /claims/],
    ['claims that are no list', { ...redeem, claims: { length: 1 } }, /claims/],
    ['a claim that is null', { ...redeem, claims: [null] }, /claims\[0\]/],
    ['a claim of nothing', { ...redeem, claims: [{ ...claim, count: 0 }] }, /claims\[0\]\.voucher/],
    ['an odd flag', { ...commandOf('purchase p u f 1'), again: 'yes' }, /again/],
    ['an odd mode', { ...commandOf('publish f 1 1'), mode: 'ajar' }, /mode/]
  ]
  for (const [what, command, named] of malformed) {
    it(`refuses ${what}, naming the field`, () => {
      const expected = (error: unknown) =>
        error instanceof LedgerError && error.code === 'bad-command' && named.test(error.detail)
      assert.throws(() => execute(new MemoryView(euro), command as Command), expected)
    })
  }

  it('I1: a rule that fails half-way leaves nothing behind', () => {
    const view = new MemoryView(euro)
    view.put('open', 'old', { purseId: 'p' })
    const half = () =>
      allOrNothing(view, (overlay) => {
        overlay.put('open', 'new', { purseId: 'q' })
        overlay.remove('open', 'old')
        assert.equal(overlay.get('open', 'old'), undefined)
        assert.deepEqual(overlay.get('open', 'new'), { purseId: 'q' })
        throw new LedgerError('conflict')
      })
    assert.throws(half, { code: 'conflict' })
    assert.equal(view.get('open', 'new'), undefined)
    assert.deepEqual(view.get('open', 'old'), { purseId: 'p' })
  })

  it('I7 W9: a purse takes a constant and a bit a token, and as much again per seller', async () => {
    const sizeOf = async (pieces: number, sellers: number, claimed: number) => {
      const store = memoryLedger(euro)
      for (const uid of ['alice', 's0', 's1', 's2']) await openAccount(store, uid)
      for (const line of [
        'deposit d alice 90000',
        `publish f ${pieces} 1`,
        'purchase p alice f 1'
      ]) {
        await store.execute(commandOf(line))
      }
      for (let i = 0; i < sellers; i++) {
        const tokens = '0'.repeat(i * claimed) + '1'.repeat(claimed)
        const command = commandOf(`redeem c s${i} p ${tokens.padEnd(pieces, '0')}`)
        if (command.kind === 'redeem') command.claims[0]!.voucher = keyFor('v')
        await store.execute(command)
      }
      const { purse, sale, claim: claims, journal } = (await store.bytes()).tables
      return { purse: purse.bytes, sale: sale.bytes, claims: claims.bytes, lines: journal.rows }
    }
    const [none, one, many] = [
      await sizeOf(800, 0, 0),
      await sizeOf(800, 1, 1),
      await sizeOf(800, 1, 800)
    ]
    assert.deepEqual(one, many, 'not the tokens count, but the claims')
    const [large, three] = [await sizeOf(80_000, 1, 9), await sizeOf(80_000, 3, 9)]
    assert.equal(large.purse - one.purse, 10_000 - 100)
    assert.equal(large.sale - one.sale, 10_000 - 100)
    assert.equal(large.claims, one.claims)
    assert.equal(none.sale, 0)
    assert.equal(three.purse, large.purse)
    // The second and third seller name the one before.
    assert.equal(three.sale, 3 * large.sale + 2 * 's0'.length)
    assert.equal(three.lines, large.lines + 2)
  })
})

describe('ledger bitmaps', () => {
  const table: [name: string, result: unknown, expected: unknown][] = [
    ['popcount', popcount(bits('1011 0001'.replace(' ', ''))), 4],
    ['popcount of nothing', popcount(new Uint8Array(3)), 0],
    ['and', and(bits('1100'), bits('1010')), bits('1000')],
    ['or', or(bits('1100'), bits('1010')), bits('1110')],
    ['and not', andNot(bits('1100'), bits('1010')), bits('0100')],
    ['covers', covers(bits('1110'), bits('1010')), true],
    ['covers not', covers(bits('1010'), bits('1110')), false],
    ['covers not the second byte', covers(bits('1111111100'), bits('1111111101')), false],
    ['indexes', indexes(bits('1000000110000001')), [0, 7, 8, 15]],
    ['fits', fits(bits('11111'), 5), true],
    ['fits whole bytes', fits(bits('11111111'), 8), true],
    ['too long', fits(new Uint8Array(2), 8), false],
    ['too short', fits(new Uint8Array(1), 9), false],
    ['bit beyond the last piece', fits(bits('111111'), 5), false]
  ]
  for (const [name, result, expected] of table) {
    it(name, () => assert.deepEqual(result, expected))
  }
})
