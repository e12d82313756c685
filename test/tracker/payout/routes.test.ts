// Money out over HTTP: a payee's signed and sealed word, its own payouts and nobody else's, the signed report of the operator's
// service, and that a claim is shared as the policy says.
import assert from 'node:assert/strict'
import { NO_HEAD, nextHead, sealTo, toHex } from '@floodgate/protocol'
import { webhook } from '@floodgate/tracker'
import { Webhook } from 'standardwebhooks'
import {
  balanceOf,
  buy,
  crypto,
  outcome,
  post,
  publish,
  register,
  startWorld,
  type Trader,
  type World
} from '../mint/world.ts'
import { claimed, redeem } from '../mint/trade.ts'
import { earn, people } from './earned.ts'
import { FakeService, SECRET } from './fake-service.ts'

const json = (bytes: Uint8Array | string) =>
  typeof bytes === 'string' ? bytes : (JSON.parse(Buffer.from(bytes).toString()) as object)
let counter = 0

async function wish(world: World, who: Trader, to: string): Promise<Uint8Array> {
  const time = world.clock.now
  const on = { counter: ++counter, time, expiry: time + 60_000 }
  const frame = await who.signer.sign('destination', { to }, on)
  return sealTo(crypto, world.trust.newestEpoch()!.boxKey, frame)
}

describe('payouts over HTTP', () => {
  let world: World
  let service: FakeService
  beforeEach(async () => {
    service = await FakeService.start()
    world = await startWorld({
      payout: {
        split: { seller: 80, provider: 20 },
        rail: webhook({ url: service.url, secret: SECRET, retryMs: [] })
      }
    })
  })
  afterEach(async () => {
    await world.close()
    await service.close()
    assert.deepEqual(world.errors, [])
  })

  it('F4 F48: a claim is shared as the policy says, and its signed answer names the seller’s part', async () => {
    const infoHash = await publish(world)
    const [buyer, seller] = [await register(world, 100n), await register(world)]
    const bought = await buy(world, buyer, infoHash)
    const claims = [
      [0, 1, 2],
      [0, 1, 2, 3]
    ]
    const rows: string[] = []
    for (const indexes of claims) {
      rows.push(
        ...(await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, indexes)]))
      )
    }
    // 9 × 0.8 = 7.2, and 3 × 0.8 + 0.2 = 2.6.
    assert.deepEqual(rows, ['ok 3 0 7', 'ok 1 0 2'])
    assert.equal(await balanceOf(world, seller.uidHex), 9n)
    assert.deepEqual((await world.store.audit()).faults, [])
  })

  it('hears a signed report once, and none that is not signed', async () => {
    await people(world.store, { bob: 'payto://webhook/bob' })
    await earn(world.store, 'bob', 3, world.clock.now)
    service.state = 'submitted'
    await world.tracker.payouts!.run()
    const [payout] = await world.store.payouts()
    assert.equal(payout?.state, 'submitted')
    const body = JSON.stringify({ payoutId: payout.payoutId, state: 'paid' })
    const at = new Date()
    const headers = {
      'webhook-id': 'm1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign('m1', at, body)
    }
    assert.equal(await outcome(await post(world, 'payout-reports', body)), 'bad-signature')
    for (const expected of ['applied', 'repeated']) {
      const answer = await outcome(await post(world, 'payout-reports', body, headers))
      assert.deepEqual(json(answer), { outcome: expected })
    }
    assert.equal((await world.store.payout(payout.payoutId))?.state, 'paid')
  })

  it('shows an account its own payouts, and the operator all, and nobody else any', async () => {
    const bob = await register(world)
    const time = world.clock.now
    const on = { counter: ++counter, time, expiry: time + 60_000 }
    const request = await bob.signer.sign('accountRequest', { what: 'payouts' }, on)
    const answer = await outcome(await post(world, 'payouts', request))
    assert.deepEqual(json(answer), { destination: '', from: 0, payouts: [] })
    assert.equal(await outcome(await post(world, 'payouts', request)), 'replayed')
    assert.equal(await outcome(await post(world, 'operator/payouts/run', '{}')), 'not-allowed')
  })

  it('F2: takes a destination that is signed and sealed, once', async () => {
    const bob = await register(world)
    const sealed = await wish(world, bob, 'payto://webhook/bob')
    const answer = await outcome(await post(world, 'destination', sealed))
    const from = world.clock.now + 7 * 86_400e3
    assert.deepEqual(json(answer), { destination: 'payto://webhook/bob', from })
    assert.equal(await outcome(await post(world, 'destination', sealed)), 'replayed')
    const odd = await wish(world, bob, 'mailto:bob@example')
    assert.equal(await outcome(await post(world, 'destination', odd)), 'bad-request')
    const open = await bob.signer.sign(
      'destination',
      { to: 'payto://credit/' },
      { time: from, expiry: from }
    )
    assert.equal(await outcome(await post(world, 'destination', open)), 'cannot-open')
  })

  it('F2 G13: a revoked account takes back a change that waits, and makes no other; nothing is paid', async () => {
    const bob = await register(world)
    const { store, clock } = world
    const own = {
      kind: 'setDestination',
      uid: bob.uidHex,
      destination: 'payto://webhook/bob'
    } as const
    await store.execute({ ...own, holdMs: 0, now: clock.now })
    await people(store, {})
    await earn(store, bob.uidHex, 3, clock.now)
    assert.equal((await world.tracker.payouts!.plan())[0]?.blocked, '')
    await outcome(await post(world, 'destination', await wish(world, bob, 'payto://webhook/thief')))
    await revoke(world, bob.uid)
    clock.now += 2000
    const tries: [to: string, expected: string | object][] = [
      ['payto://webhook/other', 'revoked'],
      ['payto://webhook/thief', 'revoked'],
      ['payto://webhook/bob', { destination: 'payto://webhook/bob', from: clock.now }],
      ['payto://webhook/thief', 'revoked'],
      ['payto://webhook/bob', 'revoked']
    ]
    for (const [to, expected] of tries) {
      const answer = await outcome(await post(world, 'destination', await wish(world, bob, to)))
      assert.deepEqual(json(answer), expected, to)
    }
    assert.equal((await world.tracker.payouts!.plan())[0]?.blocked, 'revoked')
    assert.equal((await world.tracker.payouts!.run()).requested, 0)
  })
})

async function revoke({ store, clock }: World, uid: Uint8Array): Promise<void> {
  const word = { uid, reason: 'unpaid', evidence: new Uint8Array(32), until: clock.now + 86_400e3 }
  const head = nextHead(crypto, NO_HEAD, word)
  const entry = { ...word, uid: toHex(uid), version: 1, head, pardon: false, now: clock.now }
  await store.execute({ kind: 'revoke', ...entry })
}
