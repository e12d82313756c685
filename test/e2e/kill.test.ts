// I6: buyer, seller and provider are killed with kill -9 at random moments, again and again, and started
// again. In the end everything is downloaded, everything is paid once, and all books agree.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../wire/trade/network.ts'
import { freePort, makeFilm } from './film.ts'
import { Child } from './lines.ts'

const CYCLES = Number(process.env['FLOODGATE_CYCLES'] ?? 50)
const SEED = Number(process.env['FLOODGATE_SEED'] ?? Date.now() % 1e6)
const PIECE = 16_384
const PIECES = 1200
const PRICE = 3

interface Books {
  uid: string
  purses: { id: string; spent: number; payees: { uid: string; paid: number[] }[] }[]
  sales: { id: string; paid: number[]; credited: string }[]
}

describe(`I6: kill -9 at random moments, ${CYCLES} cycles (seed ${SEED})`, function () {
  this.timeout(CYCLES * 8000)
  const folder = mkdtempSync(join(tmpdir(), 'floodgate-kill-'))
  const children: Child[] = []
  const child = (script: string, ...args: string[]): Child => {
    const made = new Child(script, args)
    children.push(made)
    return made
  }
  after(async () => {
    await Promise.all(children.map((one) => one.kill()))
    rmSync(folder, { recursive: true })
  })

  it('loses no earned token and pays nothing twice', async () => {
    const random = seededRandom(SEED)
    const port = await freePort()
    const api = `http://127.0.0.1:${port}`
    for (const name of ['provider', 'buyer/files']) {
      mkdirSync(join(folder, name), { recursive: true })
    }
    const provider = child('./provider-child.ts', join(folder, 'provider'), String(port))
    const rootKey = await provider.start()

    const terms = { rootKey, api, pieceLength: PIECE, price: PRICE }
    const torrent = await makeFilm(join(folder, 'seller/files/film'), PIECES, terms, random)
    const torrentFile = join(folder, 'film.torrent')
    writeFileSync(torrentFile, torrent)
    await provider.ask('publish', { torrent: Buffer.from(torrent).toString('base64') })

    const seller = child('./peer-child.ts', join(folder, 'seller'), api, rootKey, torrentFile)
    const buyer = child('./peer-child.ts', join(folder, 'buyer'), api, rootKey, torrentFile)
    const sellerUid = await seller.start()
    const uids = new Map([
      [seller, sellerUid],
      [buyer, await buyer.start()]
    ])
    const buyerUid = uids.get(buyer)!
    const money = PIECES * PRICE
    await provider.ask('deposit', { uid: buyerUid, amount: money })

    for (let cycle = 0; cycle < CYCLES; cycle++) {
      await new Promise((resolve) => setTimeout(resolve, random() * 250))
      const victim = [provider, seller, buyer][Math.floor(random() * 3)]!
      // What it says dies with the seller as a rule; the last claim is the one that counts.
      if (victim !== provider && random() < 0.5) void seller.ask('claim').catch(() => undefined)
      await victim.kill()
      const who = await victim.start()
      assert.equal(who, uids.get(victim) ?? rootKey, 'who comes back is who was killed')
    }
    assert.equal(
      await buyer.ask('finish'),
      true,
      'the buyer has all and everything is acknowledged'
    )
    const earned = await seller.ask('claim')
    const [bought, sold] = (await Promise.all([buyer.ask('books'), seller.ask('books')])) as [
      Books,
      Books
    ]

    assert.equal(bought.purses.length, 1, 'one purse, however often it was asked for')
    const purse = bought.purses[0]!
    const paid = purse.payees.find(({ uid }) => uid === sold.uid)!.paid
    assert.equal(purse.spent, PIECES)
    assert.equal(paid.length, PIECES, 'all was paid to the one seller')
    assert.deepEqual(
      sold.sales.map((sale) => sale.paid),
      [paid]
    )
    assert.equal(earned, String(money))
    // What the wallet knows of may be less: an answer that died with it is not told again once there is more to claim.
    assert.ok(Number(sold.sales[0]!.credited) <= money)
    const audit = (await provider.ask('audit')) as {
      faults: string[]
      deposits: string
      escrow: string
    }
    assert.deepEqual(audit.faults, [])
    assert.equal(audit.deposits, String(money))
    assert.equal(audit.escrow, '0')
  })
})
