// What ends a bare tracker must only be refused by a guarded one. One row, one message or two.
import assert from 'node:assert/strict'
import { guardTracker } from '../../../tracker-extension/src/guard/index.ts'
import {
  announceHttp,
  binary,
  failureOf,
  get,
  infoHash,
  peerId,
  peersOf,
  startTracker,
  wsAnnounce,
  WsAsker,
  type Stage
} from './stage.ts'

const sdp = 'v=0'
const offer = { offer: { type: 'offer', sdp }, offer_id: 'o'.repeat(20) }
const hash = binary(infoHash(2))
const self = peerId('x')

const WS_REFUSED: [title: string, message: unknown, reason: RegExp][] = [
  ['null in offers', wsAnnounce(self, { offers: [null] }), /invalid offers/],
  ['an offer of no type', wsAnnounce(self, { offers: [{ offer: 7, offer_id: 'x' }] }), /offers/],
  ['an offer without id', wsAnnounce(self, { offers: [{ ...offer, offer_id: {} }] }), /offers/],
  ['offers that are text', wsAnnounce(self, { offers: 'abc' }), /invalid offers/],
  ['offers that are a dictionary', wsAnnounce(self, { offers: { length: 5 } }), /invalid offers/],
  ['too many offers', wsAnnounce(self, { offers: Array(11).fill(offer) }), /invalid offers/],
  ['an event that is a list', wsAnnounce(self, { event: ['stopped'] }), /invalid event/],
  ['an event of the prototype', wsAnnounce(self, { event: 'constructor' }), /invalid event/],
  ['an answer to nobody', wsAnnounce(self, { answer: { type: 'answer', sdp } }), /to_peer_id/],
  ['an answer that is true', wsAnnounce(self, { answer: true, to_peer_id: hash }), /answer/],
  ['a key that is a dictionary', wsAnnounce(self, { key: {} }), /invalid key/],
  ['a scrape of {}', { action: 'scrape', info_hash: {} }, /invalid info_hash/],
  ['a scrape of a number', { action: 'scrape', info_hash: 7 }, /invalid info_hash/],
  ['a scrape of 75', { action: 'scrape', info_hash: Array(75).fill(hash) }, /invalid info_hash/],
  ['a scrape of all', { action: 'scrape' }, /must name/],
  ['an unknown action', { action: 'connect' }, /invalid action/],
  ['null', null, /./],
  ['no JSON', '{', /./]
]

const HTTP_REFUSED: [title: string, query: string, reason: RegExp][] = [
  ['a port of 1.5', 'port=1.5', /invalid port/],
  ['a second port', 'port=6881&port=6882', /invalid port/],
  ['an event twice', 'port=1&event=started&event=stopped', /invalid event/],
  ['an unknown event', 'port=1&event=__proto__', /invalid event/],
  ['uploaded that is no number', 'port=1&uploaded=x', /invalid uploaded/]
]

describe('guard: messages that end a bare tracker', () => {
  let stage: Stage

  beforeEach(async () => {
    const options = { udp: false, trustProxy: true }
    stage = await startTracker(options, (server) => guardTracker(server))
  })
  afterEach(() => stage.close())

  /** Others are served as before. */
  async function assertAlive(): Promise<void> {
    const asker = await new WsAsker(stage).open()
    const answer = await asker.announce(peerId('z'))
    assert.equal(answer['failure reason'], undefined)
    assert.equal(failureOf(await announceHttp(stage, { peer: peerId('y'), port: 9 })), undefined)
    await asker.close()
  }

  for (const [title, message, reason] of WS_REFUSED) {
    it(`F65: websocket, ${title}`, async () => {
      // Somebody to whom an offer would be passed on.
      const other = await new WsAsker(stage).open()
      await other.announce(peerId('o'))
      const asker = await new WsAsker(stage).open()
      assert.match(String((await asker.ask(message))['failure reason']), reason)
      assert.equal(stage.warnings.length, 1)
      // The same connection may go on.
      assert.equal((await asker.announce(peerId('q')))['failure reason'], undefined)
      await assertAlive()
    })
  }

  for (const [title, query, reason] of HTTP_REFUSED) {
    it(`F65: HTTP, ${title}`, async () => {
      const path = `/announce?info_hash=${'%01'.repeat(20)}&peer_id=${'p'.repeat(20)}&left=0&compact=1`
      assert.match(failureOf(await get(stage, `${path}&${query}`)) ?? '', reason)
      assert.equal(stage.warnings.length, 1)
      await assertAlive()
    })
  }

  it('F65: HTTP, a socket in the query, started and then stopped', async () => {
    await announceHttp(stage, { more: 'event=started&socket=x' })
    const answer = await announceHttp(stage, { more: 'event=stopped&socket=x' })
    assert.equal(failureOf(answer), undefined)
    await assertAlive()
  })

  it('F65: HTTP, parameters that the parser sets itself', async () => {
    for (const name of ['type', 'addr', 'headers', 'httpRes', 'answer', 'offers', '__proto__']) {
      assert.equal(failureOf(await announceHttp(stage, { more: `${name}=x` })), undefined, name)
    }
    for (const compact of ['-1', '2', '0.5']) {
      assert.match(await announceHttp(stage, { compact }), /5:peers\d+:/)
    }
    await assertAlive()
  })

  it('F65: HTTP, a forwarded address that is none counts as the connection’s', async () => {
    for (const forwarded of ['999.1', 'x', '::ffff:', '1.2.3.4.5', 'hasOwnProperty']) {
      const headers = { 'x-forwarded-for': forwarded }
      assert.equal(failureOf(await announceHttp(stage, { headers, port: 1 })), undefined)
    }
    const next = await announceHttp(stage, { peer: peerId('b'), port: 2 })
    assert.deepEqual(peersOf(next), ['127.0.0.1:1', '127.0.0.1:2'])
    const real = await announceHttp(stage, { headers: { 'x-forwarded-for': '10.9.8.7' }, port: 3 })
    assert.ok(peersOf(real).includes('10.9.8.7:3'))
  })

  it('F65: websocket, a peer id that is a dictionary does not wait for the close', async () => {
    const asker = await new WsAsker(stage).open()
    await asker.ask({ action: 'scrape', info_hash: hash, peer_id: { toString: 1 } })
    await asker.announce(self)
    await asker.close()
    await assertAlive()
  })

  it('F65: a websocket message beyond the limit ends its connection only', async () => {
    const asker = await new WsAsker(stage).open()
    const closed = new Promise<CloseEvent>((resolve) => (asker.socket.onclose = resolve))
    asker.say({ action: 'announce', padding: 'x'.repeat(70_000) })
    assert.equal((await closed).code, 1009)
    await assertAlive()
  })
})
