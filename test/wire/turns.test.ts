// Paid swarms that are sent in turns: a choke in the middle of a trade costs nobody anything (F78, I2).

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { account, claim } from '@floodgate/wallet'
import { TestPeer, done } from '../support/peer.ts'
import { TestSwarm } from '../support/swarm.ts'

const PIECE = 16_384
const PIECES = 40

describe('wire: a paid swarm in turns', function () {
  this.timeout(60_000)
  const swarm = new TestSwarm({ turns: true })
  const { peer } = swarm

  it('keeps the rate that is set, and what it chokes goes on later; all is paid, nobody is in debt', async () => {
    const sold = await swarm.provider.sell('film', PIECES * PIECE, { pieceLength: PIECE })
    const seeder = await peer()
    await seeder.seed(sold)
    seeder.floodgate!.setUploadRate(8 * PIECE)
    const buyers = [await peer(1000n), await peer(1000n)]
    const torrents = buyers.map((buyer) => buyer.add(sold.torrent))
    const [torrent] = seeder.client.torrents
    while (torrent!.uploaded < 4 * PIECE) await sleep(50)
    seeder.floodgate!.setUploadRate(0)
    while (!torrent!.wires.every(({ amChoking }) => amChoking)) await sleep(50)
    const sent = torrent!.uploaded
    await sleep(1000)
    assert.ok(torrent!.uploaded - sent < PIECE, 'no piece at no rate')
    seeder.floodgate!.setUploadRate(64 * PIECE)
    await Promise.all(torrents.map(done))
    const all = [seeder, ...buyers]
    for (const buyer of buyers) assert.ok(await buyer.floodgate!.settled())
    for (const one of all) await claim(one.wallet!)
    let earned = 0n
    for (const one of all) earned += (await account(one.wallet!)).earned
    assert.equal(earned, BigInt(2 * PIECES) * 2n)
    for (const one of all) assert.deepEqual(one.wallet!.blacklist.all(), [])
    assert.deepEqual((await swarm.provider.store.audit()).faults, [])
  })

  it('without turns there is no rate to set', async () => {
    const plain = new TestPeer(await swarm.provider.wallet())
    swarm.add(plain)
    assert.throws(() => plain.floodgate!.setUploadRate(1000), { code: 'bad-option' })
  })
})
