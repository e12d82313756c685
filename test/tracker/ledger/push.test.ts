// Random histories of pushed purses (F77): bought at the provider's cost, redeemed, cancelled, closed, in any order and again.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Command, memoryLedger } from '../../../tracker-extension/src/ledger/index.ts'
import { balancesOf } from './books.ts'
import { commandOf, openAccount, resultOf } from './script.ts'

const seed = Number(process.env.FLOODGATE_SEED ?? Date.now() % 2 ** 31)
const PIECES = 6
const number = (min: number, max: number) => fc.integer({ min, max })
const pick = (...words: string[]) => fc.constantFrom(...words)
const bitmaps = number(0, 2 ** PIECES - 1).map((bits) => bits.toString(2).padStart(PIECES, '0'))

const buy = fc
  .tuple(pick('p0 ann', 'p1 ann', 'p2 bea'), pick('', 'again', 'part=0-3'), number(1, 60))
  .map(([purse, how, now]) => `purchase ${purse} film 5 ${how} at=${now} until=${now + 40}`)
const redeem = fc
  .tuple(number(0, 5), pick('cid', 'dan'), pick('p0', 'p1', 'p2'), bitmaps)
  .map(([id, payee, purse, bits]) => `redeem c${id} ${payee} ${purse} ${bits}`)
const cancel = fc
  .tuple(pick('p0 ann', 'p1 ann', 'p2 bea'), bitmaps, number(1, 60))
  .map(([purse, kept, at]) => `cancel ${purse} ${kept} early=${at + 10} at=${at}`)
const close = fc.tuple(number(0, 2), number(10, 130)).map(([id, at]) => `close p${id} at=${at}`)
const line = fc.oneof(
  { weight: 3, arbitrary: buy },
  { weight: 6, arbitrary: redeem },
  { weight: 1, arbitrary: cancel },
  { weight: 2, arbitrary: close }
)

describe(`ledger: pushed purses (FLOODGATE_SEED=${seed})`, () => {
  it('F77 I1: a budget is never exceeded, and nobody gains by it who did not sell', async () => {
    const history = fc.tuple(number(0, 90), fc.array(line, { minLength: 10, maxLength: 40 }))
    const property = fc.asyncProperty(history, async ([budgetMinor, lines]) => {
      const store = memoryLedger({ currency: 'EUR' })
      for (const uid of ['ann', 'bea', 'cid', 'dan']) await openAccount(store, uid)
      await store.execute(commandOf(`publish film ${PIECES} 5`))
      const budget = { infoHash: 'film', amountMinor: BigInt(budgetMinor), now: 1 }
      if (budgetMinor > 0) await store.execute({ kind: 'budgetPush', ...budget })
      for (const one of lines) {
        const command = commandOf(one)
        const pushed = command.kind === 'purchase'
        await resultOf(store, { ...command, ...(pushed && { pushed }) } as Command)
        const { faults, escrowMinor } = await store.audit()
        assert.deepEqual(faults, [], one)
        const { usedMinor } = await store.pushBudget('film')
        const [ann, bea, cid, dan] = await balancesOf(store, 'ann', 'bea', 'cid', 'dan')
        assert.deepEqual([ann, bea], [0n, 0n], one)
        assert.equal(usedMinor, escrowMinor + cid! + dan!, one)
        assert.ok(usedMinor <= budget.amountMinor, one)
      }
      await store.close()
    })
    await fc.assert(property, { seed, numRuns: 200 })
  }).timeout(60_000)
})
