// A content that is sold no more: what an announce is answered, and what goes on of purses that were sold.

import assert from 'node:assert/strict'
import * as w from './world.ts'
import { claimed, redeem } from './trade.ts'

describe('mint: a content that was withdrawn', () => {
  let world: w.World
  let buyer: w.Trader
  let content: string
  beforeEach(async () => {
    world = await w.startWorld()
    buyer = await w.register(world, 1000n)
    content = await w.publish(world)
  })
  afterEach(async () => {
    assert.deepEqual(world.errors, [])
    assert.deepEqual((await world.store.audit()).faults, [])
    await world.close()
  })
  const withdraw = async (infoHash: string): Promise<void> => {
    const authorization = `Bearer ${w.OPERATOR}`
    const body = JSON.stringify({ infoHash })
    const answer = await w.post(world, 'operator/withdraw', body, { authorization })
    assert.equal(answer.status, 200)
  }
  const announce = async (who: w.Trader, wish: w.AnnounceWish = {}): Promise<string> => {
    const envelope = await w.announceMessage(world, who, content, wish)
    return (await w.announceHttp(world, content, envelope)).code
  }

  it('is sold to nobody, and not given away', async () => {
    const open = await w.publish(world, { open: true })
    const join = async (): Promise<string> => (await w.announceHttp(world, open)).code
    assert.equal(await join(), '')
    for (const infoHash of [content, open]) await withdraw(infoHash)
    assert.equal(await announce(buyer), 'withdrawn')
    assert.equal(
      await announce(buyer, { want: 0 }),
      '',
      'who has it may sell it to who has a purse'
    )
    assert.equal(await join(), 'withdrawn')
    assert.equal(await w.balanceOf(world, buyer.uidHex), 1000n)
  })

  it('a purse that was sold is answered and claimed as ever, and no other takes its place', async () => {
    const seller = await w.register(world)
    const wish = { pieces: [0, 4] }
    const bought = await w.buy(world, buyer, content, wish)
    await withdraw(content)
    assert.deepEqual((await w.buy(world, buyer, content, wish)).frame, bought.frame)
    const session = w.crypto.random(32)
    assert.equal(await announce(buyer, { session, pieces: [4, 10] }), 'withdrawn')
    assert.equal(await announce(buyer, { session, ...wish, again: 1 }), 'withdrawn')
    const claim = await claimed(world, buyer, bought, seller.uid, [0, 3])
    assert.deepEqual(await redeem(world, seller, [claim]), ['ok 2 0 6'])
    assert.equal(await w.balanceOf(world, buyer.uidHex), 988n)
  })
})
