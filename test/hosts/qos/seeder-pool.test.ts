// The pool of the provider's own process, with real clients, accounts and sockets: it passes the suite for pools, and a buyer
// feels the rate.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poolCompliance } from '../../qos/pool-compliance.ts'
import { decisionOf } from '../../qos/samples.ts'
import { TestPeer, done, rateOver } from '../../support/peer.ts'
import { QosShop } from './shop.ts'
import { WatchedSeeders } from './watched.ts'

describe('hosts qos: seeders in the provider’s process', function () {
  this.timeout(60_000)
  let shop: QosShop
  before(async () => {
    shop = await QosShop.open()
    await shop.sell('film', 2_000_000)
    await shop.sell('game', 100_000)
  })
  after(() => shop.close())

  for (const inChildren of [false, true]) {
    poolCompliance(inChildren ? 'seederPool of processes' : 'seederPool', async () => {
      const watched = new WatchedSeeders()
      const pool = shop.pool({ wrap: watched.wrap, inChildren })
      return {
        pool,
        rates: (content) => (shop.has(content) ? watched.rates(shop.find(content).infoHash) : []),
        changes: () => watched.changes,
        clean: () => pool.close()
      }
    })
  }

  /** What all our seeders have together. */
  const earned = async (): Promise<bigint> => {
    const uids = [...shop.ownSeeders]
    const accounts = await Promise.all(uids.map((uid) => shop.provider.store.account(uid)))
    return accounts.reduce((sum, account) => sum + (account?.balanceMinor ?? 0n), 0n)
  }

  /** Their accounts stand in the ledger as the provider's own. */
  async function expectNamed(): Promise<void> {
    assert.ok(shop.ownSeeders.size > 0)
    for (const uid of shop.ownSeeders) {
      const { repeated } = await shop.provider.store.execute({ kind: 'ownAccount', uid, now: 1 })
      assert.ok(repeated, uid)
    }
  }

  it('F76: a process seeds too, and claims what it earned as it is retired', async () => {
    const game = shop.find('game')
    let bytes = 0
    const pool = shop.pool({ inChildren: true, onSent: (_, sent) => (bytes += sent) })
    const buyer = new TestPeer(await shop.provider.wallet(1000n))
    const before = await earned()
    try {
      await pool.apply('game', decisionOf({ seeders: 1, rate: 5_000_000 }))
      const torrent = buyer.add(game.torrent)
      await done(torrent)
      await buyer.floodgate!.settled(5000)
      await pool.close()
      assert.ok(bytes >= game.length)
      assert.equal((await earned()) - before, BigInt(torrent.pieces.length))
      await expectNamed()
    } finally {
      await pool.close()
      await buyer.close()
    }
  })

  it('F76, F78: a buyer gets what is decided, faster when it is turned up; it is paid for', async () => {
    const film = shop.find('film')
    const pool = shop.pool()
    const buyer = new TestPeer(await shop.provider.wallet(1000n))
    const before = await earned()
    try {
      await pool.apply('film', decisionOf({ seeders: 1, rate: 100_000 }))
      const torrent = buyer.add(film.torrent)
      await new Promise((resolve) => torrent.once('verified', resolve))
      const slow = await rateOver(torrent, 150_000)
      assert.ok(slow > 30_000 && slow < 180_000, `${slow} at 100 kB/s`)
      await pool.apply('film', decisionOf({ seeders: 1, rate: 500_000 }))
      const fast = await rateOver(torrent, 750_000)
      assert.ok(fast > 250_000 && fast < 900_000, `${fast} at 500 kB/s`)
      await pool.apply('film', decisionOf({ seeders: 2, rate: 8_000_000 }))
      await done(torrent)
      await buyer.floodgate!.settled(5000)
      await pool.close()
      // Retired, each has claimed what it earned.
      assert.equal((await earned()) - before, BigInt(torrent.pieces.length))
      await expectNamed()
    } finally {
      await pool.close()
      await buyer.close()
    }
  })

  it('refuses a content of which nothing is as it was, and frees the wallet', async () => {
    const book = await shop.sell('book', 100_000)
    await writeFile(join(shop.home.dir, 'book'), Buffer.alloc(100_000))
    const pool = shop.pool()
    try {
      await assert.rejects(pool.apply('book', decisionOf({ seeders: 1, rate: 1e6 })), {
        code: 'no-source'
      })
      await pool.apply('game', decisionOf({ seeders: 1, rate: 1e6 }))
      assert.ok(book.infoHash)
    } finally {
      await pool.close()
    }
  })
})
