// A long run over bad roads: buyers come, are killed in the middle, come back, finish and go, for 45 seconds or, with
// FLOODGATE_SOAK_SECONDS=3600, for an hour. The provider and the seller live through all of it: their books must balance,
// and neither heap nor file descriptors may grow.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../wire/trade/network.ts'
import { freePort, makeFilm } from './film.ts'
import { Child, type Held } from './lines.ts'
import { lossyProxy } from './lossy-proxy.ts'

const SECONDS = Number(process.env['FLOODGATE_SOAK_SECONDS'] ?? 45)
const SEED = Number(process.env['FLOODGATE_SEED'] ?? Date.now() % 1e6)
const PIECE = 65_536
const PIECES = 100
const PRICE = 3
/** Buyers of one film do not meet buyers of the other, so each sum has one way to come about. */
const FILMS = ['one', 'two']
/** Heap that may come and go, and what a seller keeps of a finished sale (I7), in bytes. */
const HEAP_SLACK = 12e6
const SALE_MAX = 20_000
const DESCRIPTORS_SLACK = 16

interface Books {
  uid: string
  purses: { spent: number }[]
}

describe(`a soak of ${SECONDS} s with kills and broken connections (seed ${SEED})`, function () {
  this.timeout((SECONDS + 240) * 1000)
  const folder = mkdtempSync(join(tmpdir(), 'floodgate-soak-'))
  const children = new Set<Child>()
  const closers: (() => Promise<void>)[] = []
  const child = (script: string, ...args: string[]): Child => {
    const made = new Child(script, args)
    children.add(made)
    return made
  }
  after(async () => {
    await Promise.all([...children].map((one) => one.kill()))
    await Promise.all(closers.map((close) => close()))
    rmSync(folder, { recursive: true })
  })

  it('balances its books and grows nowhere', async () => {
    const random = seededRandom(SEED)
    const [port, apiPort] = [await freePort(), await freePort()]
    const api = `http://127.0.0.1:${apiPort}`
    const roads = [await lossyProxy(apiPort, () => port, random)]
    mkdirSync(join(folder, 'provider'))
    const provider = child('./provider-child.ts', join(folder, 'provider'), String(port))
    const rootKey = await provider.start()

    const sellers: { name: string; torrentFile: string; child: Child }[] = []
    for (const name of FILMS) {
      const home = join(folder, `seller-${name}`)
      const torrentFile = join(folder, `${name}.torrent`)
      const terms = { rootKey, api, pieceLength: PIECE, price: PRICE }
      const torrent = await makeFilm(join(home, 'files', name), PIECES, terms, random)
      writeFileSync(torrentFile, torrent)
      await provider.ask('publish', { torrent: Buffer.from(torrent).toString('base64') })
      const roadPort = await freePort()
      const seller = child('./peer-child.ts', home, api, rootKey, torrentFile, String(roadPort))
      await seller.start()
      const sellerPort = Number(await seller.ask('port'))
      roads.push(await lossyProxy(roadPort, () => sellerPort, random))
      sellers.push({ name, torrentFile, child: seller })
    }
    closers.push(...roads.map(({ close }) => close))

    const steady = [provider, ...sellers.map((seller) => seller.child)]
    const samples: Held[][] = []
    const until = Date.now() + SECONDS * 1000
    let [downloads, kills] = [0, 0]

    const buy = async (torrentFile: string): Promise<void> => {
      const home = mkdtempSync(join(folder, 'buyer-'))
      mkdirSync(join(home, 'files'))
      const buyer = child('./peer-child.ts', home, api, rootKey, torrentFile)
      const uid = await buyer.start()
      await provider.ask('deposit', { uid, amount: PIECES * PRICE })
      for (let killed = Math.floor(random() * 4); killed > 0; killed--) {
        await new Promise((resolve) => setTimeout(resolve, random() * 1500))
        await buyer.kill()
        kills++
        await buyer.start()
      }
      const isFinished = await buyer.ask('finish')
      const books = (await buyer.ask('books')) as Books
      if (isFinished !== true) await tell(buyer, books)
      assert.equal(isFinished, true, 'everything is here, paid and acknowledged')
      assert.deepEqual(
        books.purses.map(({ spent }) => spent),
        [PIECES]
      )
      await buyer.kill()
      children.delete(buyer)
      rmSync(home, { recursive: true })
      downloads++
      samples.push((await Promise.all(steady.map((one) => one.ask('held')))) as Held[])
    }
    await Promise.all(
      sellers.map(async ({ torrentFile }) => {
        while (Date.now() < until) await buy(torrentFile)
      })
    )

    for (const seller of sellers) await seller.child.ask('claim')
    const audit = (await provider.ask('audit')) as Record<string, unknown>
    const all = String(downloads * PIECES * PRICE)
    assert.deepEqual(audit, { faults: [], deposits: all, escrow: '0' })
    const earned = await Promise.all(sellers.map((seller) => seller.child.ask('claim')))
    assert.equal(String(earned.reduce<number>((sum, one) => sum + Number(one), 0)), all)

    const breaks = roads.reduce((sum, road) => sum + road.breaks(), 0)
    assert.ok(downloads > 3 && kills > 0 && breaks > 0, `${downloads} ${kills} ${breaks}`)
    for (const at of steady.keys()) expectFlat(samples.map((sample) => sample[at]!))
    console.log(`      ${downloads} downloads, ${kills} kills, ${breaks} broken connections`)
  })
})

/** Prints what stands still. */
async function tell(buyer: Child, books: Books): Promise<void> {
  const plight = await buyer.ask('plight')
  console.log(JSON.stringify({ books, plight, errors: buyer.errors }, undefined, 1))
}

/** The last third of the run holds no more than the first did, but for what finished sales leave behind. */
function expectFlat(samples: Held[]): void {
  const third = Math.max(1, Math.floor(samples.length / 3))
  const [first, last] = [samples.slice(0, third), samples.slice(-third)]
  const least = (some: Held[], figure: keyof Held) => Math.min(...some.map((one) => one[figure]))
  const growth = least(last, 'heapBytes') - least(first, 'heapBytes')
  const allowed = HEAP_SLACK + samples.length * SALE_MAX
  assert.ok(growth < allowed, `the heap grew by ${growth} bytes`)
  const opened = least(last, 'descriptors') - least(first, 'descriptors')
  assert.ok(opened < DESCRIPTORS_SLACK, `${opened} more descriptors are open`)
}
