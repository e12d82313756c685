// Purses for parts, their renewal and their end, over HTTP.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { bitmapOf, claimed, redeem } from './trade.ts'
import * as w from './world.ts'

const { crypto } = w
const HOUR_MS = 3600e3
const DAY_MS = 24 * HOUR_MS

describe('mint: parts, leases and cancelled purses', () => {
  let world: w.World
  let buyer: w.Trader
  let seller: w.Trader
  let content: string
  beforeEach(async () => {
    world = await w.startWorld()
    buyer = await w.register(world, 1000n)
    seller = await w.register(world)
    content = await w.publish(world, { pieces: 20 })
  })
  afterEach(async () => {
    assert.deepEqual(world.errors, [])
    assert.deepEqual((await world.store.audit()).faults, [])
    await world.close()
  })

  const buy = (pieces: number[], more: object = {}): Promise<w.Bought> =>
    w.buy(world, buyer, content, { pieces, session: crypto.random(32), ...more })

  async function cancel(
    { purse }: w.Bought,
    kept: number[],
    who = buyer
  ): Promise<{ frame: Uint8Array; answer: Uint8Array | string }> {
    const time = world.clock.now
    const body = { purse: purse.purse, kept: bitmapOf(kept, purse.count) }
    const frame = await who.signer.sign('cancel', body, { time, expiry: time + HOUR_MS })
    return { frame, answer: await w.outcome(await w.post(world, 'cancellations', frame)) }
  }

  it('I1, F30: only what is covered is charged; what is not covered is never paid (I3)', async () => {
    const bought = await buy([2, 5, 9, 10])
    assert.deepEqual(bought.purse.pieces, [2, 5, 9, 10])
    assert.equal(await w.balanceOf(world, buyer.uidHex), 1000n - 4n * 3n)
    const of = (...indexes: number[]) => claimed(world, buyer, bought, seller.uid, indexes)
    assert.deepEqual(await redeem(world, seller, [await of(2, 9)]), ['ok 2 0 6'])
    assert.deepEqual(await redeem(world, seller, [await of(2, 5)]), ['not-covered 0 0 0'])
  })

  it('G14: an open purse answers whoever wants some of it; the session stands for what it wanted', async () => {
    const session = crypto.random(32)
    const first = await buy([0, 10], { session })
    assert.deepEqual((await buy([9, 12])).purse.purse, first.purse.purse)
    assert.notDeepEqual((await buy([10, 12])).purse.purse, first.purse.purse)
    await assert.rejects(buy([0, 11], { session }), /conflict/)
    for (const odd of [[0, 21], [5, 5], [7, 3], [1], [0, 2, 2, 4]]) {
      await assert.rejects(buy(odd), /bad-request/, odd.join())
    }
    assert.equal(await w.balanceOf(world, buyer.uidHex), 1000n - 12n * 3n)
  })

  it('a certificate is a lease: the same within its half, then a later one of the same purse', async () => {
    const first = await buy([0, 10])
    assert.deepEqual((await buy([0, 1])).frame, first.frame)
    assert.ok(first.purse.expiry <= world.clock.now + DAY_MS)
    world.clock.now += 13 * HOUR_MS
    const later = await buy([0, 1])
    assert.deepEqual((await buy([3, 4])).frame, later.frame, 'the same to the byte')
    assert.ok(later.purse.expiry > first.purse.expiry)
    const { expiry, time, ...rest } = later.purse as fg.Message<'purse'> & fg.Header
    const { expiry: before, time: at, ...same } = first.purse as fg.Message<'purse'> & fg.Header
    assert.deepEqual(rest, same)
    assert.ok(time > at && expiry > before)
    world.clock.now = first.purse.ends - HOUR_MS
    assert.equal((await buy([0, 1])).purse.expiry, first.purse.ends, 'never beyond its end')
    assert.equal(await w.balanceOf(world, buyer.uidHex), 1000n - 30n)
  })

  it('G12: a cancelled purse is not renewed; the rest comes back a day after its last certificate', async () => {
    const bought = await buy([0, 10])
    const { frame, answer } = await cancel(bought, [1, 2])
    assert.ok(typeof answer !== 'string')
    const said = await world.trust.issued('cancelled', answer, world.clock.now)
    assert.deepEqual([said.cancel, said.kept], [crypto.sha256(frame), 2])
    assert.ok(said.refundAt >= bought.purse.expiry + fg.CLOCK_SLACK_MS)
    const again = await w.outcome(await w.post(world, 'cancellations', frame))
    assert.ok(typeof again !== 'string')
    assert.deepEqual((await cancel(bought, [1])).answer, 'conflict')
    const other = await buy([0, 10])
    assert.notDeepEqual(other.purse.purse, bought.purse.purse, 'it answers no announce any more')
    world.clock.now = said.refundAt - 1
    assert.equal(await world.tracker.settle(), 0)
    world.clock.now = said.refundAt
    assert.equal(await world.tracker.settle(), 1)
    assert.equal(await w.balanceOf(world, buyer.uidHex), 1000n - 30n - 6n)
    const mine = await claimed(world, buyer, bought, seller.uid, [1, 2])
    assert.deepEqual(await redeem(world, seller, [mine]), ['ok 2 0 6'])
  })

  it('nobody ends another’s purse', async () => {
    const bought = await buy([0, 10])
    assert.equal((await cancel(bought, [], seller)).answer, 'unknown-purse')
  })

  it('I4: who pays with what he gave back is revoked, and the seller is paid', async () => {
    const bought = await buy([0, 10])
    await cancel(bought, [1])
    const sold = await claimed(world, buyer, bought, seller.uid, [1, 7])
    assert.deepEqual(await redeem(world, seller, [sold]), ['ok 2 0 6'])
    await assert.rejects(buy([10, 12]), /revoked/)
    const [offence] = await world.store.offences()
    assert.deepEqual(offence?.indexes, [7])
  })

  it('I4: the same after the refund: out of his balance', async () => {
    const bought = await buy([0, 10])
    await cancel(bought, [])
    world.clock.now += 3 * DAY_MS
    await world.tracker.settle()
    assert.equal(await w.balanceOf(world, buyer.uidHex), 1000n)
    const sold = await claimed(world, buyer, bought, seller.uid, [7])
    assert.deepEqual(await redeem(world, seller, [sold]), ['ok 0 1 3'])
    assert.equal(await w.balanceOf(world, buyer.uidHex), 997n)
    await assert.rejects(buy([10, 12]), /revoked/)
  })

  it('I5: an honest buyer’s earlier payments convict nobody', async () => {
    const bought = await buy([0, 10])
    await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [3])])
    await cancel(bought, [5])
    const later = await claimed(world, buyer, bought, seller.uid, [3, 5])
    assert.deepEqual(await redeem(world, seller, [later]), ['ok 1 0 3'])
    assert.deepEqual(await world.store.offences(), [])
    await buy([10, 12])
  })
})
