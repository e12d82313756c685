// The announce as the provider sees it, and its word on all three transports, with the stock client
// at the other end.
import assert from 'node:assert/strict'
import { attachTracker } from '../../../tracker-extension/src/attach/index.ts'
import type {
  AnnounceAsk,
  Attached,
  AnnounceVerdict
} from '../../../tracker-extension/src/attach/index.ts'
import {
  announceHttp,
  binary,
  countsOf,
  destroy,
  failureOf,
  infoHash,
  nextWord,
  peerId,
  peersOf,
  readCompact,
  startTracker,
  stockClient,
  udpAnnounce,
  UdpAsker,
  WsAsker,
  type Stage
} from '../guard/stage.ts'

const envelope = Uint8Array.from([0xfb, 0xff, 0, 1, 2])
const fg = Buffer.from(envelope).toString('base64url')
const reply = Uint8Array.from({ length: 256 }, (_, byte) => byte)

describe('attach: announces', () => {
  let stage: Stage
  let attached: Attached
  let asks: AnnounceAsk[]
  let decide: (ask: AnnounceAsk) => AnnounceVerdict | Promise<AnnounceVerdict>

  beforeEach(async () => {
    asks = []
    decide = () => ({ admit: true })
    stage = await startTracker({}, (server) => {
      attached = attachTracker(server, {
        api: () => undefined,
        announce: async (ask) => {
          asks.push(ask)
          return decide(ask)
        }
      })
    })
  })
  afterEach(() => stage.close())

  for (const transport of ['http', 'ws', 'udp'] as const) {
    it(`F26: asks for an announce over ${transport}, and the stock client is served`, async () => {
      const client = stockClient(stage, transport, { extra: transport === 'udp' ? {} : { fg } })
      let word = nextWord(client)
      client.start({ left: 5 })
      const update = (await word) as Record<string, unknown>
      assert.equal(update['incomplete'], 1)
      word = nextWord(client)
      client.complete({ left: 0 })
      assert.equal(((await word) as Record<string, unknown>)['complete'], 1)
      word = nextWord(client)
      client.update({ left: 0 })
      await word
      word = nextWord(client)
      client.stop({ left: 0 })
      await word
      await destroy(client)
      assert.deepEqual(
        asks.map(({ event, left }) => [event, left]),
        [
          ['started', 5],
          ['completed', 0],
          ['update', 0],
          ['stopped', 0]
        ]
      )
      const [first] = asks as [AnnounceAsk]
      assert.equal(first.transport, transport)
      assert.equal(first.infoHash, infoHash(3))
      assert.equal(first.peerId, peerId('s'))
      assert.equal(first.address, '127.0.0.1')
      assert.equal(first.port, transport === 'ws' ? 0 : 7001)
      assert.equal(first.numwant, transport === 'ws' ? 0 : 50)
      assert.deepEqual(first.envelope, transport === 'udp' ? undefined : envelope)
      assert.equal(attached.guard.held.swarms, 0)
      assert.equal(attached.counters.announces, 4)
      assert.deepEqual(stage.events, ['start', 'complete', 'update', 'stop'])
    })
  }

  it('F27: the envelope of the answer reaches the stock client’s update, over HTTP as bytes', async () => {
    decide = () => ({ admit: true, envelope: reply, intervalSeconds: 17 })
    const client = stockClient(stage, 'http', { extra: { fg } })
    const word = nextWord(client)
    client.start({ left: 1 })
    const update = (await word) as Record<string, unknown>
    assert.deepEqual(new Uint8Array(update['fg'] as Uint8Array), reply)
    assert.equal(update['interval'], 17)
    await destroy(client)
  })

  it('F27: the envelope of the answer reaches the stock client’s update, over websocket as base64url', async () => {
    decide = () => ({ admit: true, envelope: reply, intervalSeconds: 17 })
    const client = stockClient(stage, 'ws', { extra: { fg } })
    const word = nextWord(client)
    client.start({ left: 1 })
    const update = (await word) as Record<string, unknown>
    assert.equal(update['fg'], Buffer.from(reply).toString('base64url'))
    assert.equal(update['interval'], 17)
    await destroy(client)
  })

  it('left that is not said is Infinity', async () => {
    const udp = new UdpAsker(stage)
    const left = 0xffff_ffff_ffff_ffffn
    await udp.ask(udpAnnounce(await udp.connect(), { left }))
    await udp.close()
    const ws = await new WsAsker(stage).open()
    await ws.announce(peerId('w'), { left: 'x' })
    assert.deepEqual(
      asks.map((ask) => ask.left),
      [Infinity, Infinity]
    )
  })

  it('UDP carries the interval and no envelope', async () => {
    decide = () => ({ admit: true, envelope: reply, intervalSeconds: 17 })
    const udp = new UdpAsker(stage)
    const answer = await udp.ask(udpAnnounce(await udp.connect()))
    assert.equal(answer.readUInt32BE(8), 17)
    assert.equal(answer.length, 20 + 6)
    await udp.close()
  })

  for (const transport of ['http', 'ws', 'udp'] as const) {
    it(`a refused announce over ${transport} reads "code: reason" and joins no swarm`, async () => {
      decide = () => ({ admit: false, code: 'unsigned', reason: 'a signed announce is needed' })
      const client = stockClient(stage, transport)
      const word = nextWord(client)
      client.start({ left: 1 })
      const warning = await word
      assert.ok(warning instanceof Error)
      assert.match(warning.message, /^unsigned: a signed announce is needed/)
      await destroy(client)
      assert.equal(attached.guard.held.swarms, 0)
      assert.equal(attached.counters.refused, 1)
      // Neither an event nor a warning: to be refused is nothing unusual.
      assert.deepEqual([...stage.events, ...stage.warnings], [])
    })
  }

  it('a refusal carries its code and an envelope', async () => {
    decide = () => ({ admit: false, code: 'insufficient-funds', reason: 'no', envelope })
    const http = await announceHttp(stage)
    const bytes = Buffer.from(envelope).toString('latin1')
    assert.ok(http.includes(`2:fg5:${bytes}7:fg code18:insufficient-funds`), http)
    const ws = await new WsAsker(stage).open()
    const answer = await ws.announce(peerId('w'))
    assert.equal(answer['fg code'], 'insufficient-funds')
    assert.equal(answer['fg'], fg)
    assert.equal(answer['action'], 'announce')
    assert.equal(answer['info_hash'], binary(infoHash(2)))
  })

  it('hidden peers: the list is empty, the counts are not, and websocket offers still travel', async () => {
    decide = () => ({ admit: true, hidePeers: true })
    for (const compact of ['0', '1']) {
      await announceHttp(stage, { compact, port: 1 })
      const answer = await announceHttp(stage, { compact, port: 2 })
      assert.deepEqual(peersOf(answer), [])
      assert.deepEqual(countsOf(answer), [2, 0])
    }
    const udp = new UdpAsker(stage)
    assert.equal((await udp.ask(udpAnnounce(await udp.connect()))).length, 20)
    await udp.close()
    const first = await new WsAsker(stage).open()
    await first.announce(peerId('1'))
    const second = await new WsAsker(stage).open()
    const offer = { type: 'offer', sdp: 'v=0' }
    await second.announce(peerId('2'), { offers: [{ offer, offer_id: 'o'.repeat(20) }] })
    assert.deepEqual((await first.next())['offer'], offer)
    first.say({
      action: 'announce',
      info_hash: binary(infoHash(2)),
      peer_id: binary(peerId('1')),
      to_peer_id: binary(peerId('2')),
      answer: { type: 'answer', sdp: 'v=0' },
      offer_id: 'o'.repeat(20)
    })
    assert.deepEqual((await second.next())['answer'], { type: 'answer', sdp: 'v=0' })
    // An answer is no announce: who sends it was admitted before.
    assert.equal(asks.filter(({ transport }) => transport === 'ws').length, 2)
    assert.equal(attached.counters.answers, 1)
  })

  it('F10: the snapshot holds other members with a port, at most numwant, without the asker', async () => {
    const hash = infoHash(1)
    for (const port of [1, 2, 3]) await announceHttp(stage, { peer: peerId(`${port}`), port })
    const udp = new UdpAsker(stage)
    await udp.ask(udpAnnounce(await udp.connect(), { hash, port: 4, left: 9n }))
    await udp.close()
    const ws = await new WsAsker(stage).open()
    await ws.announce(peerId('w'), { info_hash: binary(hash) })
    await announceHttp(stage, { peer: peerId('1'), port: 1 })
    const all = asks.at(-1)?.members()
    assert.deepEqual(readCompact(all?.peers ?? new Uint8Array()), [
      '127.0.0.1:2',
      '127.0.0.1:3',
      '127.0.0.1:4'
    ])
    assert.deepEqual([all?.complete, all?.incomplete], [3, 2])
    // The asker's own place, though it comes with another peer id.
    await announceHttp(stage, { peer: peerId('9'), port: 1 })
    assert.equal(asks.at(-1)?.members().peers.length, 3 * 6)
    // The asker's other place, under the same peer id.
    await announceHttp(stage, { peer: peerId('2'), port: 5 })
    const others = readCompact(asks.at(-1)?.members().peers ?? new Uint8Array())
    assert.deepEqual(others, ['127.0.0.1:1', '127.0.0.1:3', '127.0.0.1:4'])
    await announceHttp(stage, { peer: peerId('2'), port: 5, more: 'event=stopped' })

    const seen = new Set<string>()
    await announceHttp(stage, { peer: peerId('1'), port: 1, more: 'numwant=2' })
    for (let i = 0; i < 200; i++) {
      const peers = readCompact(asks.at(-1)?.members().peers ?? new Uint8Array())
      assert.equal(peers.length, 2)
      for (const peer of peers) seen.add(peer)
    }
    assert.equal(seen.size, 3)
  })

  it('the first asker sees an empty swarm', async () => {
    let snapshot
    decide = (ask) => {
      snapshot = ask.members()
      return { admit: true }
    }
    await announceHttp(stage)
    assert.deepEqual(snapshot, { peers: new Uint8Array(0), complete: 0, incomplete: 0 })
  })

  it('an envelope that is not base64url, too long, or there twice is refused before asking', async () => {
    const long = Buffer.alloc(4097).toString('base64url')
    for (const text of ['a', 'a=b', 'A+/A', '%00', 'AB', long, 'AA&fg=AA']) {
      assert.match(
        failureOf(await announceHttp(stage, { more: `fg=${text}` })) ?? '',
        /^bad-request/
      )
    }
    const ws = await new WsAsker(stage).open()
    for (const bad of ['A+/A', 7, {}, ['AA'], long]) {
      const answer = await ws.announce(peerId('w'), { fg: bad })
      assert.match(String(answer['failure reason']), /^bad-request/)
    }
    assert.equal(asks.length, 0)
    const largest = Buffer.alloc(4096, 7)
    await announceHttp(stage, { more: `fg=${largest.toString('base64url')}` })
    await ws.announce(peerId('w'), { fg: largest.toString('base64url') })
    assert.deepEqual(
      asks.map((ask) => ask.envelope?.length),
      [4096, 4096]
    )
  })
})
