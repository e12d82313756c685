// What proves a debt stays with it, durably, and not longer; and what wallets of before the court lack.

import assert from 'node:assert/strict'
import { platformCrypto as crypto, tokenAt, xorInto } from '@floodgate/protocol'
import { Wallet, memoryStorage, type Sale } from '@floodgate/wallet'
import { TestProvider, type IssuedPurse } from './bed.ts'
import { TestDisk } from './disk.ts'

const VOUCHER = new Uint8Array(300).fill(7)
const CERTIFICATE = new Uint8Array(400).fill(3)
const buyer = new Uint8Array(16).fill(9)
const aWindow = () => ({ request: crypto.random(400), delivery: crypto.random(500) })

describe('wallet: what proves a debt', () => {
  let provider: TestProvider
  before(async () => {
    provider = await TestProvider.create()
  })

  const open = (wallet: Wallet, issued: IssuedPurse) =>
    wallet.sales.open(issued.certificate, issued.frame)

  function pay(sale: Sale, { seed }: IssuedPurse, ...indexes: number[]): void {
    const xor = sale.xor.slice()
    for (const index of indexes) xorInto(xor, tokenAt(crypto, seed, index))
    sale.accept(indexes, xor, sale.count + indexes.length, VOUCHER)
  }

  it('F43, I6: is durable with the debt, shared by a window, and gone when the piece is paid', async () => {
    const disk = new TestDisk()
    const wallet = await provider.wallet({ storage: disk.storage() })
    const issued = await provider.purse(buyer, 16)
    const sale = open(wallet, issued)
    const [one, two] = [aWindow(), aWindow()]
    for (const index of [1, 2, 3])
      sale.owe(index, { window: one, buyer: CERTIFICATE, at: 100 + index })
    sale.owe(9, { window: two, buyer: CERTIFICATE, at: 200 })
    sale.touch(2, 150)
    await wallet.saved()
    disk.crash(false)
    disk.release()
    const state = disk.durable!.sales[0]!
    assert.deepEqual(
      state.proofs!.map(({ indexes, since }) => [indexes, since]),
      [
        [
          [1, 2, 3],
          [101, 150, 103]
        ],
        [[9], [200]]
      ]
    )
    const again = await Wallet.open({ storage: disk.storage(), passphrase: 'pass' })
    const kept = again.sales.all()[0]!
    assert.deepEqual(kept.proofOf(2), { ...one, since: 150 })
    assert.deepEqual(kept.buyer, CERTIFICATE)
    pay(kept, issued, 1, 2)
    kept.unowe(9)
    assert.deepEqual([kept.proofOf(1), kept.proofOf(9)], [undefined, undefined])
    assert.deepEqual(kept.proofOf(3), { ...one, since: 103 })
    pay(kept, issued, 3)
    const after = kept.toState()
    assert.deepEqual([after.proofs, after.buyer, after.settled], [undefined, undefined, undefined])
    await again.close()
  })

  it('I7, W9: proofs of a whole window take the room of two messages, not of 64', async () => {
    const wallet = await provider.wallet()
    const sale = open(wallet, await provider.purse(buyer, 64))
    const before = JSON.stringify(sale.toState()).length
    const window = aWindow()
    for (let index = 0; index < 32; index++)
      sale.owe(index, { window, buyer: CERTIFICATE, at: 1e12 })
    const bytes = JSON.stringify(sale.toState()).length - before
    assert.ok(bytes < (400 + 500 + 400) * 1.4 + 32 * 24, `${bytes} bytes`)
    await wallet.close()
  })

  it('the first proof of a debt stays: a piece that is asked for again is owed once', async () => {
    const wallet = await provider.wallet()
    const sale = open(wallet, await provider.purse(buyer, 8))
    const first = aWindow()
    sale.owe(1, { window: first, buyer: CERTIFICATE, at: 1 })
    sale.owe(1, { window: aWindow(), buyer: CERTIFICATE, at: 2 })
    assert.deepEqual(sale.proofOf(1), { ...first, since: 1 })
    await wallet.close()
  })

  it('F57: what the court paid is not owed, not owed again, and not among the buyer’s tokens', async () => {
    const storage = memoryStorage()
    const wallet = await provider.wallet({ storage })
    const issued = await provider.purse(buyer, 8)
    const sale = open(wallet, issued)
    for (const index of [1, 2]) sale.owe(index, { window: aWindow(), buyer: CERTIFICATE, at: 1 })
    sale.settle(1, 3n)
    sale.settle(1, 3n)
    sale.owe(1)
    assert.deepEqual([...sale.owed], [2])
    assert.deepEqual([sale.count, sale.claimable(), sale.claimed.credited], [0, 0, 3n])
    assert.deepEqual([wallet.sales.paidBy(buyer), wallet.sales.owedBy(buyer)], [0, 1])
    sale.unowe(2)
    await wallet.close()
    const again = await Wallet.open({ storage, passphrase: 'pass' })
    const kept = again.sales.all()[0]!
    assert.ok(kept.isCovered(1) && !kept.isEmpty)
    pay(kept, issued, 1)
    assert.deepEqual([kept.count, kept.isCovered(1), kept.claimable()], [1, true, 1])
    await again.close()
  })

  it('opens wallets of before the court: their debts have no proof, and nobody is accused', async () => {
    const disk = new TestDisk()
    const wallet = await provider.wallet({ storage: disk.storage() })
    const issued = await provider.purse(buyer, 8)
    open(wallet, issued).owe(1, { window: aWindow(), buyer: CERTIFICATE, at: 1 })
    await wallet.close()
    for (const name of ['proofs', 'buyer', 'settled'] as const) delete disk.durable!.sales[0]![name]
    for (const name of ['disputes', 'notices', 'revocations'] as const) {
      assert.equal(
        disk.durable![name],
        undefined,
        'a wallet without court matters has no field of them'
      )
    }
    const again = await Wallet.open({ storage: disk.storage(), passphrase: 'pass' })
    const sale = again.sales.all()[0]!
    assert.deepEqual([[...sale.owed], sale.proofOf(1)], [[1], undefined])
    pay(sale, issued, 1)
    assert.equal(again.sales.owedBy(buyer), 0)
    await again.close()
  })
})
