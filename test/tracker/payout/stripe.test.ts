// Stripe transfers: made once, whatever the far end answers, and known again when they were reversed.
import assert from 'node:assert/strict'
import { stripe } from '@floodgate/tracker'
import { FakeStripe } from './fake-stripe.ts'
import { batchOf, orderOf } from './orders.ts'
import { payoutRailCompliance } from './rail-compliance.ts'

const to = 'payto://stripe/acct_1032D82eZvKYlo2C?country=DE'
const railAt = ({ url }: FakeStripe) => stripe({ key: 'sk_test_1', url, timeoutMs: 2000 })

payoutRailCompliance('Stripe', [to, 'payto://stripe/acct_other99'], async () => {
  const fake = await FakeStripe.start()
  return {
    rail: () => railAt(fake),
    done: () => {
      const found = new Map<string, number>()
      for (const { transfer_group: id } of fake.made) found.set(id, (found.get(id) ?? 0) + 1)
      return found
    },
    close: async () => {
      await fake.close()
      assert.deepEqual(fake.faults, [])
    }
  }
})

describe('payout rail: Stripe in trouble', function () {
  this.timeout(30_000)
  let fake: FakeStripe
  beforeEach(async () => {
    fake = await FakeStripe.start()
  })
  afterEach(async () => {
    await fake.close()
    assert.deepEqual(fake.faults, [])
  })

  const order = orderOf('stripe', to, 4711n)
  const batch = batchOf('stripe', order)
  for (const trouble of ['500', '429', 'garbage', 'hang-up', 'late-500', 'late-hang-up'] as const) {
    it(`W14: pays once after ${trouble}, and says so in the end`, async () => {
      // More than the library tries by itself: the first run learns nothing for certain.
      fake.troubles = Array.from({ length: 3 }, () => trouble)
      let [report] = await railAt(fake).submit(batch)
      for (let day = 0; report === undefined && day < 4; day++) {
        fake.forgetKeys()
        ;[report] = await railAt(fake).submit(batch)
      }
      assert.deepEqual(report, {
        payoutId: order.payoutId,
        state: 'paid',
        reference: 'tr_1',
        reason: ''
      })
      assert.equal(fake.made.length, 1)
      assert.equal(fake.made[0]!.amount, 4711)
      fake.forgetKeys()
      await railAt(fake).submit(batch)
      assert.equal(fake.made.length, 1)
    })
  }

  it('fails what Stripe refuses, with its reason', async () => {
    fake.troubles = ['poor']
    const [report] = await railAt(fake).submit(batch)
    assert.equal(report?.state, 'failed')
    assert.match(report?.reason ?? '', /balance_insufficient/)
    assert.equal(fake.made.length, 0)
  })

  it('sees a reversed transfer, and believes no answer about another', async () => {
    const rail = railAt(fake)
    const [{ reference = '' } = {}] = await rail.submit(batch)
    const known = { ...order, reference }
    fake.made[0]!.reversed = true
    const { reports } = await rail.reconcile([known])
    assert.deepEqual(
      reports.map(({ state, reason }) => [state, reason]),
      [['returned', 'transfer.reversed']]
    )
    fake.made[0]!.amount = 1
    assert.deepEqual((await rail.reconcile([known])).reports, [])
  })

  it('is not there: nothing is said', async () => {
    const rail = stripe({ key: 'sk_test_1', url: 'http://127.0.0.1:9', timeoutMs: 500 })
    assert.deepEqual(await rail.submit(batch), [])
  })

  it('wants a key that is one', () => {
    assert.throws(() => stripe({ key: 'pk_live_1' }), { code: 'bad-option' })
  })
})
