// Pools of a running provider, each with real processes that seed to a real leecher: children of its own, and what an autoscaler
// starts that is told by a webhook or by Kubernetes.

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { fetchQuality } from '../../../hosts/src/provider/api-client.ts'
import type { Child } from '../../../hosts/src/show/child.ts'
import { FakeCluster } from '../../qos/fake-cluster.ts'
import { escaped } from '../../tracker/guard/stage.ts'
import { KIB, Stage } from '../stage.ts'

const PROMISE = 'target: 400 kB/s, everySeconds: 1, announceSeconds: 2'
const BYTES = 600 * KIB
const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Starts and stops seeders as it is told, as whoever runs containers would. */
class Autoscaler {
  readonly seeders: Child[] = []
  readonly stops: Promise<number>[] = []
  readonly #start: () => Child
  readonly #server = createServer((request, response) => {
    void text(request).then((body) => {
      const headers = request.headers as Record<string, string>
      this.#scale((new Webhook(SECRET).verify(body, headers) as { seeders: number }).seeders)
      response.writeHead(204).end()
    })
  })

  constructor(start: () => Child) {
    this.#start = start
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/seeders`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #scale(count: number): void {
    while (this.seeders.length - this.stops.length < count) this.seeders.push(this.#start())
    while (this.seeders.length - this.stops.length > count) {
      this.stops.push(this.seeders[this.stops.length]!.stop())
    }
  }
}

describe('hosts: pools of provider --qos', function () {
  this.timeout(60_000)
  let stage: Stage
  let infoHash: string
  let torrent: string
  const bytes = Buffer.alloc(BYTES, 'floodgate')

  before(async () => {
    process.env['TEST_WEBHOOK_SECRET'] = SECRET
    stage = await Stage.configured(`qos: { ${PROMISE}, processes: true, turns: true }`)
    const file = join(stage.dir, 'film.bin')
    await writeFile(file, bytes)
    const options = ['--price', '0.01/piece', '--open', '--piece-length', String(64 * KIB)]
    const sold = await stage.command('published', 'publish', file, '--data', stage.shop, ...options)
    infoHash = String(sold['infoHash'])
    torrent = String(sold['torrent'])
    await stage.provider.until('published')
  })
  const closes: (() => Promise<void>)[] = []
  after(async () => {
    delete process.env['TEST_WEBHOOK_SECRET']
    await stage.close()
    await Promise.all(closes.map((close) => close()))
  })

  /** The provider again, with another pool. */
  async function restart(pool: string): Promise<void> {
    await stage.provider.stop()
    await stage.startProvider(...(await stage.config(`qos: { ${PROMISE}, pool: ${pool} }`)))
    await stage.provider.until('published')
  }

  it('F76: processes seed; one that is killed is started again; all end with the provider', async () => {
    const ann = await stage.person('ann', 100n)
    const get = stage.get(ann, torrent)
    const first = await stage.provider.until('seeder')
    assert.equal(first['infoHash'], infoHash)
    await get.until('progress', (line) => Number(line['done']) > 0)
    process.kill(Number(first['pid']), 'SIGKILL')
    const second = await stage.provider.until('seeder', ({ pid }) => pid !== first['pid'])
    assert.equal(second['uid'], first['uid'], 'with the wallet of the one that was killed')
    await get.succeeded()
    assert.deepEqual(await readFile(join(ann.out, 'film.bin')), bytes)
    assert.equal(await stage.provider.stop(), 0)
    for (const { pid } of stage.provider.seen('seeder')) assert.ok(!isAlive(Number(pid)))
    assert.ok(stage.provider.seen('claim').length > 0, 'what was earned is claimed')
  })

  it('F76, F78: behind a webhook a seeder is started, follows what is decided, and is stopped', async () => {
    const tokenFile = join(stage.dir, 'token')
    const autoscaler = new Autoscaler(() =>
      stage.start(
        'pool-seeder',
        ...['--provider', stage.url, '--contents', join(stage.shop, 'contents')],
        ...['--wallet', join(stage.dir, 'seeder.json'), '--token-file', tokenFile]
      )
    )
    const url = await autoscaler.listen()
    closes.push(() => autoscaler.close())
    await restart(`{ webhook: { url: '${url}', secret: 'env:TEST_WEBHOOK_SECRET' } }`)
    const args = ['create', 'seeders', '--scope', 'seed', '--data', stage.shop]
    await writeFile(tokenFile, String((await stage.command('token', 'token', ...args))['token']))
    const ben = await stage.person('ben', 100n)
    const get = stage.get(ben, torrent)
    await stage.provider.until('qos', (line) => line['seeders'] === 1)
    const [seeder] = autoscaler.seeders
    const { rate } = await seeder!.until('rate', (line) => Number(line['rate']) > 0)
    assert.ok(stage.provider.seen('qos').some((line) => line['rate'] === rate))
    await get.succeeded()
    assert.deepEqual(await readFile(join(ben.out, 'film.bin')), bytes)

    await stage.provider.until('qos', (line) => line['seeders'] === 0)
    const exits = await Promise.all(autoscaler.stops)
    assert.ok(exits.length > 0 && exits.every((exit) => exit === 0), String(exits))
    const token = await readFile(join(stage.shop, 'operator-token'), 'utf8')
    const [content] = (await fetchQuality({ url: stage.url, token: token.trim() })).contents
    assert.ok(content!.sentSinceStart >= BYTES, 'what it sent is known')
    assert.equal(content!.copies, 0, 'and it was counted as no peer')
    assert.ok(stage.provider.seen('claim').length > 0, 'it claimed what it earned')
    const acts = stage.provider.seen('operator').map(({ route }) => route)
    assert.deepEqual(acts, ['/operator/deposits'], 'reports are no news')
    assert.ok(!stage.provider.log.includes(SECRET))
  })

  it('F76: Kubernetes is told how many, while somebody downloads', async () => {
    const cluster = await FakeCluster.start()
    closes.push(() => cluster.close())
    cluster.add('seeders')
    const announce = async (event: string): Promise<void> => {
      const { status } = await fetch(
        `${stage.url}/announce?info_hash=${escaped(infoHash)}&peer_id=${'p'.repeat(20)}&port=6881` +
          `&uploaded=0&downloaded=0&left=${BYTES}&compact=1&event=${event}`
      )
      assert.equal(status, 200)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await restart(`{ kubernetes: { deployment: seeders, kubeconfig: '${cluster.kubeconfig}' } }`)
    const message = 'deployments.apps "seeders" is forbidden'
    cluster.faults.push({ code: 403, reason: 'Forbidden', message }, 'cut')
    while (cluster.replicas('seeders') === 0) await announce('started')
    for (const code of ['not-allowed', 'unreachable']) {
      await stage.provider.until('warning', (line) => line['code'] === code)
    }
    while (cluster.replicas('seeders') === 1) await announce('stopped')
    while (cluster.replicas('seeders') === 0) await announce('started')
    assert.equal(await stage.provider.stop(), 0)
    assert.equal(cluster.replicas('seeders'), 0, 'and none is left behind')
  })
})
