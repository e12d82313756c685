// Our complaints, filed with a real court: judged by ourselves first, pursued step by step, and never lost in between.

import assert from 'node:assert/strict'
import {
  encode,
  itemsHash,
  paidHash,
  platformCrypto as crypto,
  withBits,
  emptyBitmap,
  type OffenceKind
} from '@floodgate/protocol'
import {
  Wallet,
  account,
  answerNotices,
  claim,
  pursue,
  type Dispute,
  type Purse
} from '@floodgate/wallet'
import { code } from './bed.ts'
import { CourtStage, PIECES, takeUp } from './court-stage.ts'
import { TestDisk } from './disk.ts'

const ALL = new Set(Array.from({ length: PIECES }, (_, index) => index))

describe('wallet: our complaints', function () {
  this.timeout(20_000)
  let stage: CourtStage
  beforeEach(async () => {
    stage = await CourtStage.open()
  })
  afterEach(() => stage.close())

  const quiet = (): void => undefined

  it('F57: files, proves possession, and is paid when the buyer accepts', async () => {
    const seller = await stage.wallet()
    const { wallet: buyer, purse } = await stage.buyer()
    const sale = await stage.owe(seller, buyer, purse, 3)
    seller.blacklist.add({
      ...{ uid: buyer.uid, reason: 'unpaid', evidence: [] },
      ...{ at: seller.now(), expiresAt: seller.now() + 1e6 }
    })
    const dispute = takeUp(seller, sale, 3)
    const stages: string[] = []
    const step = async (): Promise<void> => {
      await pursue(seller, dispute, stage.contents(ALL))
      stages.push(dispute.stage)
    }
    for (let i = 0; i < 3; i++) await step()
    await answerNotices(buyer, quiet)
    await step()
    assert.deepEqual(stages, ['challenge', 'proved', 'proved', 'settled'])
    assert.equal(sale.owed.size, 0)
    assert.equal(seller.blacklist.has(buyer.uid, seller.now()), undefined)
    assert.deepEqual([sale.claimed.credited, sale.count, sale.isCovered(3)], [2n, 0, true])
    assert.equal((await account(seller)).earned, 2n)
    assert.equal(dispute.frames.length, 0, 'what is over keeps no evidence')
    await step()
    assert.equal((await account(seller)).earned, 2n)
    assert.ok(seller.summary().events.some(({ kind }) => kind === 'verdict'))
  })

  it('a token that the court paid may be paid again by the buyer: it is covered, and redeemed once', async () => {
    const seller = await stage.wallet()
    const { wallet: buyer, purse } = await stage.buyer()
    const sale = await stage.owe(seller, buyer, purse, 3)
    const dispute = takeUp(seller, sale, 3)
    await pursue(seller, dispute, stage.contents(ALL))
    await pursue(seller, dispute, stage.contents(ALL))
    await answerNotices(buyer, quiet)
    await pursue(seller, dispute, stage.contents(ALL))
    purse.reserve(4, seller.uid)
    const { count, xor, paid } = purse.pay(seller.uid, [4])
    assert.equal(count, 2, 'the token of the court counts among those paid')
    const body = { payee: seller.uid, purse: purse.id, count, xor, paid: paidHash(crypto, paid) }
    const voucher = await buyer.signer.sign(
      'voucher',
      { ...body, items: crypto.random(32), delivery: crypto.random(32) },
      { time: buyer.now(), expiry: buyer.now() + 1e6 }
    )
    sale.accept([3, 4], xor, count, voucher)
    const { credited, purses } = await claim(seller)
    assert.deepEqual([credited, purses[0]!.code], [2n, ''])
    assert.equal((await account(seller)).earned, 4n)
    assert.deepEqual((await stage.provider.store.audit()).faults, [])
  })

  it('I5: what our own judge dismisses is not filed', async () => {
    const seller = await stage.wallet()
    const { wallet: buyer, purse } = await stage.buyer()
    const sale = await stage.owe(seller, buyer, purse, 3)
    const proof = sale.proofOf(3)!
    const requests = stage.provider.tracker.counters.tracker.apiRequests
    const { infoHash } = stage
    const wrong: Partial<Dispute>[] = [
      { index: 4 },
      { accused: crypto.random(16) },
      { infoHash: crypto.random(20) },
      { frames: [proof.delivery] },
      { kind: 'bad-token' as OffenceKind },
      { certificate: seller.certificate }
    ]
    for (const part of wrong) {
      const dispute = seller.court.disputes.add(
        {
          ...{ kind: 'unpaid', accused: buyer.uid, certificate: sale.buyer, infoHash },
          ...{ purse: purse.id, index: 3, frames: [proof.request], ...part }
        },
        seller.now()
      )!
      await pursue(seller, dispute, stage.contents(ALL))
      assert.deepEqual([dispute.stage, dispute.complaint.length], ['dismissed', 0])
    }
    assert.equal(stage.provider.tracker.counters.tracker.apiRequests, requests)
  })

  it('I5: a debt that is paid before its complaint is filed, or proved, is no case any more', async () => {
    const seller = await stage.wallet()
    const { wallet: buyer, purse } = await stage.buyer()
    const pay = (index: number): void => {
      purse.reserve(index, seller.uid)
      const { count, xor } = purse.pay(seller.uid, [index])
      seller.sales.get(purse.id)!.accept([index], xor, count, crypto.random(10))
    }
    const unfiled = takeUp(seller, await stage.owe(seller, buyer, purse, 3), 3)
    const filed = takeUp(seller, await stage.owe(seller, buyer, purse, 4), 4)
    await pursue(seller, filed, stage.contents(ALL))
    for (const index of [3, 4]) pay(index)
    const requests = stage.provider.tracker.counters.tracker.apiRequests
    for (const dispute of [unfiled, filed]) {
      assert.equal(await pursue(seller, dispute, stage.contents(ALL)), true)
      assert.deepEqual([dispute.stage, dispute.code], ['dismissed', 'already-paid'])
    }
    assert.equal(stage.provider.tracker.counters.tracker.apiRequests, requests)
  })

  it('F43, F61: a wrong token under the buyer’s signature revokes the buyer', async () => {
    const seller = await stage.wallet()
    const { wallet: buyer, purse } = await stage.buyer()
    const sale = await stage.owe(seller, buyer, purse, 3)
    const payment = await falsePayment(buyer, seller, purse, 3)
    const { infoHash } = stage
    const dispute = seller.court.disputes.add(
      {
        ...{ kind: 'bad-token', accused: buyer.uid, certificate: sale.buyer, infoHash },
        ...{ purse: purse.id, index: 3, frames: [payment] }
      },
      seller.now()
    )!
    await pursue(seller, dispute, stage.contents(ALL))
    assert.deepEqual([dispute.stage, dispute.code], ['guilty', 'bad-token'])
    await assert.rejects(stage.announce(buyer), code('revoked'))
    await stage.announce(seller)
    assert.equal(seller.court.revocations.has(buyer.uid)?.reason, 'bad-token')
  })

  it('I6, G14: dies between any two steps and goes on with the very same case', async () => {
    const disk = new TestDisk()
    let seller = await stage.wallet(0n, disk.storage())
    const { wallet: buyer, purse } = await stage.buyer()
    const sale = await stage.owe(seller, buyer, purse, 3)
    takeUp(seller, sale, 3)
    await seller.saved()
    const seen: string[] = []
    for (let i = 0; i < 5; i++) {
      if (seen.at(-1) === 'proved') await answerNotices(buyer, quiet)
      // Once with the answer lost: what it changed never reached the disk.
      for (const isLost of [true, false]) {
        const dispute = seller.court.disputes.all()[0]!
        const before = structuredClone(disk.durable)
        const { complaint } = dispute
        await pursue(seller, dispute, stage.contents(ALL))
        if (isLost && complaint.length > 0) disk.durable = before
        seller = await stage.reopen(disk.storage())
      }
      const dispute = seller.court.disputes.all()[0]!
      if (seen.at(-1) !== dispute.stage) seen.push(dispute.stage)
    }
    assert.deepEqual(seen, ['proved', 'settled'])
    assert.equal(seller.sales.all()[0]!.claimed.credited, 2n)
    assert.equal((await account(seller)).earned, 2n)
    assert.equal(seller.sales.owedBy(buyer.uid), 0)
  })

  it('waits while the provider cannot be reached, or the piece is not at hand', async () => {
    const seller = await stage.wallet()
    const { wallet: buyer, purse } = await stage.buyer()
    const dispute = takeUp(seller, await stage.owe(seller, buyer, purse, 3), 3)
    await pursue(seller, dispute, stage.contents(ALL))
    assert.equal(await pursue(seller, dispute, () => undefined), false)
    assert.equal(await pursue(seller, dispute, stage.contents(new Set([1]))), false)
    assert.equal(dispute.stage, 'challenge')
    const fetched = globalThis.fetch
    globalThis.fetch = () => Promise.reject(new TypeError('no route to host'))
    try {
      await assert.rejects(pursue(seller, dispute, stage.contents(ALL)), code('unreachable'))
    } finally {
      globalThis.fetch = fetched
    }
    assert.equal(dispute.stage, 'challenge')
    assert.equal(await pursue(seller, dispute, stage.contents(ALL)), true)
  })

  it('F85: a complaint that grew old before it was heard is signed anew, by the provider’s clock', async () => {
    const seller = await stage.wallet()
    const { wallet: buyer, purse } = await stage.buyer()
    const dispute = takeUp(seller, await stage.owe(seller, buyer, purse, 3), 3)
    const fetched = globalThis.fetch
    globalThis.fetch = () => Promise.reject(new TypeError('no route to host'))
    await assert.rejects(pursue(seller, dispute, stage.contents(ALL)))
    const first = dispute.complaint
    await assert.rejects(pursue(seller, dispute, stage.contents(ALL)))
    assert.deepEqual(dispute.complaint, first, 'soon after, the same bytes')
    seller.setProviderTime(seller.now() + 6 * 60e3)
    await assert.rejects(pursue(seller, dispute, stage.contents(ALL)))
    globalThis.fetch = fetched
    assert.notDeepEqual(dispute.complaint, first)
    await pursue(seller, dispute, stage.contents(ALL))
    assert.equal(dispute.stage, 'challenge')
  })

  it('keeps at most 128 cases, and no open one gives way', async () => {
    const seller = await stage.wallet()
    const { purse } = await stage.buyer()
    const offence = (index: number) => ({
      ...{ kind: 'unpaid' as const, accused: crypto.random(16), certificate: seller.certificate },
      ...{ infoHash: stage.infoHash, purse: purse.id, index, frames: [crypto.random(100)] }
    })
    const { disputes } = seller.court
    const made = Array.from({ length: 128 }, (_, index) => disputes.add(offence(index), index)!)
    assert.equal(disputes.add(offence(200), 1), undefined)
    assert.equal(disputes.add(made[5]!, 1), made[5])
    disputes.update(made[7]!, { stage: 'settled' })
    assert.ok(disputes.add(offence(200), 1))
    assert.ok(!disputes.all().includes(made[7]!) && disputes.all().length === 128)
  })
})

async function falsePayment(
  buyer: Wallet,
  seller: Wallet,
  purse: Purse,
  index: number
): Promise<Uint8Array> {
  const items = [{ index, token: crypto.random(32), path: purse.tokens.path(index) }]
  const voucher = await buyer.signer.sign(
    'voucher',
    {
      ...{ payee: seller.uid, purse: purse.id, count: 1, xor: items[0]!.token },
      paid: paidHash(crypto, withBits(emptyBitmap(PIECES), [index])),
      items: itemsHash(crypto, items),
      delivery: new Uint8Array(32)
    },
    { time: buyer.now(), expiry: buyer.now() + 1e6 }
  )
  return encode('payment', { voucher, items })
}
