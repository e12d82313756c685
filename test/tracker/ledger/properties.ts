// Random histories against any store: money (I1), idempotence and order (W8, G14), and size (I7).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import { Auditor } from './auditor.ts'
import type { OpenLedger } from './compliance.ts'
import { commandOf, openAccount } from './script.ts'

const uids = ['alice', 'bob', 'carol']
const contents = { film: { pieces: 11, price: 3 }, book: { pieces: 3, price: 7 } }
const pick = (...words: string[]) => fc.constantFrom(...words)
const number = (min: number, max: number) => fc.integer({ min, max })

const deposit = fc
  .tuple(number(0, 5), pick(...uids, 'zoe'), number(0, 40))
  .map(([id, uid, amount]) => `deposit d${id} ${uid} ${amount}`)

const correct = fc
  .tuple(number(0, 3), pick(...uids, 'zoe'), number(0, 20))
  .map(([id, uid, amount]) => `correct d${id} ${uid} ${amount}`)

/** Purses p0 and p1 are mostly films, p2 mostly books: random bitmaps should often fit. */
const orders = ['p0 alice film 3', 'p1 bob film 3', 'p1 alice film 3', 'p2 alice book 7']
const purchase = fc
  .tuple(
    pick(...orders, 'p0 carol book 8', 'p3 alice film 3', 'p4 alice film 3'),
    pick('', 'again', 'part=0-2', 'part=1-6,8-11', 'part=4-9 again', 'part=3-20'),
    number(1, 90),
    number(50, 120)
  )
  .map(([order, how, now, until]) => `purchase ${order} ${how} at=${now} until=${until}`)

/** What is kept is seldom all that was paid: buyers who go on paying are met often. */
const cancel = fc
  .tuple(pick('p0 alice', 'p1 bob', 'p1 alice', 'p3 alice'), number(0, 2 ** 11 - 1), number(1, 99))
  .map(([purse, kept, early]) => {
    return `cancel ${purse} ${kept.toString(2).padStart(11, '0')} early=${early} at=${early}`
  })

const redeem = fc
  .tuple(number(0, 9), pick(...uids), pick('p0', 'p0', 'p1', 'p2', 'p3', 'p4'))
  .chain(([id, payee, purse]) => {
    const length = purse === 'p2' ? contents.book.pieces : contents.film.pieces
    const digits = fc.array(pick('0', '1'), { minLength: length, maxLength: length })
    return digits.map((bits) => `redeem c${id} ${payee} ${purse} ${bits.join('')}`)
  })

/** Few cases, so that they are repeated, proved, settled, answered and met by claims of the same tokens. */
const file = fc
  .tuple(number(0, 9), pick(...uids), pick('alice p0', 'bob p1', 'alice p2'), number(0, 3))
  .map(([id, accuser, purse, index]) => `complain k${id} ${accuser} ${purse} ${index}`)
const follow = fc
  .tuple(pick('prove', 'settle', 'prove', 'settle', 'answer'), number(0, 9), pick('void', 'guilty'))
  .map(([verb, id, word]) => `${verb} k${id}${verb === 'answer' ? ` ${word}` : ''}`)

const close = fc
  .tuple(number(0, 4), number(40, 130))
  .map(([purse, now]) => `close p${purse} at=${now}`)

/** Small worlds of ids, so that repeats, conflicts and double spends are frequent. */
const line = fc.oneof(
  { weight: 3, arbitrary: deposit },
  { weight: 1, arbitrary: correct },
  { weight: 3, arbitrary: purchase },
  { weight: 9, arbitrary: redeem },
  { weight: 4, arbitrary: file },
  { weight: 6, arbitrary: follow },
  { weight: 1, arbitrary: cancel },
  { weight: 2, arbitrary: close }
)

/** Chance alone seldom gets to a debt that a refund pays: some histories begin with a purse, and some of these give it back. */
const bought = ['deposit start alice 40', 'purchase p0 alice film 3 at=1 until=100']
const beginning = fc.constantFrom(bought.slice(0, 1), bought, [
  ...bought,
  'cancel p0 alice 00000000000 early=50 at=2'
])
const history = fc
  .tuple(beginning, fc.array(line, { minLength: 20, maxLength: 80, size: 'max' }))
  .map(([first, lines]) => [...first, ...lines])

async function prepare(store: LedgerStore): Promise<void> {
  for (const uid of uids) await openAccount(store, uid)
  for (const [infoHash, { pieces, price }] of Object.entries(contents)) {
    await store.execute(commandOf(`publish ${infoHash} ${pieces} ${price}`))
  }
}

/** Claims as honest trade makes them: each seller's bitmaps grow, and no token goes to two sellers. */
const honestTrade = fc
  .array(pick(...uids.slice(1)), { minLength: 1, maxLength: 11 })
  .chain((payees) => {
    const claims = payees.map((payee, index) => {
      const bits = payees.map((one, i) => (one === payee && i <= index ? '1' : '0')).join('')
      return `redeem c${index} ${payee} p0 ${bits.padEnd(11, '0')}`
    })
    const parts = fc.array(fc.shuffledSubarray(claims), { maxLength: 3 })
    const whole = fc.shuffledSubarray(claims, { minLength: claims.length })
    return fc.tuple(fc.constant(payees), parts, whole)
  })

/** Each run opens a store of its own, so `numRuns` is chosen by what opening costs. */
export function ledgerProperties(name: string, open: OpenLedger, numRuns: number): void {
  const seed = Number(process.env.FLOODGATE_SEED ?? Date.now() % 2 ** 31)

  const onLedger = async (work: (store: LedgerStore) => Promise<void>): Promise<void> => {
    const store = await open()
    try {
      await prepare(store)
      await work(store)
    } finally {
      await store.close()
    }
  }

  describe(`ledger properties: ${name} (FLOODGATE_SEED=${seed})`, () => {
    it('I1 I3 I4 I7: whatever is done, repeated or refused, the books balance', async () => {
      const property = fc.asyncProperty(history, (lines) =>
        onLedger(async (store) => {
          const auditor = new Auditor(store, uids)
          for (const one of lines) await auditor.step(one)
          await auditor.checkSize()
        })
      )
      await fc.assert(property, { seed, numRuns })
    }).timeout(120_000)

    it('W8 G14: honest claims in any order, with repeats, pay each seller its tokens', async () => {
      const property = fc.asyncProperty(honestTrade, ([payees, parts, whole]) =>
        onLedger(async (store) => {
          for (const one of ['deposit d0 alice 33', 'purchase p0 alice film 3']) {
            await store.execute(commandOf(one))
          }
          for (const one of [...parts.flat(), ...whole]) await store.execute(commandOf(one))
          await store.execute(commandOf('close p0 at=200'))
          for (const uid of uids) {
            const sold = payees.filter((payee) => payee === uid).length
            const tokens = uid === 'alice' ? 11 - payees.length : sold
            assert.equal((await store.account(uid))?.balanceMinor, 3n * BigInt(tokens), uid)
          }
          assert.deepEqual((await store.audit()).faults, [])
        })
      )
      await fc.assert(property, { seed, numRuns })
    }).timeout(120_000)
  })
}
