// Paid swarms of real WebTorrent clients with a real provider, over real sockets.

import assert from 'node:assert/strict'
import { account, claim } from '@floodgate/wallet'
import { TestPeer, done } from '../support/peer.ts'
import { TestProvider } from '../support/provider.ts'

describe('wire: a paid swarm', function () {
  this.timeout(60_000)
  let provider: TestProvider
  const peers: TestPeer[] = []
  const peer = async (balance = 0n): Promise<TestPeer> => {
    const made = new TestPeer(await provider.wallet(balance))
    peers.push(made)
    return made
  }

  beforeEach(async () => {
    provider = await TestProvider.start()
  })
  afterEach(async () => {
    await Promise.all(peers.splice(0).map((one) => one.close()))
    await provider.close()
  })

  it('F21–F48: three buyers buy, pay, sell to each other and claim; the books balance', async () => {
    const sold = await provider.sell('film', 3_000_000)
    const pieces = 46n
    const seeder = await peer()
    await seeder.seed(sold)
    const buyers = [await peer(1000n), await peer(1000n), await peer(1000n)]
    await Promise.all(buyers.map((buyer) => done(buyer.add(sold.torrent))))
    for (const buyer of buyers) {
      const [torrent] = buyer.client.torrents
      const copy = Buffer.from(await torrent!.files[0]!.arrayBuffer())
      assert.ok(copy.equals(sold.data), 'the copy differs')
    }
    const all = [seeder, ...buyers]
    const unpaid = (): number =>
      buyers.reduce(
        (sum, buyer) => sum + Number(pieces) - buyer.wallet!.purses.all()[0]!.spent(),
        0
      )
    while (unpaid() > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    for (const one of all) await one.wallet!.saved()
    for (const one of all) await claim(one.wallet!)
    let earned = 0n
    for (const one of all) earned += (await account(one.wallet!)).earned
    assert.equal(earned, 3n * pieces * 2n)
    const audit = await provider.store.audit()
    assert.ok(
      audit.ok,
      JSON.stringify(audit, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v))
    )
    assert.deepEqual(
      all.flatMap((one) => one.warnings),
      []
    )
  })
})
