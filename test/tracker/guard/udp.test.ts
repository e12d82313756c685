// UDP: only the owner of an address can announce for it, and nobody else is sent more than was
// asked for.
import assert from 'node:assert/strict'
import { guardTracker, type TrackerGuard } from '../../../tracker-extension/src/guard/index.ts'
import {
  announceHttp,
  destroy,
  infoHash,
  nextWord,
  peerId,
  peersOf,
  readCompact,
  startTracker,
  stockClient,
  udpAnnounce,
  UdpAsker,
  type Stage
} from './stage.ts'

const PROTOCOL_ID = Buffer.from('0000041727101980', 'hex')

describe('guard: UDP', () => {
  let stage: Stage
  let guard: TrackerGuard
  let asker: UdpAsker
  let now = 0

  beforeEach(async () => {
    now = 1_700_000_000_000
    stage = await startTracker({}, (server) => {
      guard = guardTracker(server, { now: () => now })
    })
    asker = new UdpAsker(stage)
  })
  afterEach(async () => {
    await asker.close()
    await stage.close()
  })

  /**
   * Waits until the tracker has seen `count` packets; an answered connect comes after them in the
   * queue.
   */
  async function assertUnanswered(packet: Uint8Array): Promise<void> {
    asker.say(packet)
    const { unreadable } = guard.counters
    await asker.connect()
    assert.equal(guard.counters.unreadable, unreadable + 1)
  }

  it('announces and scrapes', async () => {
    const id = await asker.connect()
    const answer = await asker.ask(udpAnnounce(id))
    assert.deepEqual(
      [0, 4, 12, 16].map((at) => answer.readUInt32BE(at)),
      [1, 9, 0, 1]
    )
    const scrape = Buffer.concat([id, Buffer.from('0000000200000005' + infoHash(1), 'hex')])
    const counts = await asker.ask(scrape)
    assert.deepEqual(
      [0, 4, 8, 16].map((at) => counts.readUInt32BE(at)),
      [2, 5, 1, 0]
    )
  })

  it('F65: the constant connection id opens nothing', () =>
    assertUnanswered(udpAnnounce(PROTOCOL_ID)))

  it('F65: a connection id of another tracker opens nothing', async () => {
    const id = await asker.connect()
    id.writeUInt8(id.readUInt8(7) ^ 1, 7)
    await assertUnanswered(udpAnnounce(id))
  })

  it('F65: a connection id opens nothing from another address', async () => {
    const other = new UdpAsker(stage, '127.0.0.2')
    const id = await other.connect()
    await assertUnanswered(udpAnnounce(id))
    assert.equal((await other.ask(udpAnnounce(id))).readUInt32BE(0), 1)
    await other.close()
  })

  it('F65: a connection id is good for two minutes (BEP 15), not for three', async () => {
    const id = await asker.connect()
    now += 120_000
    assert.equal((await asker.ask(udpAnnounce(id))).readUInt32BE(0), 1)
    now += 60_000
    await assertUnanswered(udpAnnounce(id))
  })

  it('F65: packets too short, or a connect without its protocol id, are not answered', async () => {
    await assertUnanswered(Buffer.alloc(15))
    await assertUnanswered(Buffer.alloc(16))
    await assertUnanswered(udpAnnounce(await asker.connect()).subarray(0, 97))
  })

  it('F65: an announce cannot name another address than its own', async () => {
    const id = await asker.connect()
    await asker.ask(udpAnnounce(id, { address: 0x0a000001, port: 7000 }))
    assert.deepEqual(peersOf(await announceHttp(stage, { port: 7002 })), [
      '127.0.0.1:7000',
      '127.0.0.1:7002'
    ])
    // Nor take one out.
    await asker.ask(udpAnnounce(id, { address: 0x0a000001, port: 7000, event: 3 }))
    assert.deepEqual(peersOf(await announceHttp(stage, { port: 7002 })), ['127.0.0.1:7002'])
  })

  it('left of -1 means unknown, as stock clients send it: no seeder', async () => {
    const left = 0xffff_ffff_ffff_ffffn
    const answer = await asker.ask(udpAnnounce(await asker.connect(), { left }))
    assert.deepEqual(
      [12, 16].map((at) => answer.readUInt32BE(at)),
      [1, 0]
    )
  })

  it('F65: a refusal is an error packet, and others go on', async () => {
    await stage.close()
    stage = await startTracker({}, (server) => {
      guardTracker(server, { swarmMembersPerAddressMax: 1 })
    })
    await asker.close()
    asker = new UdpAsker(stage)
    const id = await asker.connect()
    await asker.ask(udpAnnounce(id))
    const refused = await asker.ask(udpAnnounce(id, { port: 7001 }))
    assert.equal(refused.readUInt32BE(0), 3)
    assert.equal(refused.readUInt32BE(4), 9)
    assert.match(refused.subarray(8).toString(), /^too-many-members: /)
    assert.deepEqual(stage.events, ['start'])
    assert.deepEqual(readCompact((await asker.ask(udpAnnounce(id))).subarray(20)), [
      '127.0.0.1:7000'
    ])
  })

  it('serves the stock client', async () => {
    const client = stockClient(stage, 'udp', { peer: peerId('s') })
    const word = nextWord(client)
    client.start()
    assert.equal(((await word) as { incomplete?: number }).incomplete, 1)
    await destroy(client)
  })
})
