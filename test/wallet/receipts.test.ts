// The receipts that a buyer keeps, so that it can answer a complaint (G9): the last of each seller with the voucher that it
// names, and just the tokens that they cover.

import assert from 'node:assert/strict'
import {
  bits,
  decode,
  equal,
  itemsHash,
  paidHash,
  platformCrypto as crypto,
  type Message
} from '@floodgate/protocol'
import { Wallet, type Purse } from '@floodgate/wallet'
import { TestProvider } from './bed.ts'
import { TestDisk } from './disk.ts'

const COUNT = 40
const [alice, bob] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]

describe('wallet: receipts kept', () => {
  let provider: TestProvider
  before(async () => {
    provider = await TestProvider.create()
  })

  async function setup() {
    const disk = new TestDisk()
    const wallet = await provider.wallet({ storage: disk.storage() })
    const issued = await provider.purse(wallet.uid, COUNT)
    const purse = await wallet.purses.add(issued.frame, issued.seed)
    return { disk, wallet, purse }
  }

  /** Pays, and gives the voucher over all that was paid. */
  async function pay(wallet: Wallet, purse: Purse, payee: Uint8Array, ...indexes: number[]) {
    for (const index of indexes) purse.reserve(index, payee)
    const { count, xor, paid } = purse.pay(payee, indexes)
    const body = { payee, purse: purse.id, count, xor, paid: paidHash(crypto, paid) }
    return wallet.signer.sign(
      'voucher',
      { ...body, items: itemsHash(crypto, []), delivery: new Uint8Array(32) },
      { time: 1, expiry: 2 }
    )
  }
  const receipt = (): Uint8Array => crypto.random(300)
  const covered = (purse: Purse, payee: Uint8Array): number[] | undefined => {
    const kept = purse.receiptedBy(payee)
    return kept && [...bits(kept.paid)]
  }

  it('keeps the last voucher that has a receipt, and what was paid after it is not covered', async () => {
    const { wallet, purse } = await setup()
    const first = await pay(wallet, purse, alice, 1, 2)
    const second = await pay(wallet, purse, alice, 3)
    await pay(wallet, purse, bob, 7)
    assert.equal(purse.receiptedBy(alice), undefined)
    purse.receipted(alice, 2, { voucher: first, receipt: receipt() })
    assert.deepEqual(covered(purse, alice), [1, 2])
    await pay(wallet, purse, alice, 4)
    assert.deepEqual(covered(purse, alice), [1, 2])
    const last = receipt()
    purse.receipted(alice, 3, { voucher: second, receipt: last })
    assert.deepEqual(covered(purse, alice), [1, 2, 3])
    assert.deepEqual(purse.receiptedBy(alice)!.receipt, last)
    assert.equal(covered(purse, bob), undefined)
    await wallet.close()
  })

  it('an older receipt, and one for another voucher, change nothing', async () => {
    const { wallet, purse } = await setup()
    const first = await pay(wallet, purse, alice, 1)
    const second = await pay(wallet, purse, alice, 2)
    const last = receipt()
    purse.receipted(alice, 2, { voucher: second, receipt: last })
    purse.receipted(alice, 1, { voucher: first, receipt: receipt() })
    assert.deepEqual([covered(purse, alice), purse.receiptedBy(alice)!.receipt], [[1, 2], last])
    await pay(wallet, purse, alice, 3)
    purse.receipted(alice, 3, { voucher: first, receipt: receipt() })
    assert.deepEqual([covered(purse, alice), purse.receiptedBy(alice)!.receipt], [[1, 2], last])
    await wallet.close()
  })

  it('I6: after a crash at any save it proves what its voucher says, or there is none', async () => {
    const { disk, wallet, purse } = await setup()
    const seen: (number[] | undefined)[] = []
    const look = async (): Promise<void> => {
      await wallet.saved()
      const storage = { ...disk.storage(), save: () => Promise.resolve() }
      const again = await Wallet.open({ storage, passphrase: 'pass' })
      const kept = again.purses.all()[0]!.receiptedBy(alice)
      if (kept !== undefined) {
        const { paid } = decodeVoucher(kept.voucher, purse)
        assert.ok(equal(paid, paidHash(crypto, kept.paid)))
      }
      seen.push(kept && [...bits(kept.paid)])
    }
    await look()
    const first = await pay(wallet, purse, alice, 1, 2)
    await look()
    purse.receipted(alice, 2, { voucher: first, receipt: receipt() })
    await look()
    await pay(wallet, purse, alice, 30)
    await look()
    assert.deepEqual(seen, [undefined, undefined, [1, 2], [1, 2]])
    await wallet.close()
  })

  it('I7: costs two messages a seller, and no second bitmap', async () => {
    const { wallet, purse } = await setup()
    const voucher = await pay(wallet, purse, alice, 1)
    const before = JSON.stringify(purse.toState()).length
    purse.receipted(alice, 1, { voucher, receipt: receipt() })
    const bytes = JSON.stringify(purse.toState()).length - before
    assert.ok(bytes < (voucher.length + 300) * 1.4 + 60, `${bytes} bytes`)
    await wallet.close()
  })

  it('settle: a token goes to one payee for good, and the next voucher covers it', async () => {
    const { wallet, purse } = await setup()
    purse.reserve(5, bob)
    assert.equal(purse.settle(5, alice), false)
    assert.deepEqual([purse.holder(5), purse.spent()], [bob, 0])
    assert.ok(purse.settle(6, alice) && purse.settle(6, alice))
    assert.deepEqual([purse.holder(6), purse.spent(), purse.reserve(6, bob)], [alice, 1, false])
    assert.equal(purse.settle(6, bob), false)
    assert.equal(purse.settle(COUNT, alice), false)
    assert.ok(purse.isPaid(6))
    const missing = purse.missing(alice, new Uint8Array(COUNT / 8), 32)!
    assert.deepEqual([missing.indexes, missing.count], [[6], 1])
    await wallet.close()
  })
})

function decodeVoucher(frame: Uint8Array, purse: Purse): Message<'voucher'> {
  const { message } = decode(frame, 'voucher')
  assert.ok(equal(message.purse, purse.id))
  return message
}
