// The buyer's book when the process dies, at chosen points, and what of it lies on the disk.

import assert from 'node:assert/strict'
import {
  countBits,
  emptyBitmap,
  hasBit,
  platformCrypto as crypto,
  setBit,
  xorOfTokens
} from '@floodgate/protocol'
import { Wallet } from '@floodgate/wallet'
import { TestProvider, code, turn } from './bed.ts'
import { TestDisk } from './disk.ts'

const COUNT = 20
const [alice, bob] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]

function bitmapOf(...indexes: number[]): Uint8Array {
  const bitmap = emptyBitmap(COUNT)
  for (const index of indexes) setBit(bitmap, index)
  return bitmap
}

describe('wallet: a purse and crashes', () => {
  let provider: TestProvider
  before(async () => {
    provider = await TestProvider.create()
  })

  async function setup(disk: TestDisk) {
    const wallet = await provider.wallet({ storage: disk.storage() })
    const issued = await provider.purse(wallet.uid, COUNT)
    const purse = await wallet.purses.add(issued.frame, issued.seed)
    await wallet.saved()
    const reopen = async () => {
      const again = await Wallet.open({ storage: disk.storage(), passphrase: 'pass' })
      return { again, purse: again.purses.all()[0]! }
    }
    return { wallet, purse, issued, reopen }
  }

  it('W14: a reservation is durable before its payment may go out', async () => {
    const disk = new TestDisk()
    const { wallet, purse } = await setup(disk)
    disk.hold()
    purse.reserve(1, alice)
    let durable = false
    const saved = purse.reservationSaved([1]).then(() => (durable = true))
    await turn()
    assert.equal(durable, false)
    disk.finish()
    await saved
    assert.equal(disk.durable!.purses[0]!.payees.length, 1)
    await turn()
    await purse.reservationSaved([1])
    purse.release(1, alice)
    purse.reserve(1, bob)
    const refused = assert.rejects(purse.reservationSaved([1]))
    await turn()
    disk.fail()
    await refused
    disk.release()
    await wallet.close()
  })

  it('W14: a reservation that changed hands during a write waits for the next one', async () => {
    const disk = new TestDisk()
    const { wallet, purse } = await setup(disk)
    disk.hold()
    purse.reserve(1, alice)
    const first = purse.reservationSaved([1])
    await turn()
    purse.release(1, alice)
    purse.reserve(1, bob)
    disk.finish()
    await first
    let durable = false
    const second = purse.reservationSaved([1]).then(() => (durable = true))
    await turn()
    assert.equal(durable, false, 'the disk still says that it is Alice’s')
    disk.finish()
    await second
    disk.release()
    await wallet.close()
  })

  it('I6: after a crash a token stays with its payee, and is released only if its piece is not there', async () => {
    const disk = new TestDisk()
    const { purse, reopen } = await setup(disk)
    for (const index of [1, 2, 3]) purse.reserve(index, alice)
    await purse.reservationSaved([1, 2, 3])
    disk.hold()
    purse.pay(alice, [1, 2]) // goes out, and the process dies before it is noted
    await turn()
    disk.crash(false)
    disk.release()
    const { again, purse: book } = await reopen()
    assert.deepEqual(book.uncertain(), [1, 2, 3])
    assert.equal(book.spent(), 0)
    assert.equal(book.reserve(1, bob), false)
    book.release(1, alice)
    assert.deepEqual(book.holder(1), alice, 'what is uncertain cannot be released')
    book.settleUncertain((index) => index !== 3)
    assert.deepEqual(book.uncertain(), [1, 2])
    assert.equal(book.holder(3), undefined)
    assert.deepEqual(book.holder(2), alice)
    await again.close()

    const { again: third, purse: kept } = await reopen()
    assert.deepEqual(kept.uncertain(), [1, 2], 'a clean close does not make it certain')
    const xor = xorOfTokens(crypto, kept.seed, bitmapOf(1))
    assert.ok(kept.adopt(alice, bitmapOf(1), 1, xor))
    assert.deepEqual(kept.uncertain(), [2])
    kept.pay(alice, [2])
    assert.deepEqual(kept.uncertain(), [])
    assert.equal(kept.account(alice)!.count, 2)
    await third.close()
  })

  it('after a clean close the store says what was to be paid, and what was paid stays', async () => {
    const disk = new TestDisk()
    const { wallet, purse, reopen } = await setup(disk)
    for (const index of [1, 2, 3]) purse.reserve(index, alice)
    purse.reserve(4, bob)
    purse.keepOwn((index) => index === 9)
    purse.pay(alice, [3, 1])
    purse.receipted(alice, 1)
    const before = purse.account(alice)!
    await wallet.close()
    const { again, purse: book } = await reopen()
    assert.deepEqual(book.uncertain(), [2, 4, 9])
    book.settleUncertain((index) => index === 9)
    assert.deepEqual(book.uncertain(), [9])
    assert.deepEqual(book.account(alice), before)
    assert.equal(book.account(bob), undefined)
    assert.deepEqual(book.holder(9), again.uid)
    assert.deepEqual(
      [1, 2, 3, 4].map((index) => book.holder(index) !== undefined),
      [true, false, true, false]
    )
    assert.equal(countBits(before.paid), 2)
    assert.ok(hasBit(before.paid, 3))
    const { purses } = again.summary()
    assert.deepEqual([purses[0]!.spent, purses[0]!.price, purses[0]!.payees.length], [2, 3n, 1])
    await again.close()
  })

  it('a state in which one token has two holders, or sums do not fit, is damaged', async () => {
    const disk = new TestDisk()
    const { wallet, purse } = await setup(disk)
    purse.reserve(1, alice)
    purse.pay(alice, [1])
    await wallet.close()
    const open = () => Wallet.open({ storage: disk.storage(), passphrase: 'pass' })
    const good = structuredClone(disk.durable!)
    const payee = good.purses[0]!.payees[0]!
    good.purses[0]!.payees.push({ ...payee, uid: 'AAAA' })
    disk.durable = structuredClone(good)
    await assert.rejects(open(), code('wallet-damaged'))
    good.purses[0]!.payees = [{ ...payee, count: 2 }]
    disk.durable = structuredClone(good)
    await assert.rejects(open(), code('wallet-damaged'))
  })

  it('W9: the state of a purse is bitmaps and sums, not a record per token', async () => {
    const disk = new TestDisk()
    const wallet = await provider.wallet({ storage: disk.storage() })
    const count = 8000
    const issued = await provider.purse(wallet.uid, count)
    const purse = await wallet.purses.add(issued.frame, issued.seed)
    for (let index = 0; index < count; index++) purse.reserve(index, index % 2 ? alice : bob)
    const half = (rest: number) => Array.from({ length: count / 2 }, (_, i) => i * 2 + rest)
    purse.pay(bob, half(0))
    purse.pay(alice, half(1))
    purse.receipted(bob, count / 2)
    purse.receipted(alice, count / 2)
    await wallet.close()
    const bytes = JSON.stringify(disk.durable!.purses).length
    assert.ok(bytes < 1500 + 3 * Math.ceil(count / 6), `${bytes} bytes`)
  })
})
