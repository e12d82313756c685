// Strangers can name any number of info hashes; the tracker keeps none that nobody is a member of.
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { TrackerServerOptions } from 'bittorrent-tracker/server'
import {
  guardTracker,
  type GuardOptions,
  type TrackerGuard
} from '../../../tracker-extension/src/guard/index.ts'
import {
  announceHttp,
  binary,
  failureOf,
  infoHash,
  startTracker,
  udpAnnounce,
  UdpAsker,
  WsAsker,
  type Stage
} from './stage.ts'

const UNKNOWN = 100_000
const WINDOW = 100
const known = infoHash(1)

describe('guard: memory', () => {
  let stage: Stage
  let guard: TrackerGuard

  async function start(options: TrackerServerOptions, limits: GuardOptions = {}): Promise<void> {
    stage = await startTracker(options, (server) => {
      guard = guardTracker(server, limits)
    })
  }
  afterEach(() => stage.close())

  /** Announces `count` info hashes over UDP; resolves when every one was answered. */
  async function announceUnknown(count: number, event: number): Promise<void> {
    const asker = new UdpAsker(stage)
    const id = await asker.connect()
    const packet = udpAnnounce(id, { event })
    let [sent, answered] = [0, 0]
    await new Promise<void>((resolve) => {
      const say = (): void => {
        packet.writeUInt32BE(sent++, 32)
        asker.say(Buffer.from(packet))
      }
      asker.socket.on('message', () => {
        if (++answered === count) resolve()
        if (sent < count) say()
      })
      for (let i = 0; i < WINDOW; i++) say()
    })
    await asker.close()
  }

  it(`F65: ${UNKNOWN} announces for info hashes that the filter refuses leave the heap flat`, async () => {
    await start({
      filter: (hash, _params, done) => done(hash === known ? null : new Error('unknown torrent'))
    })
    await announceUnknown(2000, 2)
    stage.warnings.length = 0
    const before = heapUsed()
    await announceUnknown(UNKNOWN, 2)
    // The test's own.
    stage.warnings.length = 0
    const grown = heapUsed() - before
    // A swarm costs about 2 kB: all of them would be 200 MB.
    assert.ok(grown < 4_000_000, `grew by ${grown} bytes`)
    assert.equal(guard.counters.refused, UNKNOWN + 2000)
    assert.deepEqual(guard.held, { swarms: 0, hosts: 0, sockets: 0 })
    assert.deepEqual(stage.events, [])
    assert.equal(failureOf(await announceHttp(stage)), undefined)
    assert.equal(failureOf(await announceHttp(stage, { hash: infoHash(2) })), 'unknown torrent')
  }).timeout(60_000)

  it('F65: an announce of "stopped", and a scrape, make no swarm', async () => {
    await start({})
    await announceUnknown(1000, 3)
    assert.equal(guard.held.swarms, 0)
  })

  it('F65: without a filter, one host holds no more swarms than allowed, and all of them no more than the cap', async () => {
    await start({}, { membersPerAddressMax: 50 })
    await announceUnknown(200, 2)
    assert.equal(guard.held.swarms, 50)
    await stage.close()
    await start({}, { swarmsMax: 20 })
    await announceUnknown(200, 2)
    assert.equal(guard.held.swarms, 20)
  })

  it('a swarm is freed when its last member leaves', async () => {
    await start({ udp: false })
    await announceHttp(stage)
    assert.equal(guard.held.swarms, 1)
    await announceHttp(stage, { more: 'event=stopped' })
    assert.deepEqual(guard.held, { swarms: 0, hosts: 0, sockets: 0 })
  })

  it('a swarm is freed when its members went silent', async () => {
    await start({ udp: false, peersCacheTtl: 1 })
    await announceHttp(stage)
    assert.equal(guard.held.swarms, 1)
    const seen = Date.now()
    while (Date.now() < seen + 3) await new Promise((resolve) => setImmediate(resolve))
    guard.sweep()
    assert.deepEqual(guard.held, { swarms: 0, hosts: 0, sockets: 0 })
  })

  it('F65: silence of an HTTP member does not put out a websocket member of the same peer id', async () => {
    await start({ udp: false, peersCacheLength: 2 })
    const asker = await new WsAsker(stage).open()
    const peer = '77'.repeat(20)
    await announceHttp(stage, { hash: known, peer, port: 1 })
    await asker.announce(peer, { info_hash: binary(known) })
    // The third pushes the first out.
    const third = await asker.announce('78'.repeat(20), { info_hash: binary(known) })
    assert.deepEqual([third['complete'], third['incomplete']], [0, 2])
    const again = await asker.announce(peer, { info_hash: binary(known), event: 'update' })
    assert.deepEqual([again['complete'], again['incomplete']], [0, 2])
  })
})

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
  return process.memoryUsage().heapUsed
}
