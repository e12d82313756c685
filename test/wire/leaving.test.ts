// Who leaves a swarm in the middle, and who comes back: what a seller has begun to send is taken in and paid, what it has not
// begun is forgotten, and who owes elsewhere hears that this is why nothing comes.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { decode, fromHex } from '@floodgate/protocol'
import { buy } from '@floodgate/wallet'
import { TestPeer, here } from '../support/peer.ts'
import { TestSwarm } from '../support/swarm.ts'
import type { Sold } from '../support/provider.ts'

const PIECE = 65_536
const PIECES = 64

describe('wire: leaving', function () {
  this.timeout(60_000)
  let sold: Sold
  let seller: TestPeer
  const swarm = new TestSwarm()
  const { peer } = swarm

  beforeEach(async () => {
    sold = await swarm.provider.sell('film', PIECES * PIECE, { pieceLength: PIECE })
    seller = await peer()
    await seller.seed(sold)
  })

  it('I2, F36: takes in and pays what was begun, and leaves no debt behind', async () => {
    seller.client.throttleUpload(1_000_000)
    const buyer = await peer(1000n)
    const torrent = buyer.add(sold.torrent)
    let bound = 0
    torrent.on('verified', () => (bound = Math.max(bound, buyer.floodgate!.fetching)))
    while (seller.wallet!.sales.paidBy(buyer.wallet!.uid) < 10)
      await once(torrent as never, 'verified')
    assert.ok(bound > 1, 'several are asked for at once')
    assert.ok(await buyer.floodgate!.finish())
    assert.ok(await buyer.floodgate!.settled())
    const got = torrent.pieces.filter((_, index) => torrent.bitfield.get(index)).length
    assert.ok(got >= 10 && got < PIECES, `${got} pieces`)
    await buyer.floodgate!.close()
    const { sales } = seller.wallet!
    assert.deepEqual([sales.owedBy(buyer.wallet!.uid), sales.paidBy(buyer.wallet!.uid)], [0, got])
  })

  it('I2, I4: who says that he wants nothing more owes what he got all the same', async () => {
    const wallet = await swarm.provider.wallet(1000n)
    const cheat = new TestPeer(wallet)
    swarm.add(cheat)
    const { signer } = wallet
    const sign = signer.sign.bind(signer)
    signer.sign = (name, ...rest) =>
      name === 'voucher' ? new Promise(() => undefined) : sign(name, ...rest)
    const torrent = cheat.add(sold.torrent)
    let got = 0
    torrent.on('verified', () => got++)
    await once(torrent as never, 'verified')
    const [wire] = torrent.wires
    for (let again = 0; again < 5; again++) {
      const said = new Promise<void>((resolve) => {
        const stop = cheat.floodgate!.on('statement', ({ owed }) => {
          assert.equal(owed.length, 1)
          stop()
          resolve()
        })
      })
      wire!.uninterested()
      wire!.interested()
      await said
    }
    assert.deepEqual([got, seller.wallet!.sales.owedBy(wallet.uid)], [1, 1])
  })

  it('I2: who owes for another content as much as he may hears of it, and gets nothing', async () => {
    const other = await swarm.provider.sell('other', PIECES * PIECE, { pieceLength: PIECE })
    const buyer = await peer(1000n)
    const { wallet } = buyer
    const { purse } = await buy(wallet!, {
      ...{ infoHash: fromHex(other.infoHash), peerId: new Uint8Array(20), port: 6881 },
      ...{ left: 1, event: '', price: 2n, currency: 'EUR' }
    })
    const { message } = decode(purse!.frame, 'purse')
    const debt = seller.wallet!.sales.open(message, purse!.frame)
    debt.owe(0)
    const torrent = buyer.add(sold.torrent)
    const codes: string[] = []
    await new Promise<void>((resolve) => {
      buyer.floodgate!.on('refused', ({ code, by }) => {
        codes.push(`${by} ${code}`)
        resolve()
      })
    })
    assert.deepEqual([codes, torrent.progress], [['peer limit-reached'], 0])
    debt.unowe(0)
    for (const { wires } of seller.client.torrents) for (const wire of wires) wire.destroy()
    await here(torrent, 0, PIECES - 1)
  })
})
