// The real commands with a web origin: what is open has a web seed in its torrent, and stock WebTorrent needs nothing else;
// what is closed has none, and is not given to strangers.
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import MemoryChunkStore from 'memory-chunk-store'
import WebTorrent from 'webtorrent'
import { CLIENT_OPTIONS } from '../../hosts/src/client.ts'
import { done } from '../support/peer.ts'
import { Stage } from './stage.ts'

describe('hosts: provider --origin', function () {
  this.timeout(60_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.open('--no-seed', '--port', '0', '--origin', 'free', '--origin-rate', '64M')
    await mkdir(join(stage.dir, 'album'))
    await writeFile(join(stage.dir, 'album', 'one.ogg'), Buffer.alloc(40_000, 1))
    await writeFile(join(stage.dir, 'album', 'two ü.ogg'), Buffer.alloc(50_000, 2))
  })
  after(() => stage.close())

  const publish = (path: string, ...more: string[]) =>
    stage.command(
      'published',
      ...([
        'publish',
        join(stage.dir, path),
        '--data',
        stage.shop,
        '--price',
        '0.01/piece',
        ...more
      ] as [string, ...string[]])
    )

  it('a stock client downloads what is open by its torrent file alone (F75)', async () => {
    for (const [path, sizes] of [
      ['album/two ü.ogg', [50_000]],
      ['album', [40_000, 50_000]]
    ] as const) {
      const line = await publish(path, '--open')
      assert.match(String(line['webSeed']), /\/floodgate\/v1\/origin\/[0-9a-f]{40}\//)
      const client = new WebTorrent({ ...CLIENT_OPTIONS, webSeeds: true, tracker: false })
      try {
        const torrent = client.add(await readFile(String(line['torrent'])), {
          store: MemoryChunkStore
        })
        await done(torrent)
        assert.equal(torrent.infoHash, line['infoHash'])
        assert.deepEqual(
          torrent.files.map(({ length }) => length),
          sizes
        )
      } finally {
        await new Promise<void>((resolve) => client.destroy(() => resolve()))
      }
    }
  })

  it('what is closed has no web seed', async () => {
    const line = await publish('album/one.ogg')
    assert.equal(line['webSeed'], undefined)
    const url = `${stage.url}/floodgate/v1/origin/${String(line['infoHash'])}`
    const standing = (await (await fetch(url)).json()) as object
    assert.deepEqual(standing, { infoHash: line['infoHash'], access: 'charged', state: 'open' })
    assert.equal((await fetch(`${url}/one.ogg`)).status, 402)
  })
})
