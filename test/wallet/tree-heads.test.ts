// A wallet follows its provider's log, and finds out a provider that shows two histories (G13): alone, from one day to the
// next, and by comparing heads with another peer.
import assert from 'node:assert/strict'
import { memoryLedger, type FloodgateTrackerOptions } from '@floodgate/tracker'
import * as fg from '@floodgate/protocol'
import {
  Wallet,
  checkLog,
  compareHead,
  memoryStorage,
  proveAccount,
  register
} from '@floodgate/wallet'
import * as w from '../tracker/mint/world.ts'

const scrypt = { N: 2, r: 8, p: 1 }

describe('wallet: the provider’s log', () => {
  const worlds: w.World[] = []
  const wallets: Wallet[] = []
  afterEach(async () => {
    for (const wallet of wallets.splice(0)) await wallet.close()
    for (const world of worlds.splice(0)) await world.close()
  })

  const provider = async (
    like?: w.World,
    options: Partial<FloodgateTrackerOptions> = {}
  ): Promise<w.World> => {
    const ledger = memoryLedger({ currency: 'EUR' })
    const world = await w.startWorld({
      ledger,
      ...(like && { keys: like.keys }),
      headEveryMs: 1,
      ...options
    })
    worlds.push(world)
    return world
  }
  const walletAt = async (world: w.World, storage = memoryStorage()): Promise<Wallet> => {
    const options = { storage, passphrase: 'x', scrypt, clock: () => world.clock.now }
    const { rootKey } = world.keys
    const wallet = await Wallet.create({ ...options, api: world.url, rootKey })
    wallets.push(wallet)
    await register(wallet, 'card')
    return wallet
  }
  /** The head once `size` lines are in it. */
  const headAt = async (wallet: Wallet, size: number) => {
    for (;;) {
      const head = await checkLog(wallet)
      if (head.size === size) return head
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  it('G13: keeps the newest head, and asks for the proof that the log goes on from the one before', async () => {
    const world = await provider()
    const { uidHex } = await w.register(world, 1n)
    const storage = memoryStorage()
    const wallet = await walletAt(world, storage)
    const first = await headAt(wallet, 1)
    for (let i = 0; i < 9; i++) await w.fund(world, uidHex, 2n)
    const later = await headAt(wallet, 10)
    assert.deepEqual(wallet.court.heads.newest, later)
    assert.notDeepEqual(first.root, later.root)
    // An older head of the same history is no news and no fork.
    await compareHead(wallet, first.line)
    assert.deepEqual(wallet.court.heads.newest, later)
    assert.equal(wallet.court.heads.fork, undefined)
    await wallet.close()
    const again = await Wallet.open({ storage, passphrase: 'x' })
    assert.deepEqual(again.court.heads.newest, later, 'it outlives the process')
    await again.close()
  })

  for (const more of [0, 3]) {
    it(`G13: two wallets that compare heads find a fork, ${more} lines apart, and keep both heads`, async () => {
      const one = await provider()
      const other = await provider(one)
      const ann = await w.register(one, 5n)
      const bob = await w.register(other, 6n)
      for (let i = 0; i < more; i++) await w.fund(other, bob.uidHex, 1n)
      const [anns, bobs] = [await walletAt(one), await walletAt(other)]
      const mine = await headAt(anns, 1)
      const theirs = await headAt(bobs, 1 + more)
      await assert.rejects(compareHead(anns, theirs.line), { code: 'forked-log' })
      assert.deepEqual(anns.court.heads.fork, [mine.line, theirs.line])
      await assert.rejects(compareHead(bobs, mine.line), { code: 'forked-log' })
      assert.deepEqual(anns.court.heads.newest, mine, 'a head of another history is not followed')
      assert.ok(ann.uidHex !== bob.uidHex)
    })
  }

  it('G13: proves every posting of its own in the log, and that they are its balance', async () => {
    const world = await provider()
    const wallet = await walletAt(world)
    const uid = fg.toHex(wallet.uid)
    const stranger = await w.register(world, 7n)
    for (let i = 0; i < 100; i++) await w.fund(world, i % 3 ? uid : stranger.uidHex, 2n)
    await headAt(wallet, 101)
    const { postings, proved, balance, currency } = await proveAccount(wallet)
    assert.deepEqual([postings.length, proved, balance, currency], [66, 66, 132n, 'EUR'])
  })

  it('G13: proves a history of more pages than the provider gives at once', async () => {
    const world = await provider(undefined, { rates: { lines: { perSecond: 2, burst: 1 } } })
    const wallet = await walletAt(world)
    const uid = fg.toHex(wallet.uid)
    for (let i = 0; i < 70; i++) await w.fund(world, uid, 1n)
    await headAt(wallet, 70)
    assert.equal((await proveAccount(wallet)).proved, 70)
  })

  it('G13: finds a provider that tells another balance, or a posting that its log has not', async () => {
    const ledger = memoryLedger({ currency: 'EUR' })
    let told = ledger.linesOf
    const world = await provider(undefined, {
      ledger: { ...ledger, linesOf: (...args) => told(...args) }
    })
    const wallet = await walletAt(world)
    const uid = fg.toHex(wallet.uid)
    for (let i = 0; i < 3; i++) await w.fund(world, uid, 2n)
    await headAt(wallet, 3)
    const honest = ledger.linesOf
    // One posting less, told to its owner only.
    told = async (...args) => {
      const { lines, read } = await honest(...args)
      return { lines: lines.slice(1), read }
    }
    await assert.rejects(proveAccount(wallet), { code: 'false-books' })
    // The sum is right, and the lines are not those that everybody sees.
    told = async (...args) => {
      const { lines, read } = await honest(...args)
      return { lines: lines.map((line) => ({ ...line, ref: 'another' })), read }
    }
    await assert.rejects(proveAccount(wallet), { code: 'false-books' })
    told = honest
    assert.equal((await proveAccount(wallet)).proved, 3)
  })

  it('refuses a line of another provider, a changed one, and what is no head', async () => {
    const [world, foreign] = [await provider(), await provider()]
    const wallet = await walletAt(world)
    const { line } = await checkLog(wallet)
    const other = await checkLog(await walletAt(foreign))
    await assert.rejects(compareHead(wallet, other.line), { code: 'wrong-provider' })
    const changed = line.slice(0, -6) + (line.at(-6) === 'A' ? 'B' : 'A') + line.slice(-5)
    await assert.rejects(compareHead(wallet, changed), { code: 'bad-signature' })
    await assert.rejects(compareHead(wallet, 'what is this?'), { code: 'bad-request' })
    await compareHead(wallet, ` ${line}\n`)
  })
})
