// The plugin and the web origin, with real clients and a real provider: pieces by HTTP while no peer gives any, paid or
// free, checked and never paid twice.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { PROVIDER_UID, fromHex, platformCrypto, toHex } from '@floodgate/protocol'
import { buy, payOrigin, reserveToOrigin, type Wallet } from '@floodgate/wallet'
import { TestPeer, done } from '../../support/peer.ts'
import { OriginStage, type Published } from '../../tracker/origin/stage.ts'

const PIECE = 16_384
const PIECES = 10
/** No peer is waited for. */
const AT_ONCE = { originAfterMs: 1 }

describe('plugin: the web origin', function () {
  this.timeout(30_000)
  let stage: OriginStage
  let wallet: Wallet
  const peers: TestPeer[] = []

  const open = async (policy: 'free' | 'charged'): Promise<void> => {
    stage = await OriginStage.start({ policy })
    wallet = await stage.provider.wallet(100n)
  }
  const peer = (by: Wallet, options: ConstructorParameters<typeof TestPeer>[1]): TestPeer => {
    const made = new TestPeer(by, options)
    peers.push(made)
    return made
  }
  const publish = (isOpen: boolean, free = 0): Promise<Published> =>
    stage.publish(
      { 'album/1 one': 3 * PIECE + 5, 'album/2 two ü#': 6 * PIECE, 'album/3 three': PIECE - 100 },
      { open: isOpen, free }
    )

  afterEach(async () => {
    for (const one of peers.splice(0)) await one.close()
    assert.deepEqual((await stage.provider.store.audit()).faults, [])
    assert.deepEqual(stage.errors, [])
    await stage.close()
  })

  const balanceOf = async (uid: string): Promise<bigint> =>
    (await stage.provider.store.account(uid))?.balanceMinor ?? 0n
  const earned = (): Promise<bigint> => balanceOf(toHex(PROVIDER_UID))

  async function expectWhole(torrent: ReturnType<TestPeer['add']>, { files }: Published) {
    await done(torrent)
    for (const file of torrent.files) {
      const path = file.path.replaceAll('\\', '/')
      assert.ok(Buffer.from(await file.arrayBuffer()).equals(files[path]!), path)
    }
  }

  it('buys everything by HTTP when there is nobody else (F75, F78)', async () => {
    await open('charged')
    const album = await publish(false)
    const buyer = peer(wallet, AT_ONCE)
    await expectWhole(buyer.add(album.torrent), album)
    assert.equal(await earned(), 2n * BigInt(PIECES))
    assert.equal(stage.origin.status()[album.infoHash]!.sentBytes, PIECES * PIECE - 95)
    assert.equal(await buyer.floodgate!.settled(100), true)
    assert.deepEqual(buyer.warnings, [])
  })

  for (const policy of ['charged', 'free'] as const) {
    it(`fetches free pieces that nobody has, and pays for the rest alone: ${policy}`, async () => {
      await open(policy)
      const album = await publish(policy === 'free', 4)
      const buyer = peer(wallet, AT_ONCE)
      await expectWhole(buyer.add(album.torrent), album)
      assert.equal(await earned(), policy === 'free' ? 0n : 2n * BigInt(PIECES - 4))
      assert.deepEqual(buyer.warnings, [])
    })
  }

  it('takes for nothing what is free, and keeps those tokens', async () => {
    await open('free')
    const album = await publish(true)
    const buyer = peer(wallet, AT_ONCE)
    await expectWhole(buyer.add(album.torrent), album)
    assert.equal(await earned(), 0n)
    const purse = wallet.purses.open(fromHex(album.infoHash))!
    assert.equal(purse.spent(), 0)
    for (let index = 0; index < PIECES; index++) {
      assert.equal(purse.reserve(index, PROVIDER_UID), false)
    }
  })

  it('asks the origin for nothing while peers give', async () => {
    await open('charged')
    const album = await publish(false)
    const sold = { ...album, name: 'album', data: Buffer.concat(Object.values(album.files)) }
    const seller = peer(await stage.provider.wallet(), { originAfterMs: 0 })
    await seller.seed(sold)
    const buyer = peer(wallet, { originAfterMs: 20_000 })
    await expectWhole(buyer.add(album.torrent), album)
    assert.equal(stage.origin.status()[album.infoHash], undefined)
    assert.equal(await earned(), 0n)
  })

  it('each piece is paid once, to a peer or to the origin, when both give (I3)', async () => {
    await open('charged')
    const album = await publish(false)
    const sold = { ...album, name: 'album', data: Buffer.concat(Object.values(album.files)) }
    const seller = peer(await stage.provider.wallet(), { originAfterMs: 0 })
    await seller.seed(sold)
    stage.origin.set(album.infoHash, { state: 'open', rateBytes: 100_000 })
    const buyer = peer(wallet, AT_ONCE)
    await expectWhole(buyer.add(album.torrent), album)
    assert.equal(await buyer.floodgate!.settled(), true)
    const purse = wallet.purses.open(fromHex(album.infoHash))!
    const counts = purse.payees().map(({ count }) => count)
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      PIECES
    )
    assert.equal(purse.spent(), PIECES)
  })

  it('fetches what it paid for before it died, peers or not, and pays no more (I6)', async () => {
    await open('charged')
    const album = await publish(false)
    const { purse } = await buy(wallet, {
      ...{ infoHash: fromHex(album.infoHash), peerId: platformCrypto.random(20), port: 6881 },
      ...{ event: 'started', left: 1, price: 2n, currency: 'EUR' }
    })
    for (const index of [2, 7]) assert.ok(reserveToOrigin(purse!, index))
    await payOrigin(wallet, purse!)
    const buyer = peer(wallet, { originAfterMs: 20_000 })
    const torrent = buyer.add(album.torrent)
    const came: number[] = []
    await new Promise<void>((resolve) => {
      torrent.on('verified', (index) => {
        if (came.push(index) === 2) resolve()
      })
    })
    assert.deepEqual(came, [2, 7])
    assert.equal(await earned(), 4n)
  })

  it('keeps no piece that fails its hash, and pays nothing more for the good one (I3)', async () => {
    await open('charged')
    const album = await publish(false)
    const path = 'album/1 one'
    await writeFile(stage.pathOf(path), new Uint8Array(album.files[path]!.length))
    const buyer = peer(wallet, AT_ONCE)
    const torrent = buyer.add(album.torrent)
    const warned = new Promise<string>((resolve) => {
      buyer.floodgate!.on('warning', ({ code }) => resolve(code))
    })
    assert.equal(await warned, 'junk-piece')
    await writeFile(stage.pathOf(path), album.files[path]!)
    await expectWhole(torrent, album)
    assert.equal(await earned(), 2n * BigInt(PIECES))
  })

  it('waits while the origin is throttled, and goes on when it is open', async () => {
    await open('charged')
    const album = await publish(false)
    stage.origin.set(album.infoHash, { state: 'throttled' })
    const buyer = peer(wallet, AT_ONCE)
    const torrent = buyer.add(album.torrent)
    const bought = new Promise((resolve) => buyer.floodgate!.on('purchase', resolve))
    await bought
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.equal(await earned(), 0n)
    stage.origin.set(album.infoHash, { state: 'open' })
    await expectWhole(torrent, album)
  })
})
