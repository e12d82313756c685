// What counts as earned: deposits, gifts and refunds never leave as payouts, whatever is bought with them, and hold is kept.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Payouts, memoryLedger, storeCredit, type LedgerStore } from '@floodgate/tracker'
import { Statements } from '../../../tracker-extension/src/mint/statements.ts'
import { codeOf } from '@floodgate/protocol'
import { commandOf, openAccount } from '../ledger/script.ts'
import { balanceOf, earn, people } from './earned.ts'

const DAY_MS = 86_400e3
const HOLD_DAYS = 7

const run = async (store: LedgerStore, ...lines: string[]): Promise<void> => {
  for (const line of lines) await store.execute(commandOf(line))
}

/** What a run would pay of each account, after a hold of a week. */
async function payable(store: LedgerStore, now: number): Promise<Record<string, bigint>> {
  const options = { rail: storeCredit(), hold: `${HOLD_DAYS} days` }
  const surroundings = {
    store,
    currency: 'EUR',
    now: () => now,
    onError: assert.ifError,
    isRevoked: async () => false
  }
  const payouts = new Payouts(options, surroundings)
  const plans = await payouts.plan()
  await payouts.close()
  return Object.fromEntries(plans.map(({ uid, payMinor }) => [uid, payMinor]))
}

describe('standings: what was earned', () => {
  let store: LedgerStore
  beforeEach(async () => {
    store = memoryLedger({ currency: 'EUR' })
    await people(store, { bob: 'payto://credit/', zed: '' })
    await store.execute(commandOf('publish film 8 100'))
  })
  afterEach(async () => {
    assert.deepEqual((await store.audit()).faults, [])
    await store.close()
  })
  const later = 100 + 30 * DAY_MS

  it('F48: earnings that were spent are not paid out of a later deposit', async () => {
    await earn(store, 'bob', 8)
    await run(store, 'purchase p bob film 100', 'redeem c zed p 11111111', 'deposit d bob 800')
    assert.equal((await payable(store, later))['bob'] ?? 0n, 0n)
  })

  it('F48: deposits are spent first, and what is left of earnings is the youngest', async () => {
    await earn(store, 'bob', 8)
    await run(store, 'deposit d bob 300', 'purchase p bob film 100', 'redeem c zed p 11111111')
    assert.equal((await payable(store, later))['bob'], 300n)
    await earn(store, 'bob', 2, later - 1)
    assert.equal((await payable(store, later))['bob'], 300n)
    await run(store, `purchase q bob film 100 part=0-4 at=${later} until=${later + 1}`)
    assert.equal((await payable(store, later))['bob'] ?? 0n, 0n)
  })

  it('F48: a purse that gives earnings back gives back earnings, and no more than were put in', async () => {
    await earn(store, 'bob', 8)
    await run(store, 'deposit d bob 300', 'purchase p bob film 100', 'redeem c zed p 11000000')
    await run(store, 'close p at=300')
    assert.equal((await payable(store, later))['bob'], 800n)
  })

  it('F57: a debt that is paid as a cancelled purse is released is earned, and no refund', async () => {
    await openAccount(store, 'ben')
    // Ben gives one token to two; his balance covers the second once his purse gives something back.
    await run(
      store,
      'deposit d ben 800',
      'purchase p ben film 100 until=900',
      'redeem c zed p 10000000',
      'redeem e bob p 10000000',
      'cancel p ben 10000000 early=150',
      'close p at=160'
    )
    const lines = await store.journal(0, 100)
    assert.ok(lines.some(({ kind, credit }) => kind === 'release' && credit === 'peer:bob'))
    assert.equal((await payable(store, later))['bob'], 100n)
    const statements = new Statements(store)
    assert.equal((await statements.of('bob')).earned, 100n)
    assert.equal((await statements.of('ben')).spent, 200n)
  })

  it('F57: a debt that is paid out of the collateral as a purse closes is no refund', async () => {
    await openAccount(store, 'ben')
    await run(store, 'deposit d ben 800', 'purchase p ben film 100 until=900')
    await run(store, 'redeem c zed p 10000000', 'redeem e bob p 10000000', 'close p at=900')
    const statements = new Statements(store)
    assert.equal((await statements.of('bob')).earned, 100n)
    assert.equal((await statements.of('ben')).spent, 200n)
  })

  const uid = fc.constantFrom('ann', 'ben')
  const pieces = fc.integer({ min: 1, max: 8 })
  const step = fc.record(
    {
      what: fc.constantFrom('deposit', 'trade', 'earn', 'spend', 'park', 'wait'),
      ...{ uid, pieces, days: fc.constantFrom(0, 1, 9) }
    },
    { noNullPrototype: true }
  )
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

  /** One of two accounts of one person does something. Answers what came in or was spent, and what the two sold each other. */
  async function take(tag: number, at: number, { what, uid, pieces }: Step) {
    const none = { incomeMinor: 0n, tradedMinor: 0n }
    const other = uid === 'ann' ? 'ben' : 'ann'
    const minor = BigInt(pieces * 100)
    const time = `at=${at} until=${at + 1}`
    const buy = `purchase p${tag} ${uid} film 100 part=0-${pieces} ${time}`
    const claim = (payee: string) =>
      `redeem c${tag} ${payee} p${tag} ${'1'.repeat(pieces)} at=${at}`
    try {
      if (what === 'deposit') await run(store, `deposit d${tag} ${uid} ${minor} at=${at}`)
      if (what === 'deposit') return { ...none, incomeMinor: minor }
      if (what === 'earn') await earn(store, uid, pieces, at)
      if (what === 'earn') return { ...none, incomeMinor: minor }
      if (what === 'trade') await run(store, buy, claim(other), `close p${tag} at=${at + 1}`)
      if (what === 'trade') return { ...none, tradedMinor: minor }
      if (what === 'spend') {
        await run(store, buy, claim('zed'), `close p${tag} at=${at + 1}`)
        return { ...none, incomeMinor: -minor }
      }
      if (what === 'park') await run(store, buy, `close p${tag} at=${at + 1}`)
    } catch (error) {
      assert.equal(codeOf(error), 'insufficient-funds')
    }
    return none
  }

  it('F48: of two accounts of one person no deposit leaves unsold, and none before the hold is over', async () => {
    const check = async (steps: Step[]): Promise<void> => {
      store = memoryLedger({ currency: 'EUR' })
      await people(store, { ann: 'payto://credit/', ben: 'payto://credit/', zed: '' })
      await store.execute(commandOf('publish film 8 100'))
      let [at, earnedMinor, tradedMinor] = [DAY_MS, 0n, 0n]
      const income: { at: number; minor: bigint }[] = []
      const options = { rail: storeCredit(), hold: `${HOLD_DAYS} days` }
      const surroundings = {
        store,
        currency: 'EUR',
        onError: assert.ifError,
        isRevoked: async () => false
      }
      for (const [tag, one] of steps.entries()) {
        at += one.days * DAY_MS + 2
        const done = await take(tag, at, one)
        income.push({ at, minor: done.incomeMinor })
        if (one.what === 'earn') earnedMinor += done.incomeMinor
        tradedMinor += done.tradedMinor
        const payouts = new Payouts(options, { ...surroundings, now: () => at + 1 })
        await payouts.run()
        await payouts.close()
        const all = await store.payouts()
        const paidMinor = all.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
        assert.ok(paidMinor <= earnedMinor + tradedMinor, 'more left than was sold')
        const young = income.filter((come) => come.at > at + 1 - HOLD_DAYS * DAY_MS)
        const youngMinor = young.reduce((sum, { minor }) => sum + minor, 0n)
        const leftMinor = (await balanceOf(store, 'ann')) + (await balanceOf(store, 'ben'))
        assert.ok(leftMinor >= youngMinor, 'money left that came in within the hold')
      }
    }
    const steps = fc.array(step, { minLength: 10, maxLength: 40, size: 'max' })
    // Earned, spent, and long after put in again.
    const known = (['earn', 'spend', 'wait', 'deposit'] as const).map((what): Step => ({
      what,
      uid: 'ann',
      pieces: 8,
      days: what === 'wait' ? 9 : 0
    }))
    await fc.assert(fc.asyncProperty(steps, check), { numRuns: 100, examples: [[known]] })
  })
})
