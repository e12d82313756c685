// Stock WebTorrent with nothing but the web seed: a whole torrent by HTTP alone (F75), one file and several, and what a 503
// does to it.
import assert from 'node:assert/strict'
import MemoryChunkStore from 'memory-chunk-store'
import WebTorrent, { type Torrent } from 'webtorrent'
import { CLIENT_OPTIONS } from '../../../hosts/src/client.ts'
import { done } from '../../support/peer.ts'
import { OriginStage, type Published } from './stage.ts'

describe('origin: stock WebTorrent', function () {
  this.timeout(60_000)
  let stage: OriginStage
  let client: WebTorrent

  beforeEach(async () => {
    stage = await OriginStage.start()
    client = new WebTorrent({ ...CLIENT_OPTIONS, webSeeds: true, tracker: false })
  })
  afterEach(async () => {
    await new Promise<void>((resolve) => client.destroy(() => resolve()))
    await stage.close()
  })

  const add = (content: Published): Torrent =>
    client.add(content.torrent, { store: MemoryChunkStore, urlList: [stage.seedOf(content)] })

  async function expectAll(torrent: Torrent, { files }: Published): Promise<void> {
    await done(torrent)
    for (const file of torrent.files) {
      const path = file.path.replaceAll('\\', '/')
      assert.ok(Buffer.from(await file.arrayBuffer()).equals(files[path]!), path)
    }
  }

  it('downloads one file', async () => {
    const film = await stage.publish({ 'film é.mkv': 1_000_003 }, { pieceLength: 65_536 })
    await expectAll(add(film), film)
    const { sentBytes } = stage.origin.status()[film.infoHash]!
    assert.equal(sentBytes, 1_000_003)
  })

  it('downloads many files, with pieces that span them', async () => {
    const lengths = { 'album/a.ogg': 50_000, 'album/b c.ogg': 1, 'album/sub/d.ogg': 99_999 }
    const album = await stage.publish(lengths)
    await expectAll(add(album), album)
  })

  it('is turned away by a 503, and comes back by itself (D3)', async () => {
    const film = await stage.publish({ 'film.mkv': 200_000 })
    stage.origin.set(film.infoHash, { state: 'throttled' })
    const torrent = add(film)
    const { refused } = stage.provider.tracker.counters.mint
    while (refused['origin-busy'] === undefined)
      await new Promise((resolve) => setImmediate(resolve))
    assert.equal(torrent.downloaded, 0)
    assert.equal(stage.origin.status()[film.infoHash]!.sentBytes, 0)
    stage.origin.set(film.infoHash, { state: 'open' })
    await expectAll(torrent, film)
  })
})
