// The life of escrows over real sockets: a buyer buys a part, tops up to the whole while it downloads, tries free pieces
// without money, cancels a purse; the books balance, and each refund comes to the cent.

import assert from 'node:assert/strict'
import { amountOf, CLOCK_SLACK_MS, fromHex, toHex } from '@floodgate/protocol'
import { memoryLedger } from '@floodgate/tracker'
import { account, buy, cancelPurse, claim, learnRefunds } from '@floodgate/wallet'
import { TestPeer, done, here } from '../support/peer.ts'
import { TestProvider, type Sold } from '../support/provider.ts'

const DAY_MS = 24 * 3600e3
const PIECE = 16_384
const PRICE = 2n

describe('e2e: the life of an escrow', function () {
  this.timeout(60_000)
  let provider: TestProvider
  let ahead = 0
  const peers: TestPeer[] = []
  const peer = async (balance = 0n): Promise<TestPeer> => {
    const made = new TestPeer(await provider.wallet(balance))
    peers.push(made)
    return made
  }
  const balanceOf = async ({ wallet }: TestPeer): Promise<bigint> =>
    (await provider.store.account(toHex(wallet!.uid)))!.balanceMinor
  const faults = async (): Promise<string[]> => (await provider.store.audit()).faults

  beforeEach(async () => {
    ahead = 0
    provider = await TestProvider.start(memoryLedger({ currency: 'EUR' }), () => Date.now() + ahead)
  })
  afterEach(async () => {
    await Promise.all(peers.splice(0).map((one) => one.close()))
    await provider.close()
  })

  /** Buys a purse for all of it, and `pieces` of it from the seeder. */
  async function buySome(buyer: TestPeer, seeder: TestPeer, sold: Sold, pieces: number) {
    const { infoHash } = await seeder.seed(sold)
    const wish = {
      infoHash: fromHex(infoHash),
      peerId: new Uint8Array(20).fill(7),
      port: 6881,
      left: 1
    }
    const terms = { event: '', price: PRICE, currency: 'EUR' }
    const { purse } = await buy(buyer.wallet!, { ...wish, ...terms })
    const torrent = await buyer.addUnselected(sold.torrent)
    torrent.select(0, pieces - 1, 0)
    await here(torrent, 0, pieces - 1)
    assert.ok(await buyer.floodgate!.settled())
    await new Promise<void>((resolve) => buyer.client.remove(torrent, {}, () => resolve()))
    return purse!
  }

  it('I1, I3, F22: part, top-up while it downloads, another purse cancelled: the books balance', async () => {
    const film = await provider.sell('film', 40 * PIECE, { pieceLength: PIECE, free: 2 })
    const [seeder, buyer] = [await peer(), await peer(1000n)]
    await seeder.seed(film)
    const torrent = await buyer.addUnselected(film.torrent)
    const bought: number[] = []
    buyer.floodgate!.on('purchase', ({ count }) => {
      bought.push(count)
      if (bought.length === 1) torrent.select(0, 39, 0)
    })
    torrent.select(0, 19, 0)
    await done(torrent)
    assert.ok(await buyer.floodgate!.settled())
    assert.deepEqual(bought, [18, 20], 'no free piece, and none twice')
    assert.ok(Buffer.from(await torrent.files[0]!.arrayBuffer()).equals(film.data))
    const spent = buyer.wallet!.purses.all().map((purse) => purse.spent())
    assert.deepEqual(spent, [18, 20])
    assert.equal(seeder.wallet!.sales.paidBy(buyer.wallet!.uid), 38)

    const book = await provider.sell('book', 10 * PIECE, { pieceLength: PIECE })
    const purse = await buySome(buyer, seeder, book, 3)
    assert.equal(await balanceOf(buyer), 1000n - 38n * PRICE - 10n * PRICE)
    const answer = await cancelPurse(buyer.wallet!, purse.id)
    assert.deepEqual([answer.kept, answer.refundMax], [3, 7n * PRICE])
    assert.deepEqual((await cancelPurse(buyer.wallet!, purse.id)).refundAt, answer.refundAt)

    ahead = answer.refundAt - Date.now() - 60_000
    assert.equal(await provider.tracker.settle(), 0, 'not before')
    ahead += 120_000
    assert.equal(await provider.tracker.settle(), 1)
    assert.equal(await balanceOf(buyer), 1000n - 38n * PRICE - 3n * PRICE)
    assert.deepEqual(await faults(), [])

    // The seller comes late: what was kept waited for it.
    const { credited } = await claim(seeder.wallet!)
    assert.equal(credited, 41n * PRICE)
    ahead = purse.ends + CLOCK_SLACK_MS - Date.now() + 60_000
    await provider.tracker.settle()
    assert.equal(await balanceOf(buyer), 1000n - 41n * PRICE)
    assert.equal(await balanceOf(seeder), 41n * PRICE)
    assert.deepEqual([await learnRefunds(buyer.wallet!), await learnRefunds(buyer.wallet!)], [1, 0])
    const refunds = buyer.wallet!.summary().events.filter(({ kind }) => kind === 'refund')
    assert.deepEqual(
      refunds.map(({ text }) => text),
      [`${amountOf(7n * PRICE, 'EUR')} of purse ${toHex(purse.id)}`]
    )
    const books = await provider.store.audit()
    assert.deepEqual([books.faults, books.escrowMinor, books.openPurses], [[], 0n, 0])
  })

  it('free pieces come without money, without a purse and without debt', async () => {
    const sold = await provider.sell('film', 20 * PIECE, { pieceLength: PIECE, free: 5 })
    const [seeder, poor] = [await peer(), await peer(0n)]
    await seeder.seed(sold)
    const torrent = await poor.addUnselected(sold.torrent)
    torrent.select(0, 4, 0)
    await here(torrent, 0, 4)
    assert.deepEqual(poor.wallet!.purses.all(), [])
    assert.deepEqual(seeder.wallet!.sales.all(), [])
    assert.equal(seeder.wallet!.sales.owedBy(poor.wallet!.uid), 0)
    assert.deepEqual(poor.warnings, [])
    assert.equal((await account(poor.wallet!)).spent, 0n)
  })

  it('I3: what a cancelled purse did not pay is bought anew; what it paid comes again for nothing', async () => {
    const sold = await provider.sell('book', 10 * PIECE, { pieceLength: PIECE })
    const [seeder, buyer] = [await peer(), await peer(100n)]
    const purse = await buySome(buyer, seeder, sold, 4)
    await cancelPurse(buyer.wallet!, purse.id)
    const torrent = buyer.add(sold.torrent)
    await done(torrent)
    assert.ok(await buyer.floodgate!.settled())
    const { infoHash } = torrent
    const bought = buyer.wallet!.purses.of(fromHex(infoHash)).map((one) => one.covered)
    assert.deepEqual(bought, [10, 6])
    ahead = 3 * DAY_MS
    await provider.tracker.settle()
    assert.equal(await balanceOf(buyer), 100n - 10n * PRICE)
    assert.deepEqual(await faults(), [])
  })
})
