/** What the seller's side does while a peer does not read, and with peers that do not trade. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type Wire from 'bittorrent-protocol'
import { bare, BLOCK, sockets } from './bare.ts'
import {
  closeAll,
  connect,
  content,
  done,
  holdsAll,
  leecher,
  MIB,
  newClient,
  seeder
} from './swarm.ts'

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
