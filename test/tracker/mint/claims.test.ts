// Claims over HTTP, on both ledgers: what is paid, what is refused, and what a repetition does.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fg from '@floodgate/protocol'
import { memoryLedger, sqliteLedger, UNLIMITED_RATES, type LedgerStore } from '@floodgate/tracker'
import { bitmapOf, claimMessage, claimed, redeem, row, seal, send, voucher } from './trade.ts'
import * as w from './world.ts'

const { crypto } = w
const PIECES = 20

const stores: [name: string, open: (folder: string) => Promise<LedgerStore>][] = [
  ['memory', async () => memoryLedger({ currency: 'EUR' })],
  ['SQLite', (folder) => sqliteLedger(join(folder, 'ledger.db'), { currency: 'EUR' })]
]

for (const [name, open] of stores) {
  describe(`mint: claims become money (${name})`, () => {
    let folder: string
    let world: w.World
    let buyer: w.Trader
    let seller: w.Trader
    let bought: w.Bought
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'floodgate-claims-'))
      world = await w.startWorld({ ledger: await open(folder) })
      buyer = await w.register(world, 1000n)
      seller = await w.register(world)
      bought = await w.buy(world, buyer, await w.publish(world, { pieces: PIECES }))
    })
    afterEach(async () => {
      assert.deepEqual(world.errors, [])
      assert.deepEqual((await world.store.audit()).faults, [])
      await world.close()
      await rm(folder, { recursive: true })
    })
    const of = (indexes: number[], change: Partial<fg.Message<'voucher'>> = {}) =>
      claimed(world, buyer, bought, seller.uid, indexes, change)

    it('F45–F48: a bitmap and one voucher are paid out of escrow, and the answer is signed', async () => {
      const made = await claimMessage(world, seller, [await of([0, 3, 19])])
      const answer = await send(world, made)
      assert.ok(typeof answer === 'object')
      assert.deepEqual(answer.results.map(row), ['ok 3 0 9'])
      assert.deepEqual([answer.balance, answer.currency], [9n, 'EUR'])
      assert.equal(await w.balanceOf(world, seller.uidHex), 9n)
    })

    it('W8: later claims go on from earlier ones; only what is new is paid', async () => {
      assert.deepEqual(await redeem(world, seller, [await of([0, 3])]), ['ok 2 0 6'])
      assert.deepEqual(await redeem(world, seller, [await of([0, 3, 4, 5])]), ['ok 2 0 6'])
      // A voucher that does not contain the last one: the buyer began anew.
      assert.deepEqual(await redeem(world, seller, [await of([3, 7])]), ['ok 1 0 3'])
      assert.deepEqual(await redeem(world, seller, [await of([0, 3, 4, 5, 7, 8])]), ['ok 1 0 3'])
      assert.equal(await w.balanceOf(world, seller.uidHex), 18n)
    })

    it('a sum that only the new tokens spoil is refused, and so is one that the old ones spoil', async () => {
      await redeem(world, seller, [await of([0, 3])])
      const xor = bought.tokens.token(5)
      const spoiled = await of([0, 3, 5], { xor })
      assert.deepEqual(await redeem(world, seller, [spoiled]), ['bad-voucher 0 0 0'])
      const onlyNew = { ...(await of([5])), bitmap: bitmapOf([0, 3, 5], PIECES) }
      assert.deepEqual(await redeem(world, seller, [onlyNew]), ['bad-voucher 0 0 0'])
    })

    it('G14: the same claim again gets the same results and moves nothing', async () => {
      const purses = [await of([1, 2])]
      const id = crypto.random(32)
      const made = await claimMessage(world, seller, purses, id)
      const first = await send(world, made)
      const second = await send(world, made)
      assert.ok(typeof first === 'object' && typeof second === 'object')
      assert.deepEqual(second.results, first.results)
      assert.equal(await w.balanceOf(world, seller.uidHex), 6n)
      const { claims, tokens } = world.tracker.counters.mint
      assert.deepEqual([claims, tokens], [2, 2], 'what was paid twice over')
      const other = await redeem(world, seller, [await of([1, 2, 3])], id)
      assert.deepEqual(other, ['conflict 0 0 0'])
    })

    it('G6: two sellers of one token are both paid, the second by the buyer, who is on record', async () => {
      const second = await w.register(world)
      await redeem(world, seller, [await of([4, 5])])
      const clash = await claimed(world, buyer, bought, second.uid, [5, 6])
      assert.deepEqual(await redeem(world, second, [clash]), ['ok 1 1 6'])
      const [offence] = await world.store.offences()
      assert.deepEqual([offence?.buyer, offence?.indexes], [buyer.uidHex, [5]])
    })

    it('one bad purse does not spoil the others of its batch', async () => {
      const other = await w.buy(world, buyer, await w.publish(world, { pieces: 8, price: 2n }), {
        price: 2n
      })
      const batch = [
        await of([0], { count: 2 }),
        await claimed(world, buyer, other, seller.uid, [7]),
        { ...(await of([1])), purse: crypto.random(16) }
      ]
      assert.deepEqual(await redeem(world, seller, batch), [
        'bad-voucher 0 0 0',
        'ok 1 0 2',
        'unknown-purse 0 0 0'
      ])
    })

    it('G5, G6: each spoiled claim is refused with its code', async () => {
      const thief = await w.register(world)
      const sound = await of([0, 1])
      const foreign = await voucher(world, thief, bought, seller.uid, [0, 1])
      const key = crypto.signKey(crypto.random(32))
      const forger = { signer: fg.createSigner(crypto, key, buyer.uid, world.provider) }
      const forged = await voucher(world, forger, bought, seller.uid, [0, 1])
      const flipped = sound.voucher.slice()
      flipped[flipped.length - 1]! ^= 1
      const change = (part: Partial<typeof sound>) => ({ ...sound, ...part })
      const cases: [code: string, by: w.Trader, purse: typeof sound][] = [
        ['bad-voucher', seller, await of([0, 1], { count: 3 })],
        ['bad-voucher', seller, await of([0, 1], { xor: crypto.random(32) })],
        ['bad-voucher', seller, await of([0, 1], { purse: crypto.random(16) })],
        ['bad-voucher', seller, await of([])],
        ['bad-voucher', seller, change({ bitmap: bitmapOf([0, 2], PIECES) })],
        ['bad-voucher', seller, change({ voucher: foreign })],
        ['bad-signature', seller, change({ voucher: forged })],
        ['bad-signature', seller, change({ voucher: flipped })],
        ['bad-voucher', thief, sound],
        ['bad-field', seller, change({ bitmap: new Uint8Array(2) })],
        ['bad-field', seller, change({ bitmap: bitmapOf([0, 21], 24) })],
        ['unknown-account', seller, change({ payer: crypto.random(16) })],
        ['unknown-purse', seller, change({ payer: thief.uid })],
        ['truncated', seller, change({ voucher: sound.voucher.subarray(0, 60) })],
        ['unknown-message', seller, change({ voucher: new Uint8Array(100) })],
        ['self-trade', buyer, await claimed(world, buyer, bought, buyer.uid, [0])]
      ]
      for (const [i, [code, by, purse]] of cases.entries()) {
        // Past the window in which false claims count.
        world.clock.now += 11 * 60e3
        assert.deepEqual(await redeem(world, by, [purse]), [`${code} 0 0 0`], `case ${i}`)
      }
      assert.deepEqual(await redeem(world, seller, [sound]), ['ok 2 0 6'])
      assert.equal(await w.balanceOf(world, thief.uidHex), 0n)
    })
  })
}

describe('mint: what a claim cannot do', () => {
  let world: w.World
  let buyer: w.Trader
  let seller: w.Trader
  let bought: w.Bought
  beforeEach(async () => {
    world = await w.startWorld({ rates: UNLIMITED_RATES })
    buyer = await w.register(world, 1000n)
    seller = await w.register(world)
    bought = await w.buy(world, buyer, await w.publish(world))
  })
  afterEach(async () => {
    assert.deepEqual(world.errors, [])
    await world.close()
  })
  const of = (indexes: number[], change: Partial<fg.Message<'voucher'>> = {}) =>
    claimed(world, buyer, bought, seller.uid, indexes, change)

  it('F62: who claims falsely five times is not heard for ten minutes', async () => {
    for (let i = 0; i < 5; i++) {
      const guess = await of([i], { xor: crypto.random(32) })
      assert.deepEqual(await redeem(world, seller, [guess]), ['bad-voucher 0 0 0'])
    }
    const sound = await of([0])
    assert.deepEqual(await redeem(world, seller, [sound]), ['too-many-requests'])
    world.clock.now += 10 * 60e3
    assert.deepEqual(await redeem(world, seller, [sound]), ['ok 1 0 3'])
  })

  it('no claim with a flipped bit passes, sealed or opened', async () => {
    const { bytes, id } = await claimMessage(world, seller, [await of([0, 1])])
    const sealed = seal(world, bytes)
    for (let bit = 0; bit < sealed.length * 8; bit += 61) {
      const flipped = sealed.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const code = await w.outcome(await w.post(world, 'claims', flipped))
      assert.ok(code === 'cannot-open' || code === 'bad-key', `sealed bit ${bit}: ${code}`)
    }
    for (let bit = 0; bit < bytes.length * 8; bit += 41) {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const code = await send(world, { id, bytes: flipped })
      assert.ok(typeof code === 'string' && code !== 'internal', `bit ${bit}: ${String(code)}`)
    }
    assert.equal(await w.balanceOf(world, seller.uidHex), 0n)
    assert.ok(typeof (await send(world, { id, bytes })) === 'object')
  })

  it('F85: a purse is settled a day after its expiry; until then claims are paid', async () => {
    const [early, late] = [await of([0]), await of([0, 1])]
    world.clock.now += 30 * 24 * 3600e3 + fg.CLOCK_SLACK_MS - 1
    assert.equal(await world.tracker.settle(), 0)
    assert.deepEqual(await redeem(world, seller, [early]), ['ok 1 0 3'])
    world.clock.now += 1
    assert.equal(await world.tracker.settle(), 1)
    assert.deepEqual(await redeem(world, seller, [late]), ['purse-closed 0 0 0'])
  })

  it('a claim sealed to an older epoch still opens', async () => {
    const keys = await w.renewedKeys(world)
    const renewed = await w.startWorld({ ledger: world.store, keys })
    const made = await claimMessage(world, seller, [await of([0])])
    const answer = await w.outcome(await w.post(renewed, 'claims', seal(world, made.bytes)))
    assert.ok(typeof answer === 'object')
    await renewed.tracker.close()
    await renewed.stage.close()
  })
})
