/** What the seller's side does with requests that are early, late, odd, doubled or too many: seen from a bare wire. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import Wire from 'bittorrent-protocol'
import type { Admission } from '../../../plugins/floodgate-wire/src/engine/index.ts'
import {
  closeAll,
  connect,
  content,
  done,
  holdsAll,
  KIB,
  leecher,
  MIB,
  newClient,
  seeder,
  type Member
} from './swarm.ts'

const BLOCK = 16 * KIB

interface Bare {
  wire: Wire
  socket: net.Socket
  /** What came: index and offset of blocks, and of rejects. */
  blocks: string[]
  rejects: string[]
}

const sockets: net.Socket[] = []

/** A bare wire to a member, with the pretend extension, interested and (if `unchoked`) unchoked. */
async function bare(
  member: Member,
  options: { plugin?: boolean; unchoked?: boolean } = {}
): Promise<Bare> {
  const wire = new Wire()
  const socket = net.connect(member.port, '127.0.0.1')
  sockets.push(socket)
  const blocks: string[] = []
  const rejects: string[] = []
  wire.on('piece', (index, offset) => blocks.push(`${index}/${offset / BLOCK}`))
  wire.on('reject', (index, offset) => rejects.push(`${index}/${offset / BLOCK}`))
  if (options.plugin !== false) {
    class Pretend {
      get name() {
        return 'pretend'
      }
    }
    wire.use(Pretend)
  }
  socket.on('error', () => wire.destroy())
  socket.pipe(wire as never)
  wire.pipe(socket)
  wire.handshake(member.torrent.infoHash, Buffer.alloc(20, sockets.length), { fast: true })
  await once(wire as never, 'have-all')
  wire.haveNone()
  wire.interested()
  if (options.unchoked !== false) await once(wire as never, 'unchoke')
  return { wire, socket, blocks, rejects }
}

/** Everything sent so far was handled by the member: it answered an extended message that it cannot know. */
async function settled({ wire }: Bare, member: Member): Promise<void> {
  const theirs = member.torrent.wires.at(-1)!
  const answer = once(theirs as never, 'keep-alive')
  wire.keepAlive()
  await answer
  const back = once(wire as never, 'keep-alive')
  theirs.keepAlive()
  await back
}

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

describe('gate under load', () => {
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await closeAll()
  })

  it('stops reading the store while the peer does not read, and goes on when it does', async () => {
    const made = await content({ bytes: 64 * MIB, pieceLength: MIB })
    const seed = await seeder(made, { trade: { admission: () => 'admitted' } })
    const peer = await bare(seed)
    peer.socket.pause()
    for (let index = 0; index < 64; index++) {
      for (let block = 0; block < 64; block++) {
        peer.wire.request(index, block * BLOCK, BLOCK, () => undefined)
      }
    }
    const theirs = seed.torrent.wires[0]!
    await once(theirs as never, 'upload')
    let before = -1
    while (theirs.uploaded > before) {
      before = theirs.uploaded
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.ok(theirs.uploaded < 16 * MIB, `${theirs.uploaded} bytes for a peer that does not read`)
    // What waits may be cancelled and asked for again.
    peer.wire.cancel(63, 5 * BLOCK, BLOCK)
    peer.wire.request(63, 5 * BLOCK, BLOCK, () => undefined)
    assert.ok(seed.store.gets < 20)
    peer.socket.resume()
    while (peer.blocks.length < 64 * 64) await once(peer.wire as never, 'piece')
    assert.equal(theirs.uploaded, 64 * MIB)
  })

  it('serves a stock client when the swarm is open, as WebTorrent does', async () => {
    const made = await content({ bytes: 4 * MIB })
    const seed = await seeder(made)
    seed.torrent.on('wire', () => seed.trades.at(-1)!.engine.free())
    const stock = await leecher(made, { trade: null })
    connect(stock, seed)
    await done(stock)
    assert.ok(holdsAll(stock, made))
  })

  it('does not buy from a stock client', async () => {
    const made = await content({ bytes: MIB })
    const stock = await seeder(made, { trade: null })
    const leech = await leecher(made)
    connect(leech, stock)
    const [wire] = (await once(leech.torrent as never, 'wire')) as [Wire]
    await once(wire as never, 'unchoke')
    leech.trades[0]!.engine.free()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(wire.requests.length, 0)
    assert.equal(newClient().torrents.length, 0)
  })
})
