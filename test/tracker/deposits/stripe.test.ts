// Card payments against a server that stands in for Stripe: what is asked of it, what it tells, and how both fail.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { memoryLedger, UNLIMITED_RATES } from '@floodgate/tracker'
import { createDeposits } from '../../../tracker-extension/src/deposits/deposits.ts'
import { fromStripe, toStripe } from '../../../tracker-extension/src/deposits/stripe-amounts.ts'
import * as w from '../mint/world.ts'
import { checkout, eventOf, hook, sessionOf, signed, startCards, type CardWorld } from './cards.ts'

const SEED = Number(process.env['FLOODGATE_SEED'] ?? Date.now() % 2 ** 31)
const PAID = 'checkout.session.completed'

describe(`deposits: Stripe (FLOODGATE_SEED=${SEED})`, () => {
  let world: CardWorld
  before(async () => {
    world = await startCards({ timeoutMs: 300 }, { rates: UNLIMITED_RATES })
  })
  after(async () => {
    assert.deepEqual(world.stripe.faults, [])
    assert.deepEqual((await world.store.audit()).faults, [])
    await world.close()
  })
  const ordered = async (who: w.Trader, amount: bigint) => {
    const page = await checkout(world, who, amount)
    assert.equal(typeof page, 'object', String(page))
    return page as { url: string; order: string }
  }

  it('F2 F16: asks for a page with what Stripe’s own types allow, and the same order is the same page', async () => {
    const who = await w.register(world)
    const session = w.crypto.random(32)
    const first = await checkout(world, who, 1250n, { session })
    assert.deepEqual(await checkout(world, who, 1250n, { session }), first)
    assert.notDeepEqual(await checkout(world, who, 1250n), first)
    assert.equal(await checkout(world, who, 1251n, { session }), 'conflict')
    const { url, order } = first as { url: string; order: string }
    const made = world.stripe.sessions.find((one) => one.url === url)
    assert.deepEqual(made?.params, {
      mode: 'payment',
      client_reference_id: who.uidHex,
      metadata: { order, uid: who.uidHex },
      payment_intent_data: { metadata: { order, uid: who.uidHex } },
      line_items: {
        0: {
          quantity: '1',
          price_data: { currency: 'eur', unit_amount: '1250', product_data: { name: 'Test' } }
        }
      },
      adaptive_pricing: { enabled: 'false' },
      success_url: 'https://shop.example/ok',
      cancel_url: 'https://shop.example/'
    })
  }).timeout(20_000)

  it('refuses what is wrong before Stripe hears of it', async () => {
    const who = await w.register(world)
    const asked = world.stripe.requests
    assert.equal(await checkout(world, who, 0n), 'bad-request')
    assert.equal(await checkout(world, who, 5n, { currency: 'USD' }), 'bad-request')
    assert.equal(await checkout(world, who, 5n, { time: world.clock.now - 3_600_000 }), 'clock')
    const stranger = { ...who, signer: (await w.register(world)).signer }
    stranger.signer.uid.set(w.crypto.random(16))
    assert.equal(await checkout(world, stranger, 5n), 'unknown-account')
    assert.equal(world.stripe.requests, asked)
  })

  it('a Stripe that is down, slow, gone or mad is said to be so, and the order goes on when it is back', async () => {
    const who = await w.register(world)
    const moods = [
      ['no-processor', 'broken', 'broken'],
      ['no-processor', 'garbage', 'garbage'],
      ['no-processor', 'silent', 'silent'],
      ['no-processor', 'gone', 'gone'],
      ['no-processor', 'unauthorized'],
      ['no-processor', 'no-url'],
      ['bad-request', 'no-amount']
    ] as const
    for (const [code, ...turns] of moods) {
      const session = w.crypto.random(32)
      world.stripe.moods.push(...turns)
      assert.equal(await checkout(world, who, 700n, { session }), code, turns[0])
      world.stripe.moods.length = 0
      assert.equal(typeof (await checkout(world, who, 700n, { session })), 'object', turns[0])
    }
    // One failure is tried again by itself.
    world.stripe.moods.push('broken')
    await ordered(who, 700n)
    assert.ok(world.errors.length >= moods.length, 'the operator was told')
    world.errors.length = 0
  }).timeout(30_000)

  it('F2: a paid session is credited once, whichever event says so, however often', async () => {
    const who = await w.register(world)
    const { order } = await ordered(who, 1250n)
    const paid = sessionOf(world, order)
    const unpaid = eventOf(PAID, { object: { ...paid, payment_status: 'unpaid' } })
    assert.equal(await hook(world, unpaid), 'ignored')
    assert.equal(await w.balanceOf(world, who.uidHex), 0n)
    const later = eventOf('checkout.session.async_payment_succeeded', { object: paid, id: 'evt_2' })
    assert.equal(await hook(world, later), 'booked')
    assert.equal(await hook(world, eventOf(PAID, { object: paid })), 'booked')
    assert.equal(await hook(world, later), 'booked')
    assert.equal(await w.balanceOf(world, who.uidHex), 1250n)
  })

  it('what does not fit is recorded for the operator, and answered so that Stripe lets it be', async () => {
    const [who, other] = [await w.register(world), await w.register(world)]
    const { order } = await ordered(who, 900n)
    const cases: [string, object][] = [
      ['waiting wrong-amount', { amount_total: 899 }],
      ['waiting wrong-amount', { amount_total: null }],
      ['waiting wrong-amount', { amount_total: 9.5 }],
      ['waiting wrong-currency', { currency: 'usd' }],
      ['waiting wrong-account', { client_reference_id: other.uidHex }],
      ['waiting wrong-account', { client_reference_id: 'a cart of another shop' }],
      ['waiting unknown-order', { metadata: { order: '0'.repeat(32) } }],
      ['waiting unknown-order', { metadata: null }],
      ['waiting unknown-order', { metadata: { order: 'x y\0' } }]
    ]
    let id = 0
    for (const [expected, changes] of cases) {
      const own = { id: `cs_odd_${++id}`, payment_intent: `pi_odd_${id}` }
      const event = eventOf(PAID, { object: sessionOf(world, order, { ...own, ...changes }) })
      assert.equal(await hook(world, event), expected, JSON.stringify(changes))
      assert.equal(await hook(world, event), expected)
    }
    const real = {
      object: sessionOf(world, order, { id: 'cs_odd_live', payment_intent: 'pi_l' }),
      livemode: true
    }
    assert.equal(await hook(world, eventOf(PAID, real)), 'waiting wrong-mode')
    for (const uid of [who.uidHex, other.uidHex]) assert.equal(await w.balanceOf(world, uid), 0n)
    assert.equal((await world.store.openAdvices('waiting')).length, cases.length + 1)
    assert.equal(await hook(world, eventOf(PAID, { object: sessionOf(world, order) })), 'booked')
    const second = sessionOf(world, order, { id: 'cs_odd_2nd', payment_intent: 'pi_odd_2nd' })
    assert.equal(await hook(world, eventOf(PAID, { object: second })), 'waiting order-paid')
  })

  it('refunds, disputes and failures are noted with their account, and take nothing from it', async () => {
    const who = await w.register(world)
    const { order } = await ordered(who, 500n)
    const paid = sessionOf(world, order)
    const { id, payment_intent: intent } = paid as { id: string; payment_intent: string }
    const charge = {
      ...{ id: 'ch_1', object: 'charge', currency: 'eur', payment_intent: intent },
      ...{ amount_refunded: 200, metadata: { uid: who.uidHex } }
    }
    const dispute = { id: 'dp_1', object: 'dispute', amount: 500, currency: 'eur' }
    const events = [
      eventOf('charge.refunded', { object: charge }),
      eventOf('charge.refunded', { object: { ...charge, amount_refunded: 500 } }),
      eventOf('checkout.session.async_payment_failed', { object: { ...paid, id: `${id}_f` } })
    ]
    for (const event of events) assert.equal(await hook(world, event), 'noted')
    assert.equal(await hook(world, eventOf(PAID, { object: paid })), 'booked')
    const disputed = { ...dispute, payment_intent: { id: intent }, reason: 'fraudulent' }
    assert.equal(
      await hook(world, eventOf('charge.dispute.created', { object: disputed })),
      'noted'
    )
    for (const event of events) assert.equal(await hook(world, event), 'noted')
    assert.equal(await w.balanceOf(world, who.uidHex), 500n)
    const noted = await world.store.openAdvices('noted')
    const own = noted.filter(({ uid }) => uid === who.uidHex)
    assert.deepEqual(own.map(({ advised, amountMinor }) => `${advised} ${amountMinor}`).sort(), [
      ...['dispute 500', 'failed 500', 'refund 200', 'refund 500']
    ])
  })

  it('believes nothing that Stripe did not sign just now', async () => {
    const who = await w.register(world)
    const { order } = await ordered(who, 100n)
    const event = eventOf(PAID, { object: sessionOf(world, order) })
    const { now } = world.clock
    const cases: [string, string, string?][] = [
      ['bad-signature', event, ''],
      ['bad-signature', event, 't=1,v1=00'],
      ['bad-signature', event, signed(event, now, 'whsec_another')],
      ['bad-signature', event, signed(event, now - 301_000)],
      ['bad-signature', event.replace('100', '900'), signed(event, now)],
      ['bad-request', '{', undefined],
      ['bad-request', 'null', undefined],
      ['bad-request', '{"type":"checkout.session.completed"}', undefined],
      ['ignored', eventOf('invoice.paid', { object: { id: 'in_1' } }), undefined],
      ['ignored', eventOf(PAID, { object: { payment_status: 'paid' } }), undefined]
    ]
    for (const [expected, payload, signature] of cases) {
      assert.equal(await hook(world, payload, signature), expected, payload)
    }
    assert.equal(await w.balanceOf(world, who.uidHex), 0n)
    assert.deepEqual(world.errors, [])
  })

  it('I1 G14: events in any order, repeated, with flipped bytes and cut short: money moves once', async () => {
    // A mask of 0 stands for an event that ends there.
    const flip = fc.option(fc.record({ at: fc.nat(), mask: fc.nat(255) }))
    const step = fc.record({ which: fc.nat(5), flip })
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const who = await w.register(world)
      const [one, two] = [await ordered(who, 30n), await ordered(who, 70n)]
      const sessions = [one, two].map(({ order }) => sessionOf(world, order))
      const events = sessions.flatMap((object) => [
        eventOf(PAID, { object }),
        eventOf('checkout.session.async_payment_succeeded', { object }),
        eventOf(PAID, { object: { ...object, payment_status: 'unpaid' } })
      ])
      const all = events.map((_, which) => ({ which, flip: null }))
      for (const { which, flip: change } of [...steps, ...all]) {
        const whole = new TextEncoder().encode(events[which])
        const signature = signed(events[which]!, world.clock.now)
        const at = (change?.at ?? 0) % whole.length
        const payload = change?.mask === 0 ? whole.slice(0, at) : whole
        if (change !== null && change.mask !== 0) payload[at]! ^= change.mask
        const told = await hook(world, payload, signature)
        const isPaid = which % 3 < 2
        // What is no JSON any more is refused before its signature is looked at.
        if (change !== null) assert.match(told, /^bad-(signature|request)$/)
        else assert.equal(told, isPaid ? 'booked' : 'ignored')
      }
      assert.equal(await w.balanceOf(world, who.uidHex), 100n)
    })
    await fc.assert(property, { seed: SEED, numRuns: 25 })
  }).timeout(60_000)

  it('G14: a store that fails is our fault: Stripe tells it again, and it counts once', async () => {
    const ledger = memoryLedger({ currency: 'EUR' })
    let fails = 0
    const shaky: typeof ledger = {
      ...ledger,
      execute: (command) => {
        if (command.kind === 'advise' && fails-- > 0) return Promise.reject(new Error('disk'))
        return ledger.execute(command)
      }
    }
    const own = await startCards({}, { ledger: shaky })
    try {
      const who = await w.register(own)
      const page = (await checkout(own, who, 100n)) as { order: string }
      const event = eventOf(PAID, { object: sessionOf(own, page.order) })
      fails = 1
      assert.deepEqual([await hook(own, event), await hook(own, event)], ['internal', 'booked'])
      assert.equal(await w.balanceOf(own, who.uidHex), 100n)
      assert.equal(own.errors.length, 1)
    } finally {
      await own.close()
    }
  }).timeout(20_000)

  it('without keys there are no cards; wrong options are refused by name, without the secret', async () => {
    const closed = await w.startWorld()
    try {
      const who = await w.register(closed)
      assert.equal(await checkout(closed, who, 100n), 'not-offered')
      assert.equal(await hook(closed, '{}', 't=1'), 'not-offered')
    } finally {
      await closed.close()
    }
    const wrong = [
      { secretKey: 'pk_test_secret' },
      { webhookSecret: 'secret' },
      { successUrl: 'x' }
    ]
    const right = {
      secretKey: 'sk_test_1',
      webhookSecret: 'whsec_1',
      successUrl: 'https://a.example'
    }
    for (const options of wrong) {
      const stripe = { ...right, cancelUrl: 'https://a.example', ...options }
      const open = () => createDeposits({ stripe }, '', assert.ifError)
      assert.throws(open, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'bad-option')
        assert.doesNotMatch(error.message, /secret$/)
        return error.message.includes(Object.keys(options)[0]!)
      })
    }
  }).timeout(20_000)

  it('counts as Stripe does: JPY in yen, ISK and UGX in hundredths, KWD in thousandths that end in 0', () => {
    const rows: [currency: string, minor: bigint, stripe: number | undefined][] = [
      ['EUR', 1250n, 1250],
      ['JPY', 500n, 500],
      ['ISK', 5n, 500],
      ['UGX', 5n, 500],
      ['KWD', 5120n, 5120],
      ['KWD', 5124n, undefined],
      ['EUR', 2n ** 60n, undefined]
    ]
    for (const [currency, minor, stripe] of rows) {
      assert.equal(toStripe(minor, currency), stripe, currency)
      if (stripe !== undefined) assert.equal(fromStripe(stripe, currency), minor, currency)
    }
    assert.equal(fromStripe(550, 'ISK'), undefined)
    for (const odd of [-1, 0.5, NaN, 2 ** 60]) assert.equal(fromStripe(odd, 'EUR'), undefined)
  })
})
