// What machines ask: is it alive, is it ready, and the metrics. Probes pass where everything else is refused.

import assert from 'node:assert/strict'
import { memoryLedger, type LedgerStore } from '@floodgate/tracker'
import { ROUTES } from '../../../tracker-extension/src/api/routes.ts'
import { claimed, redeem } from '../mint/trade.ts'
import * as w from '../mint/world.ts'
import { valueOf } from './exposition.ts'

const at = (world: w.World, path: string, init?: RequestInit): Promise<Response> =>
  fetch(world.url + path, init)

const detail = async (response: Response): Promise<[number, string, string]> => {
  const said = (await response.json()) as Record<string, string>
  return [response.status, said['error']!, said['detail']!]
}

/** A ledger whose newest head cannot be read while `broken.yes`. */
function breakable(broken: { yes: boolean }): LedgerStore {
  const store = memoryLedger({ currency: 'EUR' })
  const head = () => (broken.yes ? Promise.reject(new Error('planted')) : store.head())
  return { ...store, head }
}

/** As soon as it answers anew: what it found is remembered for a second. */
async function settled(world: w.World, wanted: number): Promise<Response> {
  for (;;) {
    const response = await at(world, '/readyz')
    if (response.status === wanted) return response
  }
}

describe('api: probes', function () {
  this.timeout(10_000)

  it('a well provider is alive and ready', async () => {
    const world = await w.startWorld()
    assert.deepEqual(await (await at(world, '/healthz')).json(), { alive: true })
    assert.deepEqual(await (await at(world, '/readyz?x=1')).json(), { ready: true, checks: 3 })
    await world.close()
  })

  it('readyz names what fails, strangers learn no more, and it comes back by itself', async () => {
    const broken = { yes: true }
    const world = await w.startWorld({ ledger: breakable(broken), headEveryMs: 0 })
    const failing = 'ledger, log head'
    assert.deepEqual(await detail(await at(world, '/readyz')), [503, 'not-ready', failing])
    assert.equal((await at(world, '/healthz')).status, 200)
    broken.yes = false
    await settled(world, 200)
    await world.close()
  })

  it('postings that no head covers for a minute make it not ready', async () => {
    const world = await w.startWorld({ headEveryMs: 0 })
    await w.register(world, 5n)
    assert.equal((await at(world, '/readyz')).status, 200)
    world.clock.now += 60_000
    assert.deepEqual(await detail(await settled(world, 503)), [503, 'not-ready', 'log head'])
    await world.close()
  })

  it('who drains is not ready at once, and goes on answering; who closed answers probes only', async () => {
    const world = await w.startWorld()
    assert.equal((await at(world, '/readyz')).status, 200)
    world.tracker.drain()
    assert.deepEqual(await detail(await at(world, '/readyz')), [503, 'not-ready', 'draining'])
    assert.equal((await at(world, '/floodgate/v1/provider')).status, 200)
    await world.tracker.close()
    assert.equal((await at(world, '/healthz')).status, 200)
    assert.deepEqual(await detail(await at(world, '/floodgate/v1/provider')), [
      ...[503, 'unreachable', '']
    ])
    await world.close()
  })

  it('F65: an attack that uses up every budget of its host leaves probes alone', async () => {
    const nothing = { perSecond: 0.001, burst: 1 }
    const rates = { requests: nothing, unproven: nothing, unprovenOfAll: nothing }
    const world = await w.startWorld({ rates, guard: { messagesPerSecond: 1, messagesBurst: 1 } })
    await at(world, '/floodgate/v1/provider')
    assert.equal((await at(world, '/floodgate/v1/provider')).status, 429)
    for (let i = 0; i < 20; i++) {
      assert.equal((await at(world, '/healthz')).status, 200)
      assert.equal((await at(world, '/readyz')).status, 200)
    }
    await world.close()
  })

  it('wrong tokens spend the budget of their host, good ones do not', async () => {
    const few = { perSecond: 0.001, burst: 3 }
    const rates = { unproven: few, unprovenOfKnown: few }
    const world = await w.startWorld({ rates })
    const ask = (token: string) =>
      at(world, '/metrics', { headers: { authorization: `Bearer ${token}` } })
    for (let i = 0; i < 5; i++) assert.equal((await ask(w.OPERATOR)).status, 200)
    const statuses: number[] = []
    for (let i = 0; i < 5; i++) statuses.push((await ask('guess')).status)
    assert.deepEqual(statuses, [403, 403, 403, 403, 403])
    for (const status of [403, 429]) assert.equal((await ask('guess')).status, status)
    await world.close()
  })

  it('no page of another origin may read a probe', async () => {
    const world = await w.startWorld({ openMetrics: true })
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      const response = await at(world, path)
      assert.equal(response.headers.get('access-control-allow-origin'), null, path)
    }
    await world.close()
  })
})

describe('api: metrics', () => {
  it('need a token, unless they are open to this machine; a proxy on it is not the machine', async () => {
    const closed = await w.startWorld()
    assert.equal((await at(closed, '/metrics')).status, 403)
    const headers = { authorization: `Bearer ${w.OPERATOR}` }
    assert.equal((await at(closed, '/metrics', { headers })).status, 200)
    await closed.close()
    const open = await w.startWorld({ openMetrics: true })
    const answer = await at(open, '/metrics')
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    for (const name of ['x-forwarded-for', 'forwarded', 'via']) {
      assert.equal((await at(open, '/metrics', { headers: { [name]: '127.0.0.1' } })).status, 403)
    }
    await open.close()
  })

  it('tell what was traded, what the books hold, and how long the ledger took', async () => {
    const hostFacts = async () => ({ backupAt: 5000, diskFreeBytes: 77 })
    const world = await w.startWorld({ openMetrics: true, hostFacts })
    const buyer = await w.register(world, 100n)
    const seller = await w.register(world)
    const bought = await w.buy(world, buyer, await w.publish(world))
    await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [0, 1])])
    await w.post(world, 'register', new Uint8Array())
    const text = await (await at(world, '/metrics')).text()
    const value = (series: string): number | undefined => valueOf(text, series)
    const expected: [series: string, value: number][] = [
      ['floodgate_announces_total', 1],
      ['floodgate_purchases_total', 1],
      ['floodgate_claims_total', 1],
      ['floodgate_tokens_redeemed_total', 2],
      ['floodgate_refusals_total{code="unknown-message"}', 1],
      ['floodgate_messages_total{kind="announce"}', 1],
      ['floodgate_swarms', 1],
      ['floodgate_swarm_members{role="leecher"}', 1],
      ['floodgate_swarm_members_max', 1],
      ['floodgate_balance_minor_units{kind="cash",currency="EUR"}', 100],
      ['floodgate_balance_minor_units{kind="escrow",currency="EUR"}', 24],
      ['floodgate_balance_minor_units{kind="peer",currency="EUR"}', 76],
      ['floodgate_ledger_imbalance_minor_units', 0],
      ['floodgate_ledger_operation_duration_seconds_count{operation="purchase"}', 1],
      ['floodgate_ready', 1],
      ['floodgate_backup_timestamp_seconds', 5],
      ['floodgate_disk_free_bytes', 77],
      ['floodgate_epoch_key_expiry_timestamp_seconds', world.keys.epochs.at(-1)!.notAfter / 1000]
    ]
    for (const [series, wanted] of expected) assert.equal(value(series), wanted, series)
    const label = 'method="POST",route="/register",status="200"'
    assert.equal(value(`floodgate_http_request_duration_seconds_count{${label}}`), 2)
    assert.ok(value('nodejs_eventloop_lag_seconds')! >= 0)
    assert.ok(value('process_cpu_seconds_total')! > 0)
    await world.close()
  })

  it('quality of service: series of contents that somebody wants, the busiest, and sums of all', async () => {
    const idle = {
      ...{ time: 1, rate: 0, seeders: 0, webSeed: 'closed' as const, reason: 'A test.', egress: 0 },
      ...{ leechers: 0, rated: 0, p50: 0, p05: 0, copies: 0 },
      ...{ sent: 9, sentToday: 5, sentSinceStart: 1, fromPeers: 2 }
    }
    const hash = (n: number): string => String(n).padStart(40, '0')
    const many = Array.from({ length: 150 }, (_, i) => ({
      ...{ ...idle, infoHash: hash(i), leechers: i },
      ...(i === 149 && { rated: 9, p50: 700, p05: 300, belowTarget: 4, rate: 50, egress: 40 })
    }))
    const quality = () => ({ policy: 'target 1 kB/s', contents: many })
    const told = await w.startWorld({ openMetrics: true, quality })
    const text = await (await at(told, '/metrics')).text()
    await told.close()
    const of = (name: string, labels: string) => valueOf(text, `floodgate_qos_${name}${labels}`)
    const busiest = `{info_hash="${hash(149)}"}`
    assert.deepEqual(
      ['leechers', 'leechers_rated', 'leechers_below_target', 'egress_bytes_per_second'].map(
        (name) => of(name, busiest)
      ),
      [149, 9, 4, 40]
    )
    const quantile = (share: string) =>
      of('leecher_bytes_per_second', `{info_hash="${hash(149)}",quantile="${share}"}`)
    assert.deepEqual([quantile('0.05'), quantile('0.5')], [300, 700])
    assert.equal(text.match(/^floodgate_qos_leechers\{/gm)!.length, 100)
    assert.equal(text.match(/^floodgate_qos_leechers_below_target\{/gm)!.length, 1)
    assert.deepEqual([of('sent_bytes_total', ''), of('peer_bytes_total', '')], [150, 300])
    const other = await w.startWorld({ openMetrics: true })
    const silent = await (await at(other, '/metrics')).text()
    await other.close()
    assert.ok(!silent.includes('floodgate_qos_'), 'where nothing is promised there are none')
  })

  it('a ledger that does not answer takes only its own metrics along', async () => {
    const ledger = breakable({ yes: true })
    const world = await w.startWorld({ openMetrics: true, ledger, headEveryMs: 0 })
    for (const unread of [2, 4]) {
      const text = await (await at(world, '/metrics')).text()
      assert.equal(valueOf(text, 'floodgate_log_lines'), undefined)
      assert.equal(valueOf(text, 'floodgate_ready'), 0)
      assert.equal(valueOf(text, 'floodgate_swarms'), 0)
      assert.ok(valueOf(text, 'floodgate_metrics_unread_total')! >= unread - 2)
    }
    await world.close()
  })

  it('labels come from our own tables, whatever strangers ask for', async () => {
    const world = await w.startWorld({ openMetrics: true })
    for (let i = 0; i < 10; i++) {
      await at(world, `/floodgate/v1/${w.crypto.random(4).join('-')}`)
      await at(world, '/floodgate/x', { method: ['PUT', 'BREW', 'DELETE'][i % 3]! })
    }
    const text = await (await at(world, '/metrics')).text()
    const routes = new Set([...text.matchAll(/route="([^"]*)"/g)].map(([, route]) => route))
    const known = new Set(['', ...ROUTES.map(({ path }) => path)])
    assert.deepEqual(
      [...routes].filter((route) => !known.has(route!)),
      []
    )
    assert.ok(!/method="(PUT|BREW|DELETE)"/.test(text))
    await world.close()
  })
})
