// A wallet in a real browser: its keys live in IndexedDB, a Web Lock keeps other tabs out, and it talks to a
// provider on another origin.

import assert from 'node:assert/strict'
import { toHex } from '@floodgate/protocol'
import { deposit } from '@floodgate/tracker'
import parseTorrent from 'parse-torrent'
import { TestProvider } from '../support/provider.ts'
import { startChromium, type Chromium } from './chromium.ts'
import { serveModule, type Site, type Tab } from './page.ts'

describe('browser: a wallet in Chromium', function () {
  this.timeout(30_000)
  let chromium: Chromium | undefined
  let provider: TestProvider | undefined
  let site: Site | undefined
  before(async () => {
    chromium = await startChromium()
    provider = await TestProvider.start()
    site = await serveModule(chromium.browser, 'wallet')
  })
  after(async () => {
    await site?.close()
    await provider?.close()
    await chromium?.close()
  })

  let first: Tab
  let uid: string

  it('F16–F19: is made, and registered with a provider on another origin', async () => {
    first = await site!.open()
    const { url, keys, store } = provider!
    uid = await first.call<string>('create', url, toHex(keys.rootKey), 'pass')
    await deposit(store, uid, 700n, 'test', 'one')
    assert.equal(await first.call('balance'), '700')
  })

  it('F26–F30: buys a purse with an announce', async () => {
    const { torrent } = await provider!.sell('film', 300_000, { price: 3n })
    const { infoHash } = await parseTorrent(torrent)
    assert.equal(await first.call('purchase', infoHash, '3'), 5)
    assert.equal(await first.call('balance'), '685')
  })

  it('belongs to one tab, and to the next once that is gone, closed or not', async () => {
    const second = await site!.open()
    await assert.rejects(second.call('open', 'pass'), /wallet-in-use/)
    await first.page.close()
    await second.call('free')
    assert.equal(await second.call('open', 'pass'), uid)
    assert.equal(await second.call('balance'), '685')
    await second.call('close')
    const third = await site!.open()
    assert.equal(await third.call('open', 'pass'), uid)
    await third.page.reload()
    await third.call('free')
    assert.equal(await third.call('open', 'pass'), uid)
    await third.call('close')
  })

  it('opens with its passphrase only, and only for its origin', async () => {
    const tab = await site!.open()
    await assert.rejects(tab.call('open', 'word'), /wrong-passphrase/)
    const elsewhere = await serveModule(chromium!.browser, 'wallet')
    const stranger = await elsewhere.open()
    await assert.rejects(stranger.call('open', 'pass'), /no-wallet/)
    await elsewhere.close()
    assert.equal(await tab.call('open', 'pass'), uid)
    assert.deepEqual([...site!.faults, ...elsewhere.faults], [])
  })
})
