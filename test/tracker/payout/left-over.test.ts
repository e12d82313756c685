// What a run finds of an earlier one that did not come to its end: batches of which a part has moved on.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Payouts,
  memoryLedger,
  sepa,
  storeCredit,
  type LedgerStore,
  type Payout,
  type PayoutRail,
  type Report
} from '@floodgate/tracker'
import { balanceOf, earn, people } from './earned.ts'
import { toIban } from './orders.ts'

const root = mkdtempSync(join(tmpdir(), 'floodgate-left-'))
after(() => rmSync(root, { recursive: true }))

describe('payouts that an earlier run left', () => {
  let store: LedgerStore
  let errors: unknown[] = []
  const runOnce = async (rail: PayoutRail, ledger = store): Promise<void> => {
    const onError = (error: unknown) => void errors.push(error)
    const surroundings = {
      store: ledger,
      currency: 'EUR',
      now: () => 1000,
      onError,
      isRevoked: async () => false
    }
    const payouts = new Payouts({ rail }, surroundings)
    await payouts.run()
    await payouts.close()
  }
  const payoutOf = async (uid: string): Promise<Payout> => (await store.payoutsOf(uid))[0]!
  beforeEach(() => {
    store = memoryLedger({ currency: 'EUR' })
    errors = []
  })
  afterEach(async () => {
    assert.deepEqual((await store.audit()).faults, [])
    await store.close()
  })

  it('I1 I6: what failed and was refunded is not handed over again with its batch', async () => {
    await people(store, { bob: 'payto://credit/', carol: 'payto://credit/' })
    for (const uid of ['bob', 'carol']) await earn(store, uid, 3)
    const rail: PayoutRail = {
      ...storeCredit(),
      async submit({ orders }) {
        const [bob] = orders.filter(({ uid }) => uid === 'bob')
        if (bob === undefined) return []
        return [{ payoutId: bob.payoutId, state: 'failed', reference: '', reason: 'closed' }]
      }
    }
    await runOnce(rail)
    assert.equal(await balanceOf(store, 'bob'), 300n)
    const { batch } = await payoutOf('bob')
    const again: string[][] = []
    await runOnce({
      ...rail,
      async submit(given) {
        if (given.batch === batch) again.push(given.orders.map(({ uid }) => uid))
        return []
      }
    })
    assert.ok(again.length > 0)
    for (const uids of again) assert.deepEqual(uids, ['carol'])
  })

  /** A SEPA batch of which the ledger heard of one order only, and which the bank refused. */
  async function halfRefused(folder: string): Promise<{ rail: PayoutRail; open: Payout }> {
    await people(store, { bob: toIban(0), carol: toIban(1) })
    for (const uid of ['bob', 'carol']) await earn(store, uid, 3)
    const own = { iban: 'DE75512108001245126199', name: 'Example', folder }
    const rail = sepa(own)
    let times = 0
    const breaks: LedgerStore = {
      ...store,
      async execute(command) {
        if (command.kind === 'submitPayout' && ++times > 1) throw new Error('crash')
        return store.execute(command)
      }
    }
    await runOnce(rail, breaks)
    errors = []
    const [heard, open] = (await store.payouts()).sort(({ state }) =>
      state === 'prepared' ? 1 : -1
    )
    const failed = { outcome: 'failed', reason: 'AC04', now: 1000 } as const
    await store.execute({ kind: 'settlePayout', payoutId: heard!.payoutId, ...failed })
    return { rail, open: open! }
  }

  it('I1: a SEPA file of which a part is booked is not written again, and a person hears of it', async () => {
    const folder = join(root, 'gone')
    const { rail, open } = await halfRefused(folder)
    rmSync(join(folder, `${open.batch}.xml`))
    await runOnce(rail)
    assert.ok(!readdirSync(folder).includes(`${open.batch}.xml`))
    assert.equal((await store.payout(open.payoutId))?.state, 'prepared')
    assert.match(String(errors[0]), /gone/)
  })

  it('I6: if the SEPA file is there, the rest of its batch is in it', async () => {
    const { rail, open } = await halfRefused(join(root, 'there'))
    await runOnce(rail)
    assert.equal((await store.payout(open.payoutId))?.state, 'submitted')
    assert.deepEqual(errors, [])
  })

  it('I1: a rail that contradicts the ledger as it takes orders is not overheard', async () => {
    await people(store, { bob: 'payto://credit/' })
    await earn(store, 'bob', 3)
    const odd = (payoutId: string): Report => ({
      ...{ payoutId, state: 'paid', reference: 'r', reason: '', amountMinor: 299n }
    })
    await runOnce({
      ...storeCredit(),
      submit: async ({ orders }) => orders.map(({ payoutId }) => odd(payoutId))
    })
    assert.equal((await payoutOf('bob')).state, 'prepared')
    assert.match(String(errors[0]), /says paid/)
  })
})
