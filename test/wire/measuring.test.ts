// Buyers that measure what they were promised, in real swarms: told when all is here, or when they leave and it was missed.

import assert from 'node:assert/strict'
import { fromHex, toHex, type ServicePromise } from '@floodgate/protocol'
import { Wallet, memoryStorage, sendMeasurement } from '@floodgate/wallet'
import type { FloodgateEvents } from '@floodgate/wire'
import { TestPeer, done } from '../support/peer.ts'
import { TestProvider } from '../support/provider.ts'

describe('wire: a promise is measured', function () {
  this.timeout(30_000)
  let provider: TestProvider
  const peers: TestPeer[] = []

  beforeEach(async () => {
    provider = await TestProvider.start()
  })
  afterEach(async () => {
    await Promise.all(peers.splice(0).map((one) => one.close()))
    assert.deepEqual((await provider.store.audit()).faults, [])
    await provider.close()
  })

  const easy: ServicePromise = { startMs: 60_000, rate: 1, share: 95, credit: 20 }
  const hopeless: ServicePromise = { startMs: 1, rate: 1, share: 95, credit: 20 }
  const peerOf = (wallet: Wallet): TestPeer => {
    const made = new TestPeer(wallet)
    peers.push(made)
    return made
  }
  const seeded = async (promise: ServicePromise | undefined) => {
    const sold = await provider.sell('film', 500_000, { promise })
    await peerOf(await provider.wallet()).seed(sold)
    return sold
  }
  const measuredBy = (peer: TestPeer): Promise<FloodgateEvents['measured']> =>
    new Promise((resolve) => peer.floodgate!.on('measured', resolve))

  it('F78: once all is here and paid the provider is told, once, and says what it finds', async () => {
    const sold = await seeded(easy)
    const buyer = peerOf(await provider.wallet(1000n))
    const told = measuredBy(buyer)
    await done(buyer.add(sold.torrent))
    const { missed, state, bytes, wantedMs, startMs } = await told
    assert.deepEqual([missed, state, bytes], ['', 'kept', 500_000])
    assert.ok(startMs > 0 && startMs <= wantedMs)
    const [purse] = buyer.wallet!.purses.of(fromHex(sold.infoHash))
    const { frame } = buyer.wallet!.purses.measurements.of(purse!)!
    // The answer was lost: the same bytes again.
    assert.equal((await sendMeasurement(buyer.wallet!, purse!)).state, 'kept')
    assert.equal(buyer.wallet!.purses.measurements.of(purse!)!.frame, frame)
    assert.equal(provider.tracker.counters.mint.measurements, 1)
    assert.equal((await provider.store.measurement(toHex(purse!.id)))?.paid, 8)
  })

  it('without a promise nothing is told', async () => {
    const sold = await seeded(undefined)
    const buyer = peerOf(await provider.wallet(1000n))
    await done(buyer.add(sold.torrent))
    await buyer.floodgate!.settled()
    await buyer.floodgate!.close()
    assert.equal(provider.tracker.counters.tracker.apiRequests, 2, 'registrations')
  })

  it('F79: who leaves before all is here tells what was missed; nothing paid, nothing back', async () => {
    const sold = await provider.sell('film', 500_000, { promise: hopeless })
    const buyer = peerOf(await provider.wallet(1000n))
    const bought = new Promise((resolve) => buyer.floodgate!.on('purchase', resolve))
    const told = measuredBy(buyer)
    buyer.add(sold.torrent)
    await bought
    await new Promise((resolve) => setTimeout(resolve, 10))
    await buyer.floodgate!.close()
    const { missed, state, credit, credited, bytes } = await told
    assert.deepEqual([missed, state, credit, credited, bytes], ['start', 'paid', 20, 0n, 0])
    assert.equal(buyer.wallet!.summary().events.at(-1)!.kind, 'missed')
  })

  it('I6: what came before a crash is in the wallet: own announces never contradict the figures', async () => {
    const sold = await seeded(easy)
    const buyer = peerOf(await provider.wallet(1000n))
    const torrent = buyer.add(sold.torrent)
    await new Promise((resolve) => torrent.once('verified', resolve))
    const [purse] = buyer.wallet!.purses.of(fromHex(torrent.infoHash))
    assert.ok(buyer.wallet!.purses.measurements.of(purse!)!.bytes > 0)
    // The application closes its wallet too early: nothing is thrown at it.
    await buyer.wallet!.close()
    torrent.emit('verified', torrent.pieces.length - 1)
  })

  it('what was left without a miss goes on with the next start', async () => {
    const sold = await provider.sell('film', 500_000, { promise: easy })
    const storage = memoryStorage()
    const first = peerOf(await provider.wallet(1000n, storage))
    const bought = new Promise((resolve) => first.floodgate!.on('purchase', resolve))
    const torrent = first.add(sold.torrent)
    await bought
    await new Promise((resolve) => setTimeout(resolve, 50))
    await first.floodgate!.close()
    const [purse] = first.wallet!.purses.of(fromHex(torrent.infoHash))
    const before = first.wallet!.purses.measurements.of(purse!)!
    assert.ok(before.frame === undefined && before.wantedMs >= 40)
    assert.equal(provider.tracker.counters.mint.measurements, 0)
    await first.wallet!.close()
    await peerOf(await provider.wallet()).seed(sold)
    const again = peerOf(await Wallet.open({ storage, passphrase: '' }))
    const told = measuredBy(again)
    await done(again.add(sold.torrent))
    const { startMs, bytes, missed } = await told
    assert.ok(startMs >= before.wantedMs, `${startMs} after ${before.wantedMs}`)
    assert.deepEqual([bytes, missed], [500_000, ''])
  })
})
