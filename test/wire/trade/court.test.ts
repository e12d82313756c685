// The court between real WebTorrent clients and a real provider: who is not paid is made whole, who lies is found out, and
// nobody honest is banned.

import assert from 'node:assert/strict'
import { decode, equal, toHex } from '@floodgate/protocol'
import { account, type Proof } from '@floodgate/wallet'
import type { FloodgateEvents, FloodgateTarget } from '@floodgate/wire'
import { done } from '../../support/peer.ts'
import { TestSwarm } from '../../support/swarm.ts'
import { lie } from '../../wallet/court-stage.ts'

const HASTY = { paymentTimeoutMs: 100, complainAfterMs: 100, retryMs: 100 }

/** The first such event. */
function heard<E extends keyof FloodgateEvents>(
  on: FloodgateTarget,
  event: E,
  fits: (detail: FloodgateEvents[E]) => boolean = () => true
): Promise<FloodgateEvents[E]> {
  return new Promise((resolve) => {
    const stop = on.on(event, (detail) => {
      if (!fits(detail)) return
      stop()
      resolve(detail)
    })
  })
}

describe('wire: the court', function () {
  this.timeout(30_000)
  const swarm = new TestSwarm()
  const { peer } = swarm

  it('I4, F57: a withheld payment is made whole out of the purse, once, and nobody is banned', async () => {
    const sold = await swarm.provider.sell('film', 500_000)
    const seller = await peer(0n, HASTY)
    await seller.seed(sold)
    const buyer = await peer(1000n)
    const payments: (() => void)[] = []
    let withholds = true
    const { signer } = buyer.wallet!
    const sign = signer.sign.bind(signer)
    signer.sign = async (name, ...rest) => {
      if (name === 'voucher' && withholds) await new Promise<void>((pay) => payments.push(pay))
      return sign(name, ...rest)
    }
    const complained = heard(seller.floodgate!, 'complained')
    const settled = heard(seller.floodgate!, 'verdict', ({ outcome }) => outcome === 'settled')
    const accepted = heard(buyer.floodgate!, 'notice', ({ answer }) => answer === 'accepted')
    const torrent = buyer.add(sold.torrent)
    const { index, kind, uid } = await complained
    assert.deepEqual([kind, uid], ['unpaid', toHex(buyer.wallet!.uid)])
    assert.equal((await accepted).index, index)
    assert.equal((await settled).credited, 2n)
    assert.equal((await account(seller.wallet!)).earned, 2n)
    const sale = seller.wallet!.sales.all()[0]!
    assert.ok(sale.isCovered(index) && !sale.owed.has(index))

    withholds = false
    for (const pay of payments) pay()
    await done(torrent)
    assert.ok(await buyer.floodgate!.settled())
    assert.deepEqual((await swarm.provider.store.audit()).faults, [])
    assert.equal(buyer.wallet!.court.revocations.version, 0)
    assert.equal(buyer.wallet!.purses.all()[0]!.spent(), 8)
  })

  it('F57: a piece that never came is paid to who began to send it, and comes from the provider', async () => {
    const sold = await swarm.provider.sell('film', 200_000)
    const seller = await peer(0n, HASTY)
    const { wallet, client } = seller
    const { sales, blacklist } = wallet!
    const open = sales.open.bind(sales)
    sales.open = (purse, frame) => {
      const sale = open(purse, frame)
      const touch = sale.touch.bind(sale)
      sale.touch = (index, at) => {
        touch(index, at)
        // It breaks off in the middle, and never talks to this buyer again.
        const never = { reason: 'blacklisted' as const, evidence: [], at, expiresAt: at + 1e9 }
        blacklist.add({ uid: purse.uid, ...never })
        queueMicrotask(() => client.torrents[0]!.wires.forEach((wire) => wire.destroy()))
      }
      return sale
    }
    await seller.seed(sold)
    const buyer = await peer(1000n, { graceMs: 50, retryMs: 100 })
    const settled = heard(seller.floodgate!, 'verdict', ({ outcome }) => outcome === 'settled')
    const torrent = buyer.add(sold.torrent)
    const verified = new Promise<number>((resolve) => torrent.once('verified', resolve))
    const index = await verified
    assert.equal((await settled).index, index)
    const purse = buyer.wallet!.purses.all()[0]!
    assert.deepEqual(purse.holder(index), wallet!.uid)
    assert.deepEqual([purse.isPaid(index), purse.spent()], [true, 1])
    const bytes = await swarm.provider.store.audit()
    assert.deepEqual(bytes.faults, [])
  })

  it('I5, F63: a complaint that its own receipt contradicts convicts the seller, and not the buyer', async () => {
    const sold = await swarm.provider.sell('film', 300_000)
    const seller = await peer()
    const proofs: Proof[] = []
    const { sales } = seller.wallet!
    const open = sales.open.bind(sales)
    sales.open = (purse, frame) => {
      const sale = open(purse, frame)
      const owe = sale.owe.bind(sale)
      sale.owe = (index, proof) => {
        proofs.push(proof!.window)
        owe(index, proof)
      }
      return sale
    }
    await seller.seed(sold)
    const buyer = await peer(1000n)
    await done(buyer.add(sold.torrent))
    assert.ok(await buyer.floodgate!.settled())

    const revoked = heard(buyer.floodgate!, 'revoked')
    const told = heard(seller.floodgate!, 'notice', ({ outcome }) => outcome === 'revoked')
    const { wallet } = seller
    const { infoHash, purse, indexes } = decode(proofs[0]!.request, 'request').message
    const about = {
      kind: 'unpaid',
      accused: buyer.wallet!.uid,
      infoHash,
      purse,
      index: indexes[0]!
    }
    const { count } = wallet!.sales.get(purse)!
    await lie(wallet!, { ...about, frames: [proofs[0]!.request] }, count)
    const answered = heard(buyer.floodgate!, 'notice', ({ answer }) => answer === 'paid')
    assert.equal((await answered).outcome, 'guilty')
    const { uid, reason } = await revoked
    assert.deepEqual([uid, reason], [toHex(seller.wallet!.uid), 'false-complaint'])
    assert.equal((await told).kind, 'false-complaint')
    const entries = buyer.wallet!.court.revocations.all()
    assert.ok(entries.length === 1 && equal(entries[0]!.uid, seller.wallet!.uid))
    assert.deepEqual((await swarm.provider.store.audit()).faults, [])
  })
})
