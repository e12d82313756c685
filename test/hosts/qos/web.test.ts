// `web` in a promise, with real commands and a stock client: HTTP is closed while nobody downloads, opened for who comes, at
// the rate that was said, and closed again.

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import MemoryChunkStore from 'memory-chunk-store'
import WebTorrent from 'webtorrent'
import { CLIENT_OPTIONS } from '../../../hosts/src/client.ts'
import { done } from '../../support/peer.ts'
import { Stage } from '../stage.ts'

const LENGTH = 1_500_000
const CONFIG = `
qos: { target: 100 kB/s, web: { uplink: 500 kB/s }, everySeconds: 1, announceSeconds: 1 }
origin: free
`

describe('hosts: provider --qos with the web', function () {
  this.timeout(60_000)
  let stage: Stage
  before(async () => {
    stage = await Stage.configured(CONFIG)
  })
  after(() => stage.close())

  it('F75, D1–D4: begins on the web, at its rate, and only while somebody downloads', async () => {
    const file = join(stage.dir, 'song.bin')
    await writeFile(file, Buffer.alloc(LENGTH, 'floodgate'))
    const options = ['--open', '--price', '0.01/piece', '--data', stage.shop]
    const sold = await stage.command('published', 'publish', file, ...options)
    const origin = `${stage.url}/floodgate/v1/origin/${String(sold['infoHash'])}`
    const state = async (): Promise<unknown> =>
      ((await (await fetch(origin)).json()) as { state: string }).state
    while ((await state()) !== 'closed') await new Promise((resolve) => setTimeout(resolve, 100))

    const client = new WebTorrent({ ...CLIENT_OPTIONS, webSeeds: true })
    const began = Date.now()
    const torrent = client.add(await readFile(String(sold['torrent'])), { store: MemoryChunkStore })
    const opened = await stage.provider.until('qos', (line) => line['webSeed'] === 'open')
    assert.deepEqual([opened['rate'], opened['seeders']], [500_000, 0])
    assert.match(String(opened['reason']), /Web first: 0 peers of 3 have it whole: HTTP is open/)
    await done(torrent)
    const seconds = (Date.now() - began) / 1000
    assert.ok(seconds > LENGTH / 500_000 - 0.5, `${seconds} s`)
    await new Promise<void>((resolve) => client.destroy(() => resolve()))
    await stage.provider.until('qos', (line) => line['rate'] === 0 && line['webSeed'] === 'closed')
    assert.equal(await state(), 'closed')
    const told = await stage.command('qos', 'qos', 'explain', '--data', stage.shop)
    const [content] = told['contents'] as Record<string, unknown>[]
    assert.ok(Number(content!['sent']) >= LENGTH)
  })
})
