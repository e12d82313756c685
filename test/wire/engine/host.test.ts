/** The engine and the rest of WebTorrent: magnets, web seeds, sockets, torrents that end, trades that open late. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { pretend } from './pretend-trade.ts'
import {
  closeAll,
  connect,
  content,
  done,
  holdsAll,
  KIB,
  leecher,
  MemoryStore,
  MIB,
  newClient,
  seeder
} from './swarm.ts'

describe('engine in its host', () => {
  afterEach(closeAll)

  it('trades a torrent that began as a magnet, dialled out or in', async () => {
    const made = await content({ bytes: MIB })
    const seed = await seeder(made)
    for (const direction of ['out', 'in']) {
      const client = newClient()
      const store = new MemoryStore()
      client.once('add', (torrent) => pretend(torrent))
      const torrent = client.add(`magnet:?xt=urn:btih:${seed.torrent.infoHash}`, {
        preloadedStore: store,
        storeCacheSlots: 0
      })
      await once(torrent as never, 'infoHash')
      if (!client.listening) await once(client as never, 'listening')
      const ends = [torrent, seed.torrent]
      const [from, to] = direction === 'out' ? ends : ends.reverse()
      const port = to === torrent ? client.torrentPort : seed.port
      from!.addPeer(`127.0.0.1:${port}`)
      await once(torrent as never, 'done')
      assert.ok(Buffer.concat(store.chunks).equals(made.data), direction)
    }
  })

  it('sets TCP_NODELAY on both ends of a wire', async () => {
    const made = await content({ bytes: MIB })
    const set = net.Socket.prototype.setNoDelay
    const sockets = new Set<net.Socket>()
    net.Socket.prototype.setNoDelay = function (on) {
      if (on) sockets.add(this)
      return set.call(this, on)
    }
    try {
      const [seed, leech] = [await seeder(made), await leecher(made)]
      connect(leech, seed)
      await done(leech)
      assert.equal(sockets.size, 2)
    } finally {
      net.Socket.prototype.setNoDelay = set
    }
  })

  it('leaves web seeds to WebTorrent; wire and web seed never fetch the same piece at once', async () => {
    const made = await content({ bytes: 4 * MIB })
    const server = createServer((request, response) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
      const part = made.data.subarray(Number(from), Number(to) + 1)
      response.writeHead(206, { 'content-length': part.length })
      response.end(part)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const seed = await seeder(made, { trade: { limit: 1 } })
    const leech = await leecher(made, { trade: { limit: 1 } })
    leech.torrent.addWebSeed(`http://127.0.0.1:${port}/content`)
    await once(leech.torrent as never, 'verified')
    connect(leech, seed)
    await done(leech)
    server.closeAllConnections()
    server.close()
    assert.ok(holdsAll(leech, made))
    assert.equal(leech.store.puts, 64)
    assert.ok(leech.trades.flatMap((trade) => trade.got).length < 64)
  })

  it('gives everything back when it is stopped, and when the torrent is destroyed', async () => {
    const made = await content({ bytes: 2 * MIB })
    const seed = await seeder(made, { trade: { limit: 0, admission: () => 'held' } })
    const leech = await leecher(made)
    connect(leech, seed)
    await once(leech.torrent as never, 'wire')
    const [trade] = leech.trades
    while (trade!.bound.size === 0) await turn()
    const bound = trade!.bound.size
    leech.torrent.destroy()
    assert.equal(trade!.bound.size, 0)
    assert.deepEqual(new Set(trade!.released.map(([, why]) => why)), new Set(['close']))
    assert.equal(trade!.released.length, bound)
  })

  it('buys nothing while the trade has no room, however open it is', async () => {
    const made = await content({ bytes: 256 * KIB })
    const seed = await seeder(made)
    const leech = await leecher(made, { trade: { limit: 0, ahead: 0 } })
    connect(leech, seed)
    const [wire] = await once(leech.torrent as never, 'wire')
    await once(wire as never, 'unchoke')
    assert.ok(leech.trades[0]!.opened)
    assert.equal(seed.trades[0]!.sent.size, 0)
    assert.equal((wire as { requests: unknown[] }).requests.length, 0)
  })
})
