// Paid swarms of real WebTorrent clients with a real provider, over real sockets.

import assert from 'node:assert/strict'
import { toHex } from '@floodgate/protocol'
import { account, claim } from '@floodgate/wallet'
import { TestPeer, done } from '../support/peer.ts'
import { TestSwarm } from '../support/swarm.ts'

describe('wire: a paid swarm', function () {
  this.timeout(60_000)
  const swarm = new TestSwarm()
  const { peer } = swarm

  const copyOf = async (one: TestPeer): Promise<Buffer> =>
    Buffer.from(await one.client.torrents[0]!.files[0]!.arrayBuffer())

  it('F21–F48: three buyers buy, pay, sell to each other and claim; the books balance', async () => {
    const sold = await swarm.provider.sell('film', 3_000_000)
    const pieces = 46n
    const seeder = await peer()
    await seeder.seed(sold)
    const buyers = [await peer(1000n), await peer(1000n), await peer(1000n)]
    await Promise.all(buyers.map((buyer) => done(buyer.add(sold.torrent))))
    for (const buyer of buyers) {
      assert.ok((await copyOf(buyer)).equals(sold.data), 'the copy differs')
      assert.ok(await buyer.floodgate!.settled())
    }
    const all = [seeder, ...buyers]
    for (const one of all) await claim(one.wallet!)
    let earned = 0n
    for (const one of all) earned += (await account(one.wallet!)).earned
    assert.equal(earned, 3n * pieces * 2n)
    assert.deepEqual((await swarm.provider.store.audit()).faults, [])
    assert.deepEqual(
      all.flatMap((one) => one.warnings),
      []
    )
  })

  it('F3, F8: joins by magnet link; metadata come from peers, the offer with them', async () => {
    const sold = await swarm.provider.sell('film', 500_000)
    const seeder = await peer()
    const { infoHash } = await seeder.seed(sold)
    const buyer = await peer(1000n)
    const tracker = encodeURIComponent(`${swarm.provider.url}/announce`)
    await done(buyer.add(`magnet:?xt=urn:btih:${infoHash}&tr=${tracker}`))
    assert.ok((await copyOf(buyer)).equals(sold.data))
    assert.equal(buyer.wallet!.purses.all()[0]!.spent(), 8)
  })

  it('F75: the one piece that is sold comes too, after all that are free', async () => {
    const [pieceLength, pieces] = [16_384, 24]
    const options = { pieceLength, free: pieces - 1 }
    const sold = await swarm.provider.sell('film', pieces * pieceLength, options)
    const seeder = await peer()
    await seeder.seed(sold)
    seeder.client.throttleUpload(200_000)
    const buyer = await peer(1000n)
    await done(buyer.add(sold.torrent))
    assert.ok(await buyer.floodgate!.settled())
    assert.equal(buyer.wallet!.purses.all()[0]!.spent(), 1)
  })

  it('I7: to buy, pay and sell costs the provider announces and claims, and nothing per piece', async () => {
    const sold = await swarm.provider.sell('film', 4_000_000, { pieceLength: 16_384 })
    const seeder = await peer()
    await seeder.seed(sold)
    const buyer = await peer(1000n)
    const before = { ...swarm.provider.tracker.counters.tracker }
    const began = performance.now()
    await done(buyer.add(sold.torrent))
    await buyer.floodgate!.settled()
    await claim(seeder.wallet!)
    const after = swarm.provider.tracker.counters.tracker
    assert.equal(after.apiRequests - before.apiRequests, 1, 'one claim')
    // Two peers, each every second, and when they start and end.
    const byTheClock = (2 * (performance.now() - began)) / 1000
    assert.ok(after.announces - before.announces < 8 + byTheClock, 'announces by the clock only')
    assert.equal(buyer.wallet!.purses.all()[0]!.spent(), 245)
  })

  it('F30, F2: without money there is no purse, and no piece', async () => {
    const sold = await swarm.provider.sell('film', 200_000)
    const seeder = await peer()
    await seeder.seed(sold)
    const buyer = await peer(1n)
    const refused = new Promise<string>((resolve) => {
      buyer.floodgate!.on('warning', ({ code }) => resolve(code))
    })
    const torrent = buyer.add(sold.torrent)
    assert.equal(await refused, 'insufficient-funds')
    assert.equal(torrent.progress, 0)
  })

  it('a closed swarm gives a stock client nothing, an open one all, and stays alive', async () => {
    for (const open of [false, true]) {
      const sold = await swarm.provider.sell(open ? 'open' : 'closed', 300_000, { open })
      const seeder = await peer()
      const { client } = await seeder.seed(sold)
      const stranger = new TestPeer()
      swarm.add(stranger)
      const torrent = stranger.add(sold.torrent)
      await new Promise<void>((resolve) => torrent.once('ready', resolve))
      torrent.addPeer(`127.0.0.1:${client.torrentPort}`)
      if (open) await done(torrent)
      else
        await new Promise<void>((resolve) =>
          torrent.once('wire', (wire) => wire.once('close', resolve))
        )
      assert.equal(torrent.progress, open ? 1 : 0)
    }
  })

  it('F34, F51, I3: junk is never paid, its seller is blacklisted, and the honest one sells', async () => {
    const sold = await swarm.provider.sell('film', 1_000_000)
    const cheat = await peer()
    await cheat.seed(sold, true)
    const buyer = await peer(1000n)
    const blacklisted = new Promise<string>((resolve) => {
      buyer.floodgate!.on('blacklisted', ({ uid, code }) => resolve(`${uid} ${code}`))
    })
    const torrent = buyer.add(sold.torrent)
    assert.equal(await blacklisted, `${toHex(cheat.wallet!.uid)} junk-piece`)
    const honest = await peer()
    await honest.seed(sold)
    await done(torrent)
    assert.ok(await buyer.floodgate!.settled())
    assert.equal(cheat.wallet!.sales.paidBy(buyer.wallet!.uid), 0)
    assert.equal(honest.wallet!.sales.paidBy(buyer.wallet!.uid), 16)
  })

  it('I2, W6, F36: a buyer that never pays gets exactly one piece from each seller, and is blacklisted', async () => {
    const sold = await swarm.provider.sell('film', 1_000_000)
    const sellers = [await peer(), await peer()]
    for (const seller of sellers) await seller.seed(sold)
    const wallet = await swarm.provider.wallet(1000n)
    const cheat = new TestPeer(wallet)
    swarm.add(cheat)
    // Whatever it signs but payments.
    const { signer } = wallet
    const sign = signer.sign.bind(signer)
    signer.sign = (name, ...rest) =>
      name === 'voucher' ? new Promise(() => undefined) : sign(name, ...rest)
    const torrent = cheat.add(sold.torrent)
    let got = 0
    torrent.on('verified', () => got++)
    const open = new Promise<void>((resolve) =>
      torrent.on('verified', () => got === 2 && resolve())
    )
    await open
    await new Promise((resolve) => setTimeout(resolve, 500)) // nothing more may come
    assert.equal(got, 2)
    for (const seller of sellers) assert.equal(seller.wallet!.sales.owedBy(wallet.uid), 1)
  })
})
