/** What the seller's side does with requests that are early, late, odd, doubled or too many: seen from a bare wire. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Admission } from '../../../plugins/floodgate-wire/src/engine/index.ts'
import { bare, BLOCK, settled, sockets, type Bare } from './bare.ts'
import { closeAll, content, KIB, seeder, type Member } from './swarm.ts'

describe('gate', () => {
  let admissions: Map<number, Admission>
  let seed: Member

  beforeEach(async () => {
    admissions = new Map()
    const admission = (_trade: unknown, index: number) => admissions.get(index) ?? 'refused'
    seed = await seeder(await content({ bytes: 640 * KIB + 1000, pieceLength: 64 * KIB }), {
      trade: { admission }
    })
  })

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await closeAll()
  })

  const ask = (peer: Bare, index: number, block: number, length = BLOCK) =>
    peer.wire.request(index, block * BLOCK, length, () => undefined)

  it('serves what is admitted, and counts the bytes that were sent', async () => {
    admissions.set(3, 'admitted')
    const peer = await bare(seed)
    ask(peer, 3, 0)
    ask(peer, 3, 1)
    await settled(peer, seed)
    assert.deepEqual(peer.blocks, ['3/0', '3/1'])
    assert.equal(seed.trades[0]!.sent.get(3), 2 * BLOCK)
  })

  it('F32, F37: holds requests until the piece is admitted, then answers at once from one read', async () => {
    admissions.set(3, 'held')
    const peer = await bare(seed)
    for (const block of [0, 1, 2, 3]) ask(peer, 3, block)
    await settled(peer, seed)
    assert.deepEqual(peer.blocks, [])
    assert.equal(seed.store.gets, 1)
    seed.trades[0]!.engine.admit(3)
    await settled(peer, seed)
    assert.deepEqual(peer.blocks, ['3/0', '3/1', '3/2', '3/3'])
    assert.equal(seed.store.gets, 1)
  })

  it('answers what was cancelled and asked for again, once', async () => {
    admissions.set(3, 'held')
    const peer = await bare(seed)
    for (const block of [0, 1, 2, 3]) ask(peer, 3, block)
    peer.wire.cancel(3, 2 * BLOCK, BLOCK)
    ask(peer, 3, 2)
    await settled(peer, seed)
    seed.trades[0]!.engine.admit(3)
    await settled(peer, seed)
    assert.deepEqual(peer.blocks.sort(), ['3/0', '3/1', '3/2', '3/3'])
    assert.deepEqual(peer.rejects, [])
  })

  it('W4: a cancel of what was sent brings no block twice', async () => {
    admissions.set(3, 'admitted')
    const peer = await bare(seed)
    for (let again = 0; again < 3; again++) {
      for (const block of [0, 1]) {
        ask(peer, 3, block)
        await settled(peer, seed)
        peer.wire.cancel(3, block * BLOCK, BLOCK)
      }
    }
    await settled(peer, seed)
    assert.deepEqual(peer.blocks, ['3/0', '3/1'])
  })

  it('rejects what is held when the trade refuses it', async () => {
    admissions.set(3, 'held')
    const peer = await bare(seed)
    ask(peer, 3, 0)
    ask(peer, 3, 1)
    await settled(peer, seed)
    seed.trades[0]!.engine.refuse(3)
    ask(peer, 3, 2)
    await settled(peer, seed)
    assert.deepEqual(peer.rejects, ['3/0', '3/1', '3/2'])
    assert.equal(seed.trades[0]!.chokes, 0)
  })

  it('rejects what is asked without a signed request, and keeps what is held', async () => {
    admissions.set(1, 'held')
    const peer = await bare(seed)
    ask(peer, 1, 0)
    ask(peer, 7, 0)
    await settled(peer, seed)
    assert.deepEqual(peer.rejects, ['7/0'])
    assert.equal(seed.trades[0]!.chokes, 0)
  })

  it('W4: serves a block once per admission, whatever is asked', async () => {
    admissions.set(3, 'admitted')
    const peer = await bare(seed)
    for (const block of [0, 0, 1, 0]) ask(peer, 3, block)
    await settled(peer, seed)
    assert.deepEqual(peer.blocks, ['3/0', '3/1'])
    assert.deepEqual(peer.rejects, ['3/0', '3/0'])
    seed.trades[0]!.engine.admit(3)
    ask(peer, 3, 0)
    await settled(peer, seed)
    assert.deepEqual(peer.blocks, ['3/0', '3/1', '3/0'])
  })

  it('ends a wire that asks for a block twice too often', async () => {
    admissions.set(3, 'admitted')
    const peer = await bare(seed)
    for (let times = 0; times < 300; times++) ask(peer, 3, 0)
    await once(peer.wire as never, 'close')
    assert.equal(seed.trades[0]!.sent.get(3), BLOCK)
  })

  const odd: [name: string, index: number, offset: number, length: number][] = [
    ['misaligned', 3, 1, BLOCK],
    ['half a block', 3, 0, BLOCK / 2],
    ['two blocks', 3, 0, 2 * BLOCK],
    ['length 0', 3, 0, 0],
    ['length −1', 3, 0, -1],
    ['offset −16384', 3, -BLOCK, BLOCK],
    ['past the end of the piece', 3, 64 * KIB, BLOCK],
    ['index −1', -1, 0, BLOCK],
    ['index past the end', 11, 0, BLOCK],
    ['a whole block of the short last piece', 10, 0, BLOCK],
    ['more than 128 KiB', 3, 0, 256 * KIB]
  ]
  for (const [name, index, offset, length] of odd) {
    it(`ends a wire that asks for: ${name}`, async () => {
      for (const piece of [3, 10]) admissions.set(piece, 'admitted')
      const peer = await bare(seed)
      const closed = once(peer.wire as never, 'close')
      peer.wire.request(index, offset, length, () => undefined)
      await closed
      assert.deepEqual(peer.blocks, [])
      assert.equal(seed.trades[0]!.sent.size, 0)
    })
  }

  it('serves the short last block of the torrent', async () => {
    admissions.set(10, 'admitted')
    const peer = await bare(seed)
    ask(peer, 10, 0, 1000)
    await settled(peer, seed)
    assert.equal(seed.trades[0]!.sent.get(10), 1000)
  })

  it('does not unchoke a peer without the plugin, and does not flood it with rejects', async () => {
    const peer = await bare(seed, { plugin: false, unchoked: false })
    await settled(peer, seed)
    assert.ok(peer.wire.peerChoking)
    seed.trades[0]!.engine.free()
    await settled(peer, seed)
    assert.ok(!peer.wire.peerChoking)
    ask(peer, 3, 0)
    await once(peer.wire as never, 'piece')
    assert.deepEqual(peer.blocks, ['3/0'])
    assert.deepEqual(peer.rejects, [])
  })

  it('never honours Allowed Fast for what is not admitted', async () => {
    const peer = await bare(seed, { plugin: false, unchoked: false })
    await settled(peer, seed)
    seed.torrent.wires[0]!.allowedFast(3)
    await once(peer.wire as never, 'allowed-fast')
    ask(peer, 3, 0)
    await settled(peer, seed)
    assert.deepEqual(peer.blocks, [])
  })

  it('forgets what is queued and held when it chokes', async () => {
    admissions.set(3, 'held')
    const peer = await bare(seed)
    ask(peer, 3, 0)
    await settled(peer, seed)
    seed.torrent.wires[0]!.choke()
    seed.trades[0]!.engine.admit(3)
    await settled(peer, seed)
    assert.deepEqual(peer.blocks, [])
    assert.deepEqual(peer.rejects, ['3/0'])
    assert.equal(seed.trades[0]!.chokes, 1)
  })
})
