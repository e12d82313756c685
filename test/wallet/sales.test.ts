// The seller's book: what came, what is owed, what was claimed; over connections and restarts.

import assert from 'node:assert/strict'
import { countBits, hasBit, platformCrypto as crypto, tokenAt, xorInto } from '@floodgate/protocol'
import { Wallet, memoryStorage, type Sale } from '@floodgate/wallet'
import { DAY_MS, TestProvider, code, type IssuedPurse } from './bed.ts'
import { TestDisk } from './disk.ts'

const VOUCHER = new Uint8Array(300).fill(7)
const buyer = new Uint8Array(16).fill(9)

describe('wallet: sales', () => {
  let provider: TestProvider
  before(async () => {
    provider = await TestProvider.create()
  })

  /** A payment that the wire would have verified. */
  function pay(sale: Sale, { seed }: IssuedPurse, ...indexes: number[]): void {
    const xor = sale.xor.slice()
    for (const index of indexes) xorInto(xor, tokenAt(crypto, seed, index))
    sale.accept(indexes, xor, sale.count + indexes.length, VOUCHER)
  }
  const open = (wallet: Wallet, issued: IssuedPurse) =>
    wallet.sales.open(issued.certificate, issued.frame)

  it('W6: owes exactly what was sent and not paid; what is paid is never owed', async () => {
    const wallet = await provider.wallet()
    const [one, two] = [await provider.purse(buyer, 8), await provider.purse(buyer, 8)]
    const [first, second] = [open(wallet, one), open(wallet, two)]
    first.owe(1)
    first.owe(1)
    second.owe(1)
    assert.equal(wallet.sales.owedBy(buyer), 2)
    pay(first, one, 1)
    assert.equal(wallet.sales.owedBy(buyer), 1)
    first.owe(1)
    assert.equal(wallet.sales.owedBy(buyer), 1)
    second.unowe(1)
    second.unowe(1)
    assert.deepEqual([wallet.sales.owedBy(buyer), wallet.sales.paidBy(buyer)], [0, 1])
    assert.equal(wallet.sales.owedBy(crypto.random(16)), 0)
    for (const index of [-1, 8]) assert.throws(() => first.owe(index), code('bad-index'))
    await wallet.close()
  })

  it('W6, F57: a debt alone, or what the court paid, survives a restart', async () => {
    const storage = memoryStorage()
    const wallet = await provider.wallet({ storage })
    const issued = await provider.purse(buyer, 8)
    const sale = open(wallet, issued)
    sale.owe(0)
    sale.touch(1, 100)
    assert.equal(sale.proofOf(1), undefined, 'what is not owed has no proof')
    const other = await provider.purse(buyer, 16)
    const paid = open(wallet, other)
    paid.settle(1, 3n)
    paid.settle(16, 3n)
    assert.equal(paid.claimed.credited, 3n, 'there is no piece 16')
    await wallet.close()
    const again = await Wallet.open({ storage, passphrase: 'pass' })
    const kept = again.sales.get(issued.certificate.purse)!
    assert.deepEqual([...kept.owed], [0])
    assert.deepEqual([kept.count, kept.voucher, kept.refusal], [0, undefined, sale.refusal])
    assert.equal(sale.refusal, '')
    assert.ok(again.sales.get(other.certificate.purse)!.isCovered(1))
    await again.close()
  })

  it('keeps copies: what the network buffer holds later changes nothing', async () => {
    const wallet = await provider.wallet()
    const issued = await provider.purse(buyer, 8)
    const buffers = [issued.frame.slice(), tokenAt(crypto, issued.seed, 2), VOUCHER.slice()]
    const [frame, xor, voucher] = buffers as [Uint8Array, Uint8Array, Uint8Array]
    const sale = wallet.sales.open(issued.certificate, frame)
    sale.accept([2], xor, 1, voucher)
    for (const buffer of buffers) buffer.fill(0)
    const token = tokenAt(crypto, issued.seed, 2)
    assert.deepEqual([sale.frame, sale.xor, sale.voucher], [issued.frame, token, VOUCHER])
    await wallet.close()
  })

  it('is one book per purse, whoever shows it again; our own purse is refused', async () => {
    const wallet = await provider.wallet()
    const issued = await provider.purse(buyer, 8)
    const sale = open(wallet, issued)
    assert.equal(open(wallet, issued), sale)
    assert.equal(wallet.sales.get(issued.certificate.purse), sale)
    assert.equal(wallet.sales.get(crypto.random(16)), undefined)
    const own = await provider.purse(wallet.uid, 8)
    assert.throws(() => open(wallet, own), code('self-trade'))
    const { purse: id } = issued.certificate
    const twin = await provider.purse(buyer, 9, { id })
    assert.throws(() => open(wallet, twin), code('wrong-purse'))
    await wallet.close()
  })

  it('takes only payments whose tokens make up the count', async () => {
    const wallet = await provider.wallet()
    const issued = await provider.purse(buyer, 8)
    const sale = open(wallet, issued)
    pay(sale, issued, 0, 3)
    const xor = new Uint8Array(32)
    for (const [indexes, count] of [
      [[3], 3],
      [[4], 2],
      [[4, 4], 4],
      [[8], 3],
      [[-1], 3],
      [[4, 8], 4],
      [[-1, 4], 4]
    ] as [number[], number][]) {
      assert.throws(() => sale.accept(indexes, xor, count, VOUCHER), code('bad-voucher'))
    }
    assert.equal(sale.count, 2)
    assert.equal(countBits(sale.paid), 2)
    assert.notDeepEqual(sale.xor, xor)
    await wallet.close()
  })

  it('W14, W7: what was paid and owed survives a kill, once it was saved', async () => {
    const disk = new TestDisk()
    const wallet = await provider.wallet({ storage: disk.storage() })
    const issued = await provider.purse(buyer, 20)
    const idle = await provider.purse(crypto.random(16), 20)
    open(wallet, idle)
    const sale = open(wallet, issued)
    sale.owe(5)
    sale.owe(6)
    pay(sale, issued, 6, 17)
    sale.markClaimed(1, 3n)
    await wallet.saved()
    disk.crash(false)
    const again = await Wallet.open({ storage: disk.storage(), passphrase: 'pass' })
    const kept = again.sales.get(issued.certificate.purse)!
    assert.deepEqual([kept.count, kept.xor, kept.voucher], [2, sale.xor, VOUCHER])
    assert.deepEqual([...kept.owed], [5])
    assert.ok(hasBit(kept.paid, 6) && hasBit(kept.paid, 17))
    assert.deepEqual(kept.claimed, { count: 1, credited: 3n })
    assert.equal(kept.unclaimed(), 1)
    assert.deepEqual(kept.payer, buyer)
    assert.deepEqual([again.sales.paidBy(buyer), again.sales.owedBy(buyer)], [2, 1])
    assert.equal(again.sales.all().length, 1, 'a purse that was only shown is not kept')
    const { sales } = again.summary()
    assert.deepEqual([sales[0]!.earned, sales[0]!.owed, sales[0]!.credited], [2, 1, 3n])
    disk.release()
    await again.close()
  })

  it('claims bring money once; a lasting refusal is not repeated until there is more', async () => {
    const wallet = await provider.wallet()
    const issued = await provider.purse(buyer, 8)
    const sale = open(wallet, issued)
    pay(sale, issued, 0, 1, 2)
    assert.deepEqual([sale.unclaimed(), sale.claimable()], [3, 3])
    sale.markClaimed(2, 6n)
    sale.markClaimed(3, 3n)
    assert.deepEqual(sale.claimed, { count: 3, credited: 9n })
    assert.equal(sale.claimable(), 0)
    pay(sale, issued, 3)
    sale.markRefused(4, 'purse-closed')
    assert.deepEqual([sale.unclaimed(), sale.claimable(), sale.refusal], [1, 0, 'purse-closed'])
    pay(sale, issued, 4)
    assert.equal(sale.claimable(), 2)
    await wallet.close()
  })

  it('W9: settled sales of long expired purses shrink to one number per buyer', async () => {
    const storage = memoryStorage()
    const options = { storage, passphrase: 'pass' }
    const wallet = await provider.wallet(options)
    const long = Date.now() - 200 * DAY_MS
    const old = { time: long, expiry: long + DAY_MS }
    const [settled, owing] = [
      await provider.purse(buyer, 8, old),
      await provider.purse(buyer, 8, old)
    ]
    const [first, second] = [open(wallet, settled), open(wallet, owing)]
    pay(first, settled, 0, 1)
    first.markClaimed(2, 6n)
    pay(second, owing, 0)
    await wallet.close()
    for (let round = 0; round < 2; round++) {
      const again = await Wallet.open(options)
      assert.equal(again.sales.all().length, 1)
      assert.equal(again.sales.get(owing.certificate.purse)?.unclaimed(), 1)
      assert.equal(again.sales.paidBy(buyer), 3)
      again.note('round', String(round))
      await again.close()
    }
  })
})
