// A collateral lies in escrow beside the price: it pays sellers of tokens that were promised twice, before the buyer's
// balance does, and what is left of it goes back when the purse closes.
import assert from 'node:assert/strict'
import type { LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import { memoryLedger } from '../../../tracker-extension/src/ledger/memory.ts'
import { commandOf, openAccount, resultOf } from './script.ts'

describe('ledger collateral', () => {
  let store: LedgerStore
  beforeEach(async () => {
    store = memoryLedger({ currency: 'EUR' })
    for (const uid of ['alice', 'bob', 'carol']) await openAccount(store, uid)
    await store.execute(commandOf('publish film 4 10'))
  })
  afterEach(() => store.close())

  /** Alice, Bob, Carol, escrow. */
  async function money(): Promise<string> {
    const books = await store.audit()
    assert.deepEqual(books.faults, [])
    const accounts = await Promise.all(['alice', 'bob', 'carol'].map((uid) => store.account(uid)))
    const balances = accounts.map((account) => account!.balanceMinor)
    return [...balances, books.escrowMinor].join(' ')
  }
  const buy = (collateralMinor: bigint) => {
    const command = commandOf('purchase p1 alice film 10')
    assert.ok(command.kind === 'purchase')
    return resultOf(store, { ...command, collateralMinor })
  }
  const run = (line: string) => resultOf(store, commandOf(line))

  it('I1: is held beside the price, or there is no purchase', async () => {
    await run('deposit d1 alice 59')
    assert.equal(await buy(20n), 'insufficient-funds')
    assert.equal(await money(), '59 0 0 0')
    await run('deposit d2 alice 1')
    assert.equal(await buy(20n), 'p1 -40', 'it is no part of the charge')
    assert.equal(await money(), '0 0 0 60')
    assert.equal(await buy(20n), 'p1 -40')
    assert.equal(await money(), '0 0 0 60', 'nor taken twice')
    const kinds = (await store.journal()).map(({ kind, amountMinor }) => `${kind} ${amountMinor}`)
    assert.deepEqual(kinds, ['deposit 59', 'deposit 1', 'purchase 40', 'collateral 20'])
    assert.equal(await run('close p1 at=200'), 'refund 60')
    assert.equal(await money(), '60 0 0 0')
  })

  const rows: [collateral: bigint, rest: number, claimed: string, after: string, closed: string][] =
    [
      // Two tokens of Bob's are Carol's too, at 10 each; then what Alice, Bob, Carol and the escrow have.
      [20n, 0, '+20 0/2/0', '0 30 20 10', '10 30 20 0'],
      [25n, 0, '+20 0/2/0', '0 30 20 15', '15 30 20 0'],
      [30n, 9, '+20 0/2/0', '9 30 20 20', '29 30 20 0'],
      [15n, 10, '+20 0/2/0', '0 30 20 15', '15 30 20 0'],
      [15n, 30, '+20 0/2/0', '20 30 20 15', '35 30 20 0'],
      [10n, 0, '+10 0/2/1', '0 30 10 10', '0 30 20 0'],
      [9n, 0, '+0 0/2/2', '0 30 0 19', '9 30 10 0'],
      [0n, 20, '+20 0/2/0', '0 30 20 10', '10 30 20 0']
    ]
  for (const [collateral, rest, claimed, after, closed] of rows) {
    it(`G6: ${collateral}, and ${rest} on the account: ${claimed}`, async () => {
      await run(`deposit d1 alice ${40n + collateral + BigInt(rest)}`)
      await buy(collateral)
      await run('redeem c1 bob p1 1110')
      assert.equal(await run('redeem c1 carol p1 1100'), claimed)
      assert.equal(await money(), after)
      await run('close p1 at=200')
      assert.equal(await money(), closed)
    })
  }
})
