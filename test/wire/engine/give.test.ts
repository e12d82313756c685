/** Pieces that come from elsewhere than a wire: checked, stored and announced as others are, and fetched from nobody any more. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Torrent } from 'webtorrent'
import type { TorrentEngine } from '../../../plugins/floodgate-wire/src/engine/index.ts'
import { pretend, type WireTrade } from './pretend-trade.ts'
import { MemoryStore, closeAll, content, KIB, newClient, seeder, type Content } from './swarm.ts'

/** A leecher whose engine the test holds. */
async function receiver({ torrentFile }: Content): Promise<{
  torrent: Torrent
  engine: TorrentEngine
  store: MemoryStore
  trades: WireTrade[]
}> {
  const store = new MemoryStore()
  const client = newClient()
  let made: ReturnType<typeof pretend> | undefined
  client.once('add', (torrent) => {
    made = pretend(torrent)
  })
  const torrent = client.add(torrentFile, { storeCacheSlots: 0, preloadedStore: store })
  await once(torrent as never, 'ready')
  return { torrent, store, ...made! }
}

const pieceOf = ({ data, pieceLength }: Content, index: number): Uint8Array =>
  new Uint8Array(data.subarray(index * pieceLength, (index + 1) * pieceLength))

describe('engine: a piece from elsewhere', () => {
  afterEach(closeAll)

  it('W13: takes what fits its hash, once, also the short last one; and nothing else', async () => {
    const made = await content({ bytes: 200 * KIB, pieceLength: 64 * KIB })
    const { engine, torrent, store } = await receiver(made)
    const right = pieceOf(made, 1)
    assert.equal(
      await engine.give(
        1,
        right.map((byte) => byte ^ 1)
      ),
      false
    )
    assert.equal(await engine.give(1, right.subarray(1)), false)
    assert.equal(await engine.give(1, pieceOf(made, 2)), false)
    assert.deepEqual([store.puts, torrent.bitfield.get(1)], [0, false])
    assert.equal(await engine.give(1, right), true)
    assert.equal(await engine.give(1, right), true)
    assert.equal(await engine.give(3, pieceOf(made, 3)), true)
    assert.deepEqual(
      [store.puts, torrent.bitfield.get(1), torrent.bitfield.get(3)],
      [2, true, true]
    )
    assert.deepEqual(await engine.read(1), right)
    await assert.rejects(engine.read(0))
  })

  it('gives back what a wire was fetching, and completes the torrent', async () => {
    const made = await content({ bytes: 512 * KIB, pieceLength: 64 * KIB })
    // It admits nothing: whatever is asked of it stays bound.
    const mute = await seeder(made, { trade: { admission: () => 'held' } })
    const { engine, torrent, trades } = await receiver(made)
    torrent.addPeer(`127.0.0.1:${mute.port}`)
    while ((trades[0]?.bound.size ?? 0) === 0) await new Promise((resolve) => setImmediate(resolve))
    const finished = once(torrent as never, 'done')
    for (let index = 0; index < 8; index++)
      assert.ok(await engine.give(index, pieceOf(made, index)))
    await finished
    const [trade] = trades
    assert.deepEqual([trade!.bound.size, trade!.got.length], [0, 0], 'each was given back')
    assert.ok(trade!.released.length > 0)
    assert.equal(torrent.progress, 1)
  })
})
