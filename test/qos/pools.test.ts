// The pools of the package: of single seeders, and behind a webhook.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { webhookPool } from '@floodgate/qos'
import { Webhook } from 'standardwebhooks'
import { MemorySeeders } from './memory-seeders.ts'
import { poolCompliance } from './pool-compliance.ts'
import { decisionOf } from './samples.ts'

poolCompliance('levelPool', async () => {
  const seeders = new MemorySeeders()
  const { pool, calls } = seeders
  return {
    pool,
    rates: (content) => seeders.rates(content),
    changes: () => calls.start + calls.setRate + calls.retire,
    clean: () => pool.close()
  }
})

describe('qos: levelPool', () => {
  it('is never above both the old and the new rate while it changes over', async () => {
    const seeders = new MemorySeeders()
    await seeders.pool.apply('film', decisionOf({ seeders: 4, rate: 400_000 }))
    for (const [count, rate] of [
      [2, 600_000],
      [8, 600_000],
      [1, 900_000],
      [3, 30_000]
    ] as const) {
      const before = seeders.rates('film').reduce((all, one) => all + one, 0)
      seeders.peak = 0
      await seeders.pool.apply('film', decisionOf({ seeders: count, rate }))
      assert.ok(seeders.peak <= Math.max(before, rate), `${seeders.peak} for ${count} at ${rate}`)
    }
  })

  it('starts what died again, when the same is said again', async () => {
    const seeders = new MemorySeeders()
    await seeders.pool.apply('film', decisionOf({ seeders: 2, rate: 200_000 }))
    const [first] = seeders.running
    first!.ended = true
    seeders.running.delete(first!)
    await seeders.pool.apply('film', decisionOf({ seeders: 2, rate: 200_000 }))
    assert.deepEqual(seeders.rates('film'), [100_000, 100_000])
  })

  it('keeps what runs when a start fails, and repairs it at the next decision', async () => {
    const seeders = new MemorySeeders()
    await seeders.pool.apply('film', decisionOf({ seeders: 1, rate: 300_000 }))
    seeders.fault = new Error('no room')
    const wanted = decisionOf({ seeders: 3, rate: 300_000 })
    await assert.rejects(seeders.pool.apply('film', wanted), /no room/)
    assert.deepEqual(seeders.rates('film'), [100_000])
    await seeders.pool.apply('film', wanted)
    assert.deepEqual(seeders.rates('film'), [100_000, 100_000, 100_000])
  })

  it('lowers before it raises, when a failure left seeders apart', async () => {
    const seeders = new MemorySeeders()
    await seeders.pool.apply('film', decisionOf({ seeders: 2, rate: 600_000 }))
    seeders.ratesUntilFault = 1
    await assert.rejects(seeders.pool.apply('film', decisionOf({ seeders: 2, rate: 200_000 })))
    assert.deepEqual(seeders.rates('film'), [100_000, 300_000])
    seeders.peak = 0
    await seeders.pool.apply('film', decisionOf({ seeders: 2, rate: 400_000 }))
    assert.deepEqual(seeders.rates('film'), [200_000, 200_000])
    assert.ok(seeders.peak <= 400_000)
  })

  it('asks nobody about a failure that a newer decision made void', async () => {
    const seeders = new MemorySeeders()
    seeders.fault = new Error('no room')
    const first = seeders.pool.apply('film', decisionOf({ seeders: 2, rate: 200_000 }))
    const second = seeders.pool.apply('film', decisionOf({ seeders: 1, rate: 200_000 }))
    await Promise.all([first, second])
    assert.deepEqual(seeders.rates('film'), [200_000])
  })

  it('starts no more seeders than it may, at no more than it has', async () => {
    const seeders = new MemorySeeders(1_000_000, 2)
    await seeders.pool.apply('film', decisionOf({ seeders: 9, rate: 5_000_000 }))
    assert.deepEqual(seeders.rates('film'), [500_000, 500_000])
  })
})

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

/** Listens as a fleet of seeders would, and believes what is signed. */
async function startListener() {
  const webhook = new Webhook(SECRET)
  const states = new Map<string, { seeders: number; rate: number; reason: string }>()
  const listener = {
    posts: 0,
    open: 0,
    openMax: 0,
    status: 204,
    url: '',
    states,
    clean: async () => {}
  }
  const server = createServer((request, response) => {
    listener.openMax = Math.max(listener.openMax, ++listener.open)
    void text(request).then((body) => {
      listener.posts++
      listener.open--
      const headers = request.headers as Record<string, string>
      const state = webhook.verify(body, headers) as {
        content: string
        seeders: number
        rate: number
        reason: string
      }
      if (listener.status < 300) states.set(state.content, state)
      response.writeHead(listener.status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  listener.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/seeders`
  listener.clean = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return listener
}

poolCompliance('webhookPool', async () => {
  const listener = await startListener()
  return {
    pool: webhookPool({ url: listener.url, secret: SECRET, rateMax: '1 Gbit/s' }),
    rates(content) {
      const { seeders, rate } = listener.states.get(content) ?? { seeders: 0, rate: 0 }
      return Array.from({ length: seeders }, () => rate / seeders)
    },
    changes: () => listener.posts,
    clean: listener.clean
  }
})

describe('qos: webhookPool', () => {
  let listener: Awaited<ReturnType<typeof startListener>>
  beforeEach(async () => (listener = await startListener()))
  afterEach(() => listener.clean())

  it('posts the reason too, signed, and says it again after a while', async () => {
    let time = Date.now() // the library checks a signature's time by the clock
    const now = () => time
    const pool = webhookPool({
      url: listener.url,
      secret: SECRET,
      rateMax: '1 MB/s',
      repeatMs: 1000,
      now
    })
    const decision = decisionOf({ seeders: 1, rate: 5, reason: 'Somebody is slow.' })
    await pool.apply('film', decision)
    await pool.apply('film', decision)
    assert.equal(listener.posts, 1)
    assert.equal(listener.states.get('film')!.reason, 'Somebody is slow.')
    time += 1000
    await pool.apply('film', decision)
    assert.equal(listener.posts, 2)
  })

  it('has one message of a content on the way at a time, and leaves out what is outdated', async () => {
    const pool = webhookPool({ url: listener.url, secret: SECRET, rateMax: '1 MB/s' })
    const rates = Array.from({ length: 20 }, (_, i) => i + 1)
    await Promise.all(rates.map((rate) => pool.apply('film', decisionOf({ seeders: 1, rate }))))
    assert.equal(listener.states.get('film')!.rate, 20)
    assert.deepEqual([listener.openMax, listener.posts], [1, 2])
  })

  it('is refused when nobody takes it, and says it again at the next decision', async () => {
    const pool = webhookPool({ url: listener.url, secret: SECRET, rateMax: '1 MB/s' })
    const decision = decisionOf({ seeders: 1, rate: 5 })
    listener.status = 503
    await assert.rejects(pool.apply('film', decision), { code: 'unreachable' })
    listener.status = 204
    await pool.apply('film', decision)
    assert.equal(listener.states.get('film')!.rate, 5)
    await listener.clean()
    await assert.rejects(pool.apply('film', decisionOf()), { code: 'unreachable' })
    listener.clean = async () => {}
  })

  it('says of its URL no more than the origin: a token may stand in it', async () => {
    const place = new URL(listener.url).origin
    const refusal = async (url: string): Promise<string> => {
      const pool = webhookPool({ url, secret: SECRET, rateMax: '1 MB/s' })
      return pool.apply('film', decisionOf()).then(
        () => 'taken',
        (error: Error) => error.message
      )
    }
    listener.status = 503
    const refused = await refusal(`${place}/hooks/t0ken?key=t0ken`)
    assert.match(refused, /127\.0\.0\.1:\d+ answered 503/)
    const named = await refusal(`${place.replace('//', '//me:t0ken@')}/t0ken`)
    await listener.clean()
    const gone = await refusal(`${place}/t0ken`)
    listener.clean = async () => {}
    assert.match(gone, /127\.0\.0\.1:\d+: ECONNREFUSED/)
    for (const said of [refused, named, gone]) assert.ok(!said.includes('t0ken'), said)
    const options = { secret: SECRET, rateMax: '1 MB/s' }
    assert.throws(() => webhookPool({ ...options, url: 't0ken' }), { code: 'bad-option' })
  })

  it('refuses a secret that is none', () => {
    const options = { url: listener.url, rateMax: '1 MB/s' }
    assert.throws(() => webhookPool({ ...options, secret: '' }), { code: 'bad-option' })
  })
})
