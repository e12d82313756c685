// A paid swarm with browsers in it: a page buys from a peer in Node over WebRTC, and sells to another page.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { toHex } from '@floodgate/protocol'
import { deposit } from '@floodgate/tracker'
import { account, claim } from '@floodgate/wallet'
import { TestPeer } from '../support/peer.ts'
import { TestProvider, type Sold } from '../support/provider.ts'
import { startChromium, type Chromium } from './chromium.ts'
import { serveModule, type Site, type Tab } from './page.ts'

const PIECES = 32
const PRICE = 2n

describe('browser: trade over WebRTC', function () {
  this.timeout(20_000)
  let chromium: Chromium | undefined
  let provider: TestProvider | undefined
  let seller: TestPeer | undefined
  before(async () => {
    chromium = await startChromium()
    provider = await TestProvider.start()
  })
  after(async () => {
    await Promise.all(sites.map((site) => site.close()))
    await seller?.close()
    await provider?.close()
    await chromium?.close()
  })

  const sites: Site[] = []
  let sold: Sold
  let first: Tab

  /** A page with a registered wallet and money, on an origin of its own, so that no two share their files. */
  const join = async (name: string): Promise<Tab> => {
    const site = await serveModule(chromium!.browser, 'trade', {
      aliases: { webtorrent: '../../node_modules/webtorrent/dist/webtorrent.min.js' }
    })
    sites.push(site)
    const tab = await site.open()
    const { url, keys, store } = provider!
    const uid = await tab.call<string>('join', url, toHex(keys.rootKey), name)
    await deposit(store, uid, 100n, 'test', name)
    return tab
  }

  const expectBought = async (tab: Tab): Promise<void> => {
    assert.deepEqual(await tab.call('download', toHex(sold.torrent)), {
      sha256: createHash('sha256').update(sold.data).digest('hex'),
      kinds: ['webrtc'],
      settled: true,
      warnings: [],
      count: PIECES,
      spent: PIECES
    })
    assert.deepEqual(
      sites.flatMap(({ faults }) => faults),
      []
    )
    assert.deepEqual((await provider!.store.audit()).faults, [])
  }

  it('F21–F48: a page buys every piece from a peer in Node, which claims', async () => {
    sold = await provider!.sell('film', PIECES * 65_536, { price: PRICE })
    seller = new TestPeer(await provider!.wallet(), { webrtc: true })
    await seller.seed(sold)
    first = await join('first')
    await expectBought(first)
    await claim(seller.wallet!)
    assert.equal((await account(seller.wallet!)).earned, BigInt(PIECES) * PRICE)
    assert.deepEqual(seller.warnings, [])
  })

  it('F82: and sells it to another page', async () => {
    await seller!.close()
    seller = undefined
    await expectBought(await join('second'))
    assert.equal(await first.call('cashIn'), String(BigInt(PIECES) * PRICE))
    await first.call('leave')
  })
})
