// Torrent files: which are published, which refused, and that none can hurt.
import assert from 'node:assert/strict'
import createTorrent from 'create-torrent'
import * as fg from '@floodgate/protocol'
import { readBencoded } from '../../../tracker-extension/src/mint/bencoded.ts'
import { readTorrent } from '../../../tracker-extension/src/mint/torrent.ts'
import { bencode, crypto, startWorld, torrentOf, type Goods, type World } from './world.ts'

const code = (expected: fg.ErrorCode) => (error: unknown) => fg.codeOf(error) === expected

describe('mint: torrent files for publishing', () => {
  let world: World
  before(async () => {
    world = await startWorld()
  })
  after(() => world.close())

  it('F3: a torrent by create-torrent, with our offer in its info dictionary, is published', async () => {
    const offer = { rootKey: world.keys.rootKey, api: world.url, price: 7n, currency: 'EUR' }
    const floodgate = fg.encodeOffer({ ...offer, open: true })
    const content = Buffer.from(crypto.random(50_000))
    const torrent = await new Promise<Uint8Array>((resolve, reject) => {
      const named = Object.assign(content, { name: 'file.bin' })
      const options = { private: true, pieceLength: 16384, info: { floodgate } }
      createTorrent(named, options, (error, file) => (error ? reject(error) : resolve(file)))
    })
    const published = await world.tracker.publish(torrent)
    assert.deepEqual(
      { ...published, infoHash: '' },
      {
        ...{ infoHash: '', name: 'file.bin', pieces: 4, pieceLength: 16384 },
        ...{ length: 50_000, price: '7', currency: 'EUR', mode: 'open', free: 0, isForSale: true }
      }
    )
    const stored = await world.store.content(published.infoHash)
    assert.deepEqual(stored?.torrent, new Uint8Array(torrent))
  })

  it('what is not ours, not private or not sound is refused with its code', async () => {
    const stranger = crypto.signKey(crypto.random(32)).publicKey
    const cases: [code: fg.ErrorCode, goods: Goods][] = [
      ['wrong-provider', { rootKey: stranger }],
      ['bad-request', { currency: 'USD' }],
      ['bad-request', { price: 0n }],
      ['bad-request', { info: { private: 0 } }],
      ['bad-request', { info: { pieces: new Uint8Array(19) } }],
      ['bad-request', { info: { pieces: new Uint8Array(20) } }],
      ['bad-request', { info: { pieces: new Uint8Array() } }],
      ['bad-request', { info: { length: 0 } }],
      ['bad-request', { info: { length: -5 } }],
      ['bad-request', { info: { 'piece length': 0 } }],
      ['bad-request', { info: { name: '' } }],
      ['bad-request', { info: { name: 'x'.repeat(1025) } }],
      ['bad-request', { info: { name: Uint8Array.of(0xff) } }],
      ['bad-request', { info: { length: 'x', files: ['ab'] } }],
      ['bad-request', { pieces: fg.PIECES_MAX + 1 }],
      ['not-a-paid-torrent', { info: { floodgate: 1 } }],
      ['not-a-paid-torrent', { info: { floodgate: { key: 'short' } } }]
    ]
    for (const [i, [expected, goods]] of cases.entries()) {
      const refused = world.tracker.publish(torrentOf(world, goods))
      await assert.rejects(refused, code(expected), `case ${i}`)
    }
    assert.deepEqual((await world.store.contents()).length, 1)
  })

  it('a content of the greatest number of pieces is taken', () => {
    const torrent = torrentOf(world, { pieces: fg.PIECES_MAX })
    assert.equal(readTorrent(torrent).pieces, fg.PIECES_MAX)
  })

  it('only canonical bencode is read, bounded in depth', () => {
    const bad = [
      ...['', 'i', 'ie', 'i-0e', 'i01e', 'i1', 'i9007199254740993e', '-1:', '01:a', '2:a', '1a'],
      ...[
        'l',
        'd',
        'l-3:',
        'd-3:',
        'di1e1:ae',
        'd1:b1:x1:a1:ye',
        'd1:a1:x1:a1:ye',
        'd1:ae',
        '1:ab'
      ],
      ...[`i${'9'.repeat(400)}e`, `${'l'.repeat(18)}${'e'.repeat(18)}`, 'l'.repeat(100_000)]
    ]
    for (const text of bad) {
      assert.throws(() => readBencoded(fg.utf8(text)), code('bad-request'), text.slice(0, 30))
    }
    const value = { a: [1, 'x', { b: -7 }], ab: 0 }
    assert.deepEqual(
      JSON.stringify(readBencoded(bencode(value)).value),
      JSON.stringify({ a: [1, fg.utf8('x'), { b: -7 }], ab: 0 })
    )
  })

  it('no spoiled byte makes it throw anything but a refusal', () => {
    const torrent = torrentOf(world)
    for (let at = 0; at < torrent.length; at++) {
      for (const byte of [0, 0x39, 0x64, 0x65, 0xff]) {
        const spoiled = torrent.slice()
        spoiled[at] = byte
        try {
          readTorrent(spoiled)
        } catch (error) {
          assert.ok(code('bad-request')(error), `byte ${at}: ${String(error)}`)
        }
      }
    }
  })
})
