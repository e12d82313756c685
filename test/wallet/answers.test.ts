// Complaints about us: what is answered without asking anybody, and what is never paid.

import assert from 'node:assert/strict'
import { itemsHash, paidHash, platformCrypto as crypto } from '@floodgate/protocol'
import {
  Wallet,
  account,
  answerNotices,
  appeal,
  fetchSettled,
  isWaiting,
  pursue,
  type Notice,
  type Purse
} from '@floodgate/wallet'
import { code } from './bed.ts'
import { CourtStage, PIECES, lie, takeUp } from './court-stage.ts'
import { TestDisk } from './disk.ts'

const ALL = new Set(Array.from({ length: PIECES }, (_, index) => index))
const LATER = { time: Date.now(), expiry: Date.now() + 3600e3 }

describe('wallet: complaints about us', function () {
  this.timeout(20_000)
  let stage: CourtStage
  let seller: Wallet
  let other: Wallet
  beforeEach(async () => {
    stage = await CourtStage.open()
    ;[seller, other] = [await stage.wallet(), await stage.wallet()]
  })
  afterEach(() => stage.close())

  /** The seller complains of a piece and proves that it has it. */
  async function complain(buyer: Wallet, purse: Purse, index: number, proved = true) {
    const dispute = takeUp(seller, await stage.owe(seller, buyer, purse, index), index)
    await pursue(seller, dispute, stage.contents(ALL))
    if (proved) await pursue(seller, dispute, stage.contents(ALL))
    return dispute
  }

  async function answerAll(buyer: Wallet): Promise<Notice[]> {
    const heard: Notice[] = []
    await answerNotices(buyer, (notice) => heard.push(notice))
    return heard
  }

  /** The seller's receipt for all that it was paid. */
  async function receipt(buyer: Wallet, purse: Purse): Promise<void> {
    const { count, xor, paid } = purse.account(seller.uid)!
    const voucher = await buyer.signer.sign(
      'voucher',
      {
        ...{ payee: seller.uid, purse: purse.id, count, xor, paid: paidHash(crypto, paid) },
        ...{ items: itemsHash(crypto, []), delivery: new Uint8Array(32) }
      },
      LATER
    )
    const proof = await seller.signer.sign(
      'receipt',
      { payer: buyer.uid, purse: purse.id, count, voucher: crypto.sha256(voucher), limit: 1 },
      LATER
    )
    purse.receipted(seller.uid, count, { voucher, receipt: proof })
  }

  it('W15: hears of it by the announce, answers by itself, and tells the person why', async () => {
    const { wallet: buyer, purse } = await stage.buyer()
    await complain(buyer, purse, 5)
    assert.equal((await stage.announce(buyer)).notices, 1)
    const heard = await answerAll(buyer)
    assert.deepEqual(
      heard.map(({ outcome, answer }) => [outcome, answer]),
      [
        ['settled', 'accepted'],
        ['settled', 'accepted']
      ]
    )
    assert.equal((await stage.announce(buyer)).notices, 0)
    assert.deepEqual(await answerAll(buyer), [])
    const kinds = buyer.summary().events.map(({ kind }) => kind)
    assert.deepEqual(kinds.slice(-2), ['notice', 'answer'])
    assert.equal(buyer.summary().notices[0]!.index, 5)
  })

  it('I3: accepts what it got, or can still get, and pays one token for one piece', async () => {
    const { wallet: buyer, purse } = await stage.buyer()
    await complain(buyer, purse, 5)
    await answerAll(buyer)
    assert.ok(purse.isPaid(5))
    assert.deepEqual(purse.holder(5), seller.uid)
    assert.equal(purse.reserve(5, other.uid), false, 'the token is nobody else’s')
    assert.equal((await account(seller)).earned, 2n)

    const pieces = new Set<number>()
    assert.equal((await fetchSettled(buyer, stage.contents(pieces))).length, 1)
    assert.deepEqual([...pieces], [5])
    assert.deepEqual(await fetchSettled(buyer, stage.contents(pieces)), [])
    assert.equal((await account(buyer)).escrow, 2n * BigInt(PIECES - 1))
  })

  it('I3: who accepted and was not heard accepts again, though the accuser gave a receipt meanwhile', async () => {
    const { wallet: buyer, purse } = await stage.buyer()
    await complain(buyer, purse, 5)
    const { fetch } = globalThis
    globalThis.fetch = (url, ...rest) =>
      String(url).endsWith('/answers') ? Promise.reject(new Error('lost')) : fetch(url, ...rest)
    try {
      await assert.rejects(answerAll(buyer), { code: 'unreachable' })
    } finally {
      globalThis.fetch = fetch
    }
    await receipt(buyer, purse)
    assert.equal((await answerAll(buyer)).at(-1)!.answer, 'accepted')
    const pieces = new Set<number>()
    await fetchSettled(buyer, stage.contents(pieces))
    assert.deepEqual([...pieces], [5])
    assert.equal((await account(seller)).earned, 2n)
  })

  it('F51: a piece that the provider gives no more is noted, and not asked for again', async () => {
    const { wallet: buyer, purse } = await stage.buyer()
    await complain(buyer, purse, 5)
    await answerAll(buyer)
    const [notice] = buyer.court.notices.all()
    let times = 0
    for (; notice!.outcome === 'settled'; times++) {
      await fetchSettled(buyer, stage.contents(new Set()))
    }
    assert.equal(notice!.outcome, 'undelivered')
    assert.ok(times > 3 && times < 8, `${times} times`)
    const requests = stage.provider.tracker.counters.tracker.apiRequests
    assert.deepEqual(await fetchSettled(buyer, stage.contents(new Set())), [])
    assert.equal(stage.provider.tracker.counters.tracker.apiRequests, requests)
  })

  it('does not accept before the seller showed that it has the piece', async () => {
    const { wallet: buyer, purse } = await stage.buyer()
    await complain(buyer, purse, 5, false)
    const [notice] = await answerAll(buyer)
    assert.ok(notice!.outcome === 'challenge' && isWaiting(notice!))
    assert.equal(purse.holder(5), undefined)
  })

  it('I3: what another seller was paid for is shown, and not paid twice', async () => {
    const { wallet: buyer, purse } = await stage.buyer()
    purse.reserve(5, other.uid)
    await complain(buyer, purse, 5)
    assert.equal((await answerAll(buyer))[0]!.answer, '', 'while it is on its way, nothing is said')
    purse.pay(other.uid, [5])
    const heard = await answerAll(buyer)
    assert.deepEqual([heard[0]!.answer, heard[0]!.outcome], ['elsewhere', 'void'])
    assert.equal((await account(seller)).earned, 0n)
    assert.equal((await stage.announce(buyer)).notices, 0)
  })

  it('G9, F63: shows the receipt of who was paid and complains all the same; that convicts it', async () => {
    const { wallet: buyer, purse } = await stage.buyer()
    const sale = await stage.owe(seller, buyer, purse, 5)
    const frames = [sale.proofOf(5)!.request]
    purse.reserve(5, seller.uid)
    purse.pay(seller.uid, [5])
    await receipt(buyer, purse)
    const { infoHash } = stage
    const about = { kind: 'unpaid', accused: buyer.uid, infoHash, purse: purse.id, index: 5 }
    await lie(seller, { ...about, frames }, 1)
    const heard = await answerAll(buyer)
    assert.deepEqual([heard.at(-1)!.answer, heard.at(-1)!.outcome], ['paid', 'guilty'])
    await assert.rejects(stage.announce(seller), code('revoked'))
    await stage.announce(buyer)
    assert.equal(buyer.court.revocations.has(seller.uid)?.reason, 'false-complaint')
    assert.equal(buyer.court.revocations.has(buyer.uid), undefined)

    const [told] = await answerAll(seller)
    assert.deepEqual([told!.outcome, told!.kind], ['revoked', 'false-complaint'])
    assert.match(seller.summary().events.at(-1)!.text, /may be appealed/)
    assert.equal(await appeal(seller, told!.complaint), 'appeal')
  })

  it('I6: dies after the promise, before its answer is out: the token stays the seller’s, and it answers again', async () => {
    const disk = new TestDisk()
    const { wallet, purse } = await stage.buyer(disk.storage())
    await complain(wallet, purse, 5)
    const fetched = globalThis.fetch
    globalThis.fetch = async (url, init) => {
      if (String(url).endsWith('/answers')) throw new TypeError('the process dies')
      return fetched(url, init)
    }
    await assert.rejects(answerAll(wallet), code('unreachable'))
    globalThis.fetch = fetched
    const buyer = await stage.reopen(disk.storage())
    const again = buyer.purses.get(purse.id)!
    assert.deepEqual(again.holder(5), seller.uid)
    assert.equal(again.reserve(5, other.uid), false)
    await answerAll(buyer)
    assert.equal((await account(seller)).earned, 2n)
    const reopened = await stage.reopen(disk.storage())
    assert.equal(reopened.court.notices.all()[0]!.outcome, 'settled')
    const pieces = new Set<number>()
    await fetchSettled(reopened, stage.contents(pieces))
    assert.ok(pieces.has(5), 'the piece is fetched after a restart too')
  })
})
