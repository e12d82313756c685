// Gift codes and coupons over the API: who may redeem what, how often, and what a guesser learns.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import * as fg from '@floodgate/protocol'
import { UNLIMITED_RATES, memoryLedger } from '@floodgate/tracker'
import { openAccount } from '../ledger/script.ts'
import * as w from '../mint/world.ts'

const { crypto } = w
const SEED = Number(process.env['FLOODGATE_SEED'] ?? Date.now() % 2 ** 31)
type Json = Record<string, unknown>

const newCode = (): string => {
  for (;;) {
    const code = fg.giftCodeOf(crypto.random(12))
    if (code !== undefined) return code
  }
}

describe(`deposits: codes (FLOODGATE_SEED=${SEED})`, () => {
  let world: w.World
  before(async () => {
    world = await w.startWorld()
  })
  after(async () => {
    assert.deepEqual(world.errors, [])
    assert.deepEqual((await world.store.audit()).faults, [])
    await world.close()
  })
  const operate = async (path: string, body: Json): Promise<unknown> => {
    const headers = { authorization: `Bearer ${w.OPERATOR}` }
    const answer = await w.post(world, `operator/${path}`, JSON.stringify(body), headers)
    const said = (await answer.json()) as Json
    return answer.ok ? said['booked'] : said['error']
  }
  const gifts = (id: string, codes: string[], more: Json = {}) => {
    const hashes = codes.map((code) => fg.giftHashOf(crypto, fg.readGiftCode(code)!)).join(' ')
    return operate('gifts', { id, hashes, amount: '500', expires: '0', reason: 'fair', ...more })
  }
  let counter = 0
  const requestOf = async ({ signer }: w.Trader, code: string): Promise<Uint8Array> => {
    const time = world.clock.now
    const on = { time, expiry: time + 600_000, counter: ++counter }
    const message = await signer.sign('codeRequest', { code }, on)
    const { boxKey } = fg.decode(world.keys.epochs[0]!.frame, 'epoch').message
    return fg.sealTo(crypto, boxKey, message)
  }
  const send = async (request: Uint8Array): Promise<Json | string> => {
    const answer = await w.post(world, 'codes', request)
    const said = (await answer.json()) as Json
    return answer.ok ? said : String(said['error'])
  }
  const redeem = async (who: w.Trader, code: string) => send(await requestOf(who, code))

  it('F80: a gift code brings its money once, however it is typed; the provider keeps no code', async () => {
    const [ada, bob] = [await w.register(world), await w.register(world)]
    const [one, late] = [newCode(), newCode()]
    assert.equal(await gifts('b1', [one]), true)
    assert.equal(await gifts('b1', [one]), false)
    assert.equal(await gifts('b1', [one], { amount: '600' }), 'conflict')
    assert.equal(await gifts('b2', [late], { expires: String(world.clock.now + 1000) }), true)
    const money = { code: 'gift', amount: '500', currency: 'EUR' }
    const told = { ...money, balance: '500', repeated: false }
    assert.deepEqual(await redeem(ada, one.toLowerCase().replaceAll('-', ' ')), told)
    assert.deepEqual(await redeem(ada, one), { ...told, repeated: true })
    assert.equal(await redeem(bob, one), 'code-spent')
    assert.equal(await redeem(bob, newCode()), 'unknown-code')
    world.clock.now += 2000
    assert.equal(await redeem(bob, late), 'code-expired')
    assert.equal(await w.balanceOf(world, bob.uidHex), 0n)
    const books = JSON.stringify(await world.store.promotionBooks(), (_, value: unknown) =>
      String(value)
    )
    assert.doesNotMatch(books, new RegExp(one))
  })

  it('F28: a request that another copies redeems nothing for him, nor twice', async () => {
    const ada = await w.register(world)
    const [one, two] = [newCode(), newCode()]
    await gifts('b3', [one, two])
    const request = await requestOf(ada, one)
    assert.equal(typeof (await send(request)), 'object')
    assert.equal(await send(request), 'replayed')
    const key = crypto.signKey(crypto.random(32))
    const signer = fg.createSigner(crypto, key, ada.uid, world.provider)
    const forged = await requestOf({ ...ada, signer }, two)
    assert.equal(await send(forged), 'bad-signature')
    const open = await ada.signer.sign(
      'codeRequest',
      { code: two },
      { time: world.clock.now, expiry: 0 }
    )
    assert.equal(await send(open), 'cannot-open')
    assert.equal(await w.balanceOf(world, ada.uidHex), 500n)
  })

  it('F2: what came in stands in the account’s own statement, whichever way it came', async () => {
    const ada = await w.register(world, 300n)
    const code = newCode()
    await gifts('b4', [code])
    await redeem(ada, code)
    const time = world.clock.now
    const on = { time, expiry: time, counter: ++counter }
    const request = await ada.signer.sign('accountRequest', { what: 'account' }, on)
    const said = (await (await w.post(world, 'account', request)).json()) as Json
    assert.deepEqual([said['deposited'], said['balance']], ['800', '800'])
  })

  it('F62: who guesses is stopped, by account and by host, and others go on elsewhere', async () => {
    const tight = { ...UNLIMITED_RATES, codes: { perSecond: 0.001, burst: 3 } }
    const own = await w.startWorld({ rates: tight })
    const before = world
    world = own
    try {
      const who = await w.register(own)
      const said: (Json | string)[] = []
      for (let i = 0; i < 5; i++) said.push(await redeem(who, newCode()))
      const unknown = Array<string>(3).fill('unknown-code')
      assert.deepEqual(said, [...unknown, 'too-many-requests', 'too-many-requests'])
    } finally {
      world = before
      await own.close()
    }
  })

  it('a coupon makes a real purchase cheaper, and the seller’s money stays whole', async () => {
    const ada = await w.register(world, 30n)
    const infoHash = await w.publish(world, { pieces: 10, price: 3n })
    const terms = {
      infoHash,
      share: '2500',
      amount: '0',
      uses: '5',
      usesPerAccount: '1',
      until: '0'
    }
    assert.equal(await operate('coupons', { code: 'spring-26', ...terms }), true)
    assert.equal(await operate('coupons', { code: 'SPRING26', ...terms }), false)
    assert.equal(await operate('coupons', { code: 'x', ...terms }), 'bad-request')
    assert.equal(await operate('coupons', { code: 'BIG', ...terms, share: '10001' }), 'bad-request')
    const told = await redeem(ada, ' spring26 ')
    assert.deepEqual(told, {
      ...{ code: 'coupon', coupon: 'SPRING26', infoHash, share: 2500, amount: '0' },
      ...{ currency: 'EUR', until: 0 }
    })
    await assert.rejects(w.buy(world, ada, infoHash), /no-promotion/)
    await operate('promotion', { id: 'f1', amount: '100', reason: 'spring' })
    const { purse } = await w.buy(world, ada, infoHash)
    assert.equal(purse.price, 3n)
    assert.equal(await w.balanceOf(world, ada.uidHex), 30n - 23n)
    assert.equal((await world.store.audit()).escrowMinor, 30n)
    const response = await fetch(`${world.url}/floodgate/v1/operator/promotion`, {
      headers: { authorization: `Bearer ${w.OPERATOR}` }
    })
    const books = (await response.json()) as { promotion: string; coupons: Json[] }
    assert.deepEqual([books.promotion, books.coupons[0]!['uses']], ['93', 1])
  })

  it('a coupon is given back over the same route', async () => {
    const ada = await w.register(world)
    await redeem(ada, 'SPRING26')
    const dropped = { code: 'dropped', coupon: 'SPRING26' }
    assert.deepEqual(await redeem(ada, 'drop:spring-26'), { ...dropped, repeated: false })
    assert.deepEqual(await redeem(ada, 'drop:SPRING26'), { ...dropped, repeated: true })
    assert.equal(await redeem(ada, 'drop:NOSUCH'), 'unknown-code')
  })

  it('a buyer who has only the reduced price can buy', async () => {
    const bob = await w.register(world, 23n)
    const [content] = (await world.store.contents()).slice(-1)
    await redeem(bob, 'SPRING26')
    await w.buy(world, bob, content!.infoHash)
    assert.equal(await w.balanceOf(world, bob.uidHex), 0n)
  })

  it('I1: whatever a coupon takes off and sellers claim, buyer and promotion get back what is left', async () => {
    const property = fc.asyncProperty(
      ...[fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 999 })],
      ...[fc.integer({ min: 1, max: 10_000 }), fc.nat(), fc.boolean()],
      async (pieces, price, share, sold, isAmount) => {
        const store = memoryLedger({ currency: 'EUR' })
        for (const uid of ['buyer', 'seller']) await openAccount(store, uid)
        const total = BigInt(pieces * price)
        const now = 100
        const content = { infoHash: 'c', pieces, priceMinor: BigInt(price), currency: 'EUR' }
        const about = { mode: 'closed', title: '', torrent: new Uint8Array() } as const
        await store.execute({ kind: 'publish', ...content, ...about })
        const in_ = { amountMinor: total, reason: '', now }
        await store.execute({ kind: 'deposit', id: 'd', uid: 'buyer', ...in_ })
        await store.execute({ kind: 'fund', id: 'f', ...in_ })
        const off = isAmount ? { share: 0, amountMinor: BigInt(share) } : { share, amountMinor: 0n }
        const limits = { usesMax: 1, usesPerAccountMax: 1, until: 0, infoHash: '', now }
        await store.execute({ kind: 'issueCoupon', couponId: 'C', ...off, ...limits })
        await store.execute({ kind: 'takeCoupon', couponId: 'C', uid: 'buyer', now })
        const order = { purchaseId: 'p', uid: 'buyer', infoHash: 'c', priceMinor: BigInt(price) }
        const bought = await store.execute({ kind: 'purchase', ...order, now, expiresAt: 200 })
        const paid = bought.chargedMinor
        assert.ok(paid >= 1n && paid <= total)
        const count = sold % (pieces + 1)
        if (count > 0) {
          const bitmap = new Uint8Array(Math.ceil(pieces / 8))
          for (let i = 0; i < count; i++) bitmap[i >> 3]! |= 0x80 >> (i & 7)
          const claim = { claimId: 'k', payee: 'seller', purseId: 'p', bitmap, count }
          const claims = [{ ...claim, voucher: new Uint8Array(1) }]
          await store.execute({ kind: 'redeem', claims, now })
        }
        const { refundMinor } = await store.execute({ kind: 'close', purseId: 'p', now: 200 })
        const left = BigInt((pieces - count) * price)
        // Never above what he paid, nor above his share of what is left; less than one unit below it.
        assert.equal(refundMinor, (left * paid) / total)
        const [buyer, seller] = [await store.account('buyer'), await store.account('seller')]
        assert.equal(buyer!.balanceMinor, total - paid + refundMinor)
        assert.equal(seller!.balanceMinor, BigInt(count * price))
        const { promotionMinor } = await store.promotionBooks()
        assert.equal(promotionMinor, total - (total - paid) + (left - refundMinor))
        assert.deepEqual((await store.audit()).faults, [])
      }
    )
    await fc.assert(property, { seed: SEED, numRuns: 200 })
  }).timeout(30_000)
})
