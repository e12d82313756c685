// The buyer's book: reservations, payments, receipts, and what a payee may show.

import assert from 'node:assert/strict'
import { emptyBitmap, platformCrypto as crypto, setBit, xorOfTokens } from '@floodgate/protocol'
import { Wallet, memoryStorage, type Purse } from '@floodgate/wallet'
import { DAY_MS, TestProvider, code, type IssuedPurse } from './bed.ts'

const COUNT = 20
const [alice, bob] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]

function bitmapOf(...indexes: number[]): Uint8Array {
  const bitmap = emptyBitmap(COUNT)
  for (const index of indexes) setBit(bitmap, index)
  return bitmap
}

describe('wallet: a purse', () => {
  let provider: TestProvider
  let wallet: Wallet
  let issued: IssuedPurse
  let purse: Purse
  before(async () => {
    provider = await TestProvider.create()
  })
  beforeEach(async () => {
    wallet = await provider.wallet()
    issued = await provider.purse(wallet.uid, COUNT)
    purse = await wallet.purses.add(issued.frame, issued.seed)
  })
  afterEach(() => wallet.close())

  const xorOf = (...indexes: number[]) => xorOfTokens(crypto, issued.seed, bitmapOf(...indexes))

  it('I3: reserves a token for one payee; who has it keeps it until it lets go', () => {
    assert.ok(purse.reserve(3, alice))
    assert.ok(purse.reserve(3, alice), 'again for the same payee')
    assert.equal(purse.reserve(3, bob), false)
    assert.deepEqual(purse.holder(3), alice)
    purse.release(3, bob)
    assert.deepEqual(purse.holder(3), alice)
    purse.release(3, alice)
    assert.equal(purse.holder(3), undefined)
    const buffer = bob.slice()
    assert.ok(purse.reserve(3, buffer))
    buffer.fill(0)
    assert.deepEqual(purse.holder(3), bob, 'a copy of the uid is kept')
    for (const index of [-1, COUNT, 1.5, NaN]) assert.equal(purse.reserve(index, alice), false)
  })

  it('F35: counts payments and sums their tokens per payee, cumulatively', () => {
    for (const index of [1, 5, 2]) purse.reserve(index, alice)
    purse.reserve(7, bob)
    const first = { count: 1, xor: xorOf(5), paid: bitmapOf(5), unreceipted: [5] }
    assert.deepEqual(purse.pay(alice, [5]), first)
    const paid = bitmapOf(1, 2, 5)
    const third = { count: 3, xor: xorOf(1, 2, 5), paid, unreceipted: [1, 2, 5] }
    assert.deepEqual(purse.pay(alice, [2, 1]), third)
    assert.deepEqual(purse.pay(alice, [2, 1, 2]), third, 'repeating changes nothing')
    const bobs = { count: 1, xor: xorOf(7), paid: bitmapOf(7), unreceipted: [7] }
    assert.deepEqual(purse.pay(bob, [7]), bobs)
    assert.deepEqual(purse.account(alice), third)
    purse.account(alice)!.xor.fill(0)
    assert.deepEqual(purse.account(alice), third, 'what was given is a copy')
    assert.equal(purse.account(new Uint8Array(16)), undefined)
    assert.equal(purse.spent(), 4)
    assert.deepEqual(
      purse.payees().map(({ count }) => count),
      [3, 1]
    )
  })

  it('I3: pays only what is reserved to the payee, all or nothing, and what is paid stays', () => {
    purse.reserve(1, alice)
    purse.reserve(2, bob)
    assert.throws(() => purse.pay(alice, [1, 2]), code('bad-index'))
    assert.throws(() => purse.pay(alice, [1, 9]), code('bad-index'))
    assert.equal(purse.spent(), 0)
    purse.pay(bob, [2])
    assert.throws(() => purse.pay(alice, [2]), code('already-paid'))
    assert.deepEqual([purse.reservedTo(alice), purse.reservedTo(bob)], [[1], []])
    assert.deepEqual(purse.reservedTo(crypto.random(16)), [])
    purse.release(2, bob)
    assert.deepEqual(purse.holder(2), bob)
    assert.equal(purse.reserve(2, bob), false)
    assert.equal(purse.reserve(2, alice), false)
    assert.ok(purse.isPaid(2) && !purse.isPaid(1))
  })

  it('F41: a receipt covers the first payments up to its count; odd ones cover nothing', () => {
    for (const index of [9, 4, 6, 1]) purse.reserve(index, alice)
    purse.pay(alice, [9, 4])
    purse.pay(alice, [6])
    const unreceipted = () => {
      const { unreceipted: indexes } = purse.account(alice)!
      assert.equal(purse.unreceipted(alice), indexes.length)
      return indexes
    }
    purse.receipted(alice, 2)
    assert.deepEqual(unreceipted(), [6])
    purse.receipted(alice, 1)
    purse.receipted(alice, 4)
    purse.receipted(bob, 1)
    assert.deepEqual(unreceipted(), [6])
    purse.pay(alice, [1])
    assert.deepEqual(unreceipted(), [1, 6])
    purse.receipted(alice, 3)
    assert.deepEqual(unreceipted(), [1])
    purse.receipted(alice, 4)
    assert.deepEqual(unreceipted(), [])
  })

  it('W14: adopts what our own voucher proves, and keeps our later payments', () => {
    for (const index of [1, 2, 3, 4]) purse.reserve(index, alice)
    purse.pay(alice, [4])
    assert.ok(purse.adopt(alice, bitmapOf(1, 2), 2, xorOf(1, 2)))
    const account = { count: 3, xor: xorOf(1, 2, 4), unreceipted: [4], paid: bitmapOf(1, 2, 4) }
    assert.deepEqual(purse.account(alice), account)
    assert.ok(purse.adopt(alice, bitmapOf(1, 2), 2, xorOf(1, 2)), 'again')
    assert.deepEqual(purse.account(alice), account)
    assert.ok(purse.adopt(alice, bitmapOf(1, 2, 4), 3, xorOf(1, 2, 4)))
    assert.deepEqual(purse.account(alice)!.unreceipted, [])
  })

  it('adopts nothing that does not add up or is not this payee’s', () => {
    for (const index of [1, 2]) purse.reserve(index, alice)
    purse.reserve(3, bob)
    const cases: [string, Uint8Array, number, Uint8Array][] = [
      ['another’s token', bitmapOf(1, 3), 2, xorOf(1, 3)],
      ['a free token', bitmapOf(1, 9), 2, xorOf(1, 9)],
      ['a wrong count', bitmapOf(1, 2), 1, xorOf(1, 2)],
      ['a wrong sum', bitmapOf(1, 2), 2, xorOf(1)],
      ['a short bitmap', bitmapOf(1, 2).subarray(0, 2), 2, xorOf(1, 2)],
      ['bits past the end', bitmapOf(1, 2).fill(1, 2), 3, xorOf(1, 2)]
    ]
    for (const [what, paid, count, xor] of cases) {
      assert.equal(purse.adopt(alice, paid, count, xor), false, what)
    }
    assert.equal(purse.spent(), 0)
    assert.equal(purse.adopt(new Uint8Array(16), bitmapOf(1), 1, xorOf(1)), false)
  })

  it('W14: what the payee does not show is acknowledged no more, and is again with each repeat', () => {
    for (const index of [1, 2, 3, 4]) purse.reserve(index, alice)
    purse.pay(alice, [4, 3, 2, 1])
    purse.receipted(alice, 4)
    const unreceipted = () => purse.account(alice)!.unreceipted
    const { indexes, count, paid } = purse.missing(alice, bitmapOf(3), 2)!
    assert.deepEqual([indexes, count], [[1, 2], 3])
    assert.deepEqual(unreceipted(), [1, 2, 4])
    purse.receipted(alice, count)
    assert.deepEqual(unreceipted(), [4])
    purse.receipted(alice, purse.missing(alice, paid, 2)!.count)
    assert.deepEqual(unreceipted(), [])
  })

  it('I3: makes up what the payee lacks, never over tokens that were not paid to it', () => {
    for (const index of [1, 2, 3, 4]) purse.reserve(index, alice)
    purse.reserve(5, bob)
    purse.pay(alice, [1, 2, 3])
    const lacking = purse.missing(alice, bitmapOf(2), 1)
    assert.deepEqual(lacking, { indexes: [1], count: 2, xor: xorOf(1, 2), paid: bitmapOf(1, 2) })
    assert.deepEqual(purse.missing(alice, bitmapOf(2), 9)!.indexes, [1, 3])
    assert.equal(purse.missing(alice, bitmapOf(1, 2, 3), 9), undefined)
    for (const claimed of [4, 5, 6]) {
      assert.equal(purse.missing(alice, bitmapOf(2, claimed), 9), undefined, String(claimed))
    }
    assert.equal(purse.missing(alice, new Uint8Array(9), 9), undefined)
    assert.equal(purse.missing(bob, bitmapOf(), 9), undefined)
  })

  it('I3: tokens of pieces that were here before the purchase are nobody’s to claim', async () => {
    const owner = purse.certificate.uid
    purse.keepOwn((index) => index < 2)
    const seller = crypto.random(16)
    assert.equal(purse.reserve(0, seller), false)
    assert.equal(purse.reserve(2, seller), true)
    purse.release(2, seller)
    assert.deepEqual([purse.holder(0), purse.holder(2)], [owner, undefined])
    assert.deepEqual(purse.payees(), [])
  })

  it('F30: takes a purse only if it is ours, in force, and the seed makes its tokens', async () => {
    const bad = crypto.random(32)
    const other = await provider.purse(crypto.random(16), COUNT)
    const late = Date.now() - 40 * DAY_MS
    const over = await provider.purse(wallet.uid, COUNT, { time: late, expiry: Date.now() - 1 })
    const past = await provider.purse(wallet.uid, COUNT, { time: late, expiry: late + DAY_MS })
    const fresh = await provider.purse(wallet.uid, COUNT)
    const forged = fresh.frame.slice()
    forged[forged.length - 1]! ^= 1
    const stranger = await (await TestProvider.create()).purse(wallet.uid, COUNT)
    const add = (purse: IssuedPurse) => wallet.purses.add(purse.frame, purse.seed)
    await assert.rejects(add(other), code('wrong-purse'))
    await assert.rejects(add(over), code('expired'))
    await assert.rejects(add(past), code('expired'))
    await assert.rejects(add({ ...fresh, seed: bad }), code('bad-token'))
    await assert.rejects(add({ ...fresh, frame: forged }), code('bad-signature'))
    await assert.rejects(add(stranger), code('wrong-provider'))
    assert.equal(wallet.purses.all().length, 1)
    assert.equal(await add(issued), purse, 'the same purse again')
    assert.deepEqual([purse.price, purse.currency, purse.count], [3n, 'EUR', COUNT])
  })

  it('F30: opens the newest purse in force; a purchase id stays until there is another purchase', async () => {
    const storage = memoryStorage()
    let now = Date.now()
    const buyer = await provider.wallet({ storage, clock: () => now })
    const infoHash = crypto.random(20)
    const id = buyer.purses.purchaseId(infoHash)
    assert.deepEqual(buyer.purses.purchaseId(infoHash), id)
    assert.equal(buyer.purses.open(infoHash), undefined)
    const add = async (expiry: number) => {
      const made = await provider.purse(buyer.uid, 4, { infoHash, expiry })
      return buyer.purses.add(made.frame, made.seed)
    }
    const first = await add(now + 2 * DAY_MS)
    assert.equal(buyer.purses.open(infoHash), first)
    assert.deepEqual(buyer.purses.purchaseId(infoHash), id)
    const more = buyer.purses.newPurchase(infoHash)
    assert.notDeepEqual(more, id)
    assert.equal(buyer.purses.open(infoHash), first, 'until the other purse comes')
    const second = await add(now + DAY_MS)
    assert.equal(buyer.purses.open(infoHash), second)
    assert.deepEqual(buyer.purses.purchaseId(infoHash), more)
    now += 1.5 * DAY_MS
    assert.equal(buyer.purses.open(infoHash), first)
    await buyer.close()
    now += DAY_MS
    const again = await Wallet.open({ storage, passphrase: 'pass', clock: () => now })
    assert.equal(again.purses.open(infoHash), undefined)
    const third = again.purses.purchaseId(infoHash)
    assert.notDeepEqual(third, more, 'the purchase is over with its purse')
    assert.deepEqual(again.purses.purchaseId(infoHash), third)
    assert.equal(again.purses.all().length, 2)
    await again.close()
  })

  it('F85: drops long expired purses when the provider’s signatures prove the time, not the clock', async () => {
    const storage = memoryStorage()
    let now = Date.now()
    const options = { storage, passphrase: 'pass', clock: () => now }
    const buyer = await provider.wallet(options)
    const add = async (to: Wallet, expiry: number) => {
      const made = await provider.purse(to.uid, 4, { time: now, expiry })
      return to.purses.add(made.frame, made.seed)
    }
    await add(buyer, now + DAY_MS)
    await buyer.close()
    now += 1000 * DAY_MS
    const wrong = await Wallet.open(options)
    assert.equal(wrong.purses.all().length, 1)
    wrong.note('changed', '')
    await wrong.close()
    now -= 900 * DAY_MS
    const later = await Wallet.open(options)
    const kept = await add(later, now + DAY_MS)
    assert.equal(later.purses.all().length, 2)
    await later.close()
    const last = await Wallet.open(options)
    assert.deepEqual(
      last.purses.all().map(({ id }) => id),
      [kept.id]
    )
    await last.close()
  })
})
