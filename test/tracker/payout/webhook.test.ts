// The signed webhook: the operator's service pays once, whatever happens on the way, and its word counts only when it is signed,
// or comes as the answer to ours.
import assert from 'node:assert/strict'
import { webhook } from '@floodgate/tracker'
import { Webhook } from 'standardwebhooks'
import { FakeService, SECRET } from './fake-service.ts'
import { batchOf, idOf, orderOf, toIban } from './orders.ts'
import { payoutRailCompliance } from './rail-compliance.ts'

const railAt = (service: FakeService) =>
  webhook({ url: service.url, secret: SECRET, retryMs: [1, 2], timeoutMs: 2000 })
const to = 'payto://webhook/erika@example?country=SE'

payoutRailCompliance('webhook', [to, toIban(0)], async () => {
  const service = await FakeService.start()
  return {
    rail: () => railAt(service),
    done: () => service.times,
    close: async () => {
      await service.close()
      assert.deepEqual(service.faults, [])
    }
  }
})

describe('payout rail: webhook in trouble', () => {
  let service: FakeService
  beforeEach(async () => {
    service = await FakeService.start()
  })
  afterEach(async () => {
    await service.close()
    assert.deepEqual(service.faults, [])
  })
  const order = orderOf('webhook', to, 1234n)
  const batch = batchOf('webhook', order)

  for (const trouble of ['500', 'garbage', 'hang-up', 'late-hang-up'] as const) {
    it(`W14: tries again after ${trouble}, and pays once`, async () => {
      service.troubles = [trouble, trouble]
      const [report] = await railAt(service).submit(batch)
      assert.equal(report?.state, 'paid')
      assert.deepEqual([...service.times.values()], [1])
      assert.equal(service.paid.get(order.payoutId)?.amount, '12.34')
    })

    it(`knows nothing after ${trouble} without end, and asks again in the next run`, async () => {
      service.troubles = [trouble, trouble, trouble]
      assert.deepEqual(await railAt(service).submit(batch), [])
      const [report] = await railAt(service).submit(batch)
      assert.equal(report?.state, 'paid')
      assert.deepEqual([...service.times.values()], [1])
    })
  }

  it('asks how a payout stands', async () => {
    service.state = 'submitted'
    const [report] = await railAt(service).submit(batch)
    assert.equal(report?.state, 'submitted')
    service.state = 'returned'
    const { reports } = await railAt(service).reconcile([order])
    assert.deepEqual(
      reports.map(({ state, reason }) => [state, reason]),
      [['returned', 'no such account']]
    )
  })

  it('hears a signed report, and no other', () => {
    const rail = railAt(service)
    const body = JSON.stringify({ payoutId: idOf('webhook'), state: 'paid' })
    const at = new Date()
    const sign = (text: string, secret = SECRET) => ({
      'webhook-id': 'm1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('m1', at, text)
    })
    assert.equal(rail.hear(body, sign(body)).state, 'paid')
    const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
    for (const headers of [sign('{}'), sign(body, other), {}]) {
      assert.throws(() => rail.hear(body, headers), { code: 'bad-signature' })
    }
    assert.throws(() => rail.hear('{}', sign('{}')), { code: 'bad-request' })
  })

  it('wants a secret of 24 bytes at least', () => {
    const url = 'https://pay.example'
    for (const secret of ['', 'whsec_abc', 'secret']) {
      assert.throws(() => webhook({ url, secret }), { code: 'bad-option' })
    }
  })
})
