// Strangers can name any number of info hashes; the tracker keeps none that nobody is a member of.
import assert from 'node:assert/strict'
import type { TrackerServerOptions } from 'bittorrent-tracker/server'
import {
  guardTracker,
  type GuardOptions,
  type TrackerGuard
} from '../../../tracker-extension/src/guard/index.ts'
import { heapUsed } from '../../support/heap.ts'
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
      guard = guardTracker(server, { messagesPerSecond: Infinity, ...limits })
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
    await start({ udp: false, peersCacheTtl: 100 })
    const asker = await new WsAsker(stage).open()
    const peer = '77'.repeat(20)
    await announceHttp(stage, { hash: known, peer, port: 1 })
    const announce = () => asker.announce(peer, { info_hash: binary(known), event: 'update' })
    assert.deepEqual(Object.values(await announce()).slice(0, 2), [1, 1])
    let counts: unknown[] = []
    while (counts[0] !== 0) {
      guard.sweep()
      counts = Object.values(await announce()).slice(0, 2)
    }
    assert.deepEqual(counts, [0, 1])
  })

  it('F65: a full swarm pushes nobody out, and takes the next when one leaves', async () => {
    await start({ udp: false, peersCacheLength: 2 })
    const join = async (port: number, more = '') =>
      failureOf(await announceHttp(stage, { peer: 'abc'.repeat(14).slice(0, 40), port, more }))
    assert.equal(await join(1), undefined)
    assert.equal(await join(2), undefined)
    assert.match((await join(3)) ?? '', /^swarm-full: /)
    assert.equal(await join(1, 'event=completed'), undefined)
    assert.equal(await join(2, 'event=stopped'), undefined)
    assert.equal(await join(3), undefined)
  })
})
