/** Contract: every private member that the engine goes through is there in the installed WebTorrent, and a closed door is named. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import MemoryChunkStore from 'memory-chunk-store'
import type Wire from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import { checkDoors, doors } from '../../../plugins/floodgate-wire/src/engine/doors.ts'
import { filesOf } from '../../../plugins/floodgate-wire/src/engine/files.ts'
import { attachEngine } from '../../../plugins/floodgate-wire/src/engine/index.ts'
import { closeAll, connect, content, leecher, newClient, seeder } from './swarm.ts'

/** The store that WebTorrent takes when nobody names one, as the engine finds it. */
async function storeOfFiles(): Promise<object> {
  const { torrentFile } = await content({ bytes: 1000 })
  const torrent = newClient().add(torrentFile as never, { path: tmpdir() })
  await once(torrent as never, 'ready')
  return filesOf(torrent) ?? assert.fail('the store of files was not found')
}

describe('doors of WebTorrent', () => {
  afterEach(closeAll)

  it('are all open in the installed version', async () => {
    const made = await content({})
    const seed = await seeder(made, { trade: null })
    const leech = await leecher(made, { trade: null })
    connect(leech, seed)
    const [wire] = (await once(leech.torrent as never, 'wire')) as [Wire]
    const peers = Reflect.get(leech.torrent, '_peers') as Map<string, object>
    const holders: Record<string, object> = {
      torrent: leech.torrent,
      metadata: leech.torrent,
      piece: leech.torrent.pieces[0]!,
      wire,
      wires: Object.getPrototypeOf(wire) as object,
      peer: [...peers.values()][0]!,
      ut_metadata: Reflect.get(wire, 'ut_metadata') as object,
      files: await storeOfFiles()
    }
    for (const door of doors) checkDoors(door.of, holders[door.of]!)
    const hashes = Reflect.get(leech.torrent, '_hashes') as string[]
    assert.match(hashes[0]!, /^[0-9a-f]{40}$/)
  })

  it('W2: WebTorrent calls its choke timer off when it hears of an unchoke', async () => {
    const { setTimeout: set, clearTimeout: clear } = globalThis
    const running = new Set<unknown>()
    const calm = Promise.withResolvers<void>()
    let seen = 0
    globalThis.setTimeout = ((action: () => void, ms?: number) => {
      const timer = set(action, ms)
      if (new Error('from').stack!.includes('_onWireWithMetadata')) running.add(timer)
      return timer
    }) as typeof setTimeout
    globalThis.clearTimeout = ((timer?: number) => {
      if (running.delete(timer) && ++seen === 2) calm.resolve()
      clear(timer)
    }) as typeof clearTimeout
    try {
      // Both ends have the engine and no trade, so neither really unchokes the other.
      const { torrentFile } = await content({})
      const silent = async (): Promise<Torrent> => {
        const torrent = newClient().add(torrentFile as never, { store: MemoryChunkStore })
        const engine = attachEngine(torrent)
        torrent.on('wire', (wire) => void engine.wire(wire))
        await once(torrent as never, 'ready')
        return torrent
      }
      const [one, other] = [await silent(), await silent()]
      one.addPeer(`127.0.0.1:${other.client.torrentPort}`)
      await calm.promise
      assert.ok(one.wires[0]!.peerChoking && one.wires[0]!.amChoking, 'nobody was unchoked')
    } finally {
      Object.assign(globalThis, { setTimeout: set, clearTimeout: clear })
    }
  })

  for (const door of doors.filter((door) => door.of === 'torrent')) {
    it(`engine-door-closed names torrent.${door.name}`, async () => {
      const torrent = newClient().add((await content({ bytes: 1000 })).torrentFile as never)
      const own = Object.getOwnPropertyDescriptor(torrent, door.name)
      Object.defineProperty(torrent, door.name, { value: undefined, configurable: true })
      assert.throws(
        () => attachEngine(torrent),
        (error: { code: string; door: string }) =>
          error.code === 'engine-door-closed' && error.door === `torrent.${door.name}`
      )
      if (own) Object.defineProperty(torrent, door.name, own)
      else Reflect.deleteProperty(torrent, door.name)
    })
  }
})
