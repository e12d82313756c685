// When the wallet is written: group commit, failing disks, closing.

import assert from 'node:assert/strict'
import { paidHash, platformCrypto as crypto, toBase64url } from '@floodgate/protocol'
import { Wallet } from '@floodgate/wallet'
import { TestProvider, code, turn } from './bed.ts'
import { TestDisk } from './disk.ts'

describe('wallet: group commit', () => {
  let provider: TestProvider
  before(async () => {
    provider = await TestProvider.create()
  })
  /** A wallet that buys with a purse of four pieces, and sells to another. */
  const trading = async () => {
    const disk = new TestDisk()
    const wallet = await provider.wallet({ storage: disk.storage() })
    const issued = await provider.purse(wallet.uid, 4)
    const purse = await wallet.purses.add(issued.frame, issued.seed)
    const theirs = await provider.purse(crypto.random(16), 4)
    const sale = wallet.sales.open(theirs.certificate, theirs.frame)
    return { disk, wallet, purse, sale, payee: crypto.random(16) }
  }

  it('has one write in flight; what changes meanwhile goes into the next one', async () => {
    const disk = new TestDisk()
    const wallet = await provider.wallet({ storage: disk.storage() })
    await turn()
    disk.hold()
    const before = disk.writes
    wallet.note('a', '1')
    void wallet.saved()
    await turn()
    assert.ok(disk.busy)
    let first = false
    let second = false
    void wallet.saved().then(() => (first = true))
    for (let i = 0; i < 50; i++) wallet.note('b', String(i))
    const all = wallet.saved().then(() => (second = true))
    disk.finish()
    await turn()
    assert.deepEqual([first, second], [true, false])
    assert.equal(disk.durable!.events.at(-1)!.kind, 'a')
    disk.finish()
    await all
    assert.equal(disk.writes - before, 2)
    assert.equal(disk.durable!.events.at(-1)!.text, '49')
    disk.release()
    await wallet.close()
  })

  it('a failing save rejects, is told once, and is tried again on the next change', async () => {
    const disk = new TestDisk()
    const told: unknown[] = []
    const storage = disk.storage()
    const wallet = await provider.wallet({ storage, onSaveError: (error) => told.push(error) })
    disk.hold()
    wallet.note('a', '')
    const refused = [wallet.saved(), wallet.saved()].map((saved) => assert.rejects(saved))
    await turn()
    disk.fail()
    await Promise.all(refused)
    await turn()
    assert.ok(!disk.busy, 'no try without a reason')
    wallet.note('b', '')
    await disk.began()
    disk.fail()
    await turn()
    assert.equal(told.length, 1, 'a change is a reason, told once')
    const saved = wallet.saved()
    await turn()
    assert.ok(disk.busy, 'somebody waiting is a reason')
    disk.release()
    await saved
    assert.equal(disk.durable!.events.at(-1)!.kind, 'b')
    disk.hold()
    wallet.note('c', '')
    await disk.began()
    disk.fail()
    assert.equal(disk.durable!.events.at(-1)!.kind, 'b')
    await turn()
    assert.equal(told.length, 2, 'a new failure after a success is told again')
    disk.release()
    await wallet.close()
    assert.equal(disk.durable!.events.at(-1)!.kind, 'c')
  })

  it('writes what says something new, and nothing else', async () => {
    const { disk, wallet, purse, sale, payee } = await trading()
    const none = { bitmap: new Uint8Array(1), xor: new Uint8Array(32) }
    for (const index of [0, 1, 2, 3]) purse.reserve(index, payee)
    purse.pay(payee, [0, 1])
    await wallet.saved()
    purse.receipted(payee, 1)
    await wallet.saved()
    assert.deepEqual(disk.durable!.purses[0]!.payees[0]!.unreceipted, [1])
    sale.owe(1)
    await wallet.saved()
    assert.deepEqual(disk.durable!.sales[0]!.owed, [1])
    const { count, xor, paid } = purse.pay(payee, [1])
    const hashes = { paid: paidHash(crypto, paid), items: none.xor, delivery: none.xor }
    const body = { payee, purse: purse.id, count, xor, ...hashes }
    const proof = {
      voucher: await wallet.signer.sign('voucher', body, { time: 1, expiry: 2 }),
      receipt: new Uint8Array(9)
    }
    purse.receipted(payee, 2)
    await wallet.saved()
    purse.receipted(payee, 2, proof)
    await wallet.saved()
    const kept = disk.durable!.purses[0]!.payees[0]!.receipted!
    assert.deepEqual(kept.voucher, toBase64url(proof.voucher), 'its proof came later')
    purse.pay(payee, [2])
    purse.receipted(payee, 3)
    await wallet.saved()

    const before = disk.writes
    assert.ok(purse.reserve(3, payee), 'reserved already')
    purse.receipted(payee, 1)
    purse.receipted(payee, 3, proof)
    purse.receipted(payee, 4)
    assert.ok(purse.adopt(payee, none.bitmap, 0, none.xor))
    purse.release(3, crypto.random(16))
    sale.owe(1)
    sale.unowe(2)
    await wallet.saved()
    assert.equal(disk.writes, before)
    await wallet.close()
  })

  it('close saves, and nothing can be changed afterwards', async () => {
    const { disk, wallet, purse, sale, payee } = await trading()
    assert.ok(purse.reserve(0, payee))
    await Promise.all([wallet.close(), wallet.close()])
    assert.equal(disk.durable!.open, false)
    assert.equal(purse.reserve(1, payee), false)
    assert.deepEqual(purse.holder(0), payee)
    assert.equal(purse.adopt(payee, new Uint8Array(1), 0, new Uint8Array(32)), false)
    const changes = [
      () => purse.pay(payee, []),
      () => wallet.note('a', ''),
      () => wallet.nextCounter(),
      () => wallet.setProviderTime(1),
      () => wallet.purses.newPurchase(purse.infoHash),
      () => sale.owe(0)
    ]
    for (const change of changes) assert.throws(change, code('no-wallet'))
  })

  it('a close that cannot be saved rejects, and the next start takes it as a crash', async () => {
    const disk = new TestDisk()
    const wallet = await provider.wallet({ storage: disk.storage() })
    disk.hold()
    const closing = assert.rejects(wallet.close())
    await turn()
    disk.fail()
    await closing
    assert.equal(disk.durable!.open, true)
    const again = await Wallet.open({ storage: disk.storage(), passphrase: 'pass' })
    assert.equal(again.summary().events.at(-1)!.kind, 'crashed')
    disk.release()
    await again.close()
    const third = await Wallet.open({ storage: disk.storage(), passphrase: 'pass' })
    assert.equal(third.summary().events.filter(({ kind }) => kind === 'crashed').length, 1)
    await third.close()
  })
})
