// Complaints over HTTP: every kind of offence, evidence that proves nothing, attempts to frame, and repetition.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { bitmapOf, claimed, redeem, requestMessage } from '../mint/trade.ts'
import * as w from '../mint/world.ts'
import * as bar from './bar.ts'

const { crypto } = w

describe('court: complaints', () => {
  let world: bar.CourtWorld
  let parties: bar.Case
  let other: w.Trader
  const names = () => ({ buyer: parties.buyer, seller: parties.seller })
  beforeEach(async () => {
    world = await bar.startCourt()
    parties = await bar.newCase(world)
    other = await w.register(world)
  })
  afterEach(() => bar.closeCourt(world))

  const file = async (filing: Partial<bar.Filing> & Pick<bar.Filing, 'kind' | 'frames'>) => {
    const { seller, buyer } = parties
    const verdict = await bar.complain(parties, { by: seller, against: buyer.uid, ...filing })
    return bar.words(verdict, names())
  }
  const wrongToken = () => bar.paymentOf(parties, { indexes: [0], token: () => crypto.random(32) })
  const request = (change: Partial<fg.Message<'request'>> = {}) =>
    requestMessage(world, parties.buyer, parties.bought, parties.seller.uid, change)
  const pay = (wish: Partial<bar.PaymentWish> = {}) =>
    bar.paymentOf(parties, { indexes: [0], ...wish })

  it('F61: a signed payment with a wrong token convicts the buyer, by one message', async () => {
    assert.equal(
      await file({ kind: 'bad-token', frames: [await wrongToken()] }),
      'guilty bad-token buyer'
    )
    assert.deepEqual(await bar.revoked(world), [parties.buyer.uidHex])
    assert.equal(await bar.announce(parties, parties.buyer), 'revoked')
  })

  it('G6: two signed payments of one token convict the buyer', async () => {
    const frames = [await pay(), await pay({ payee: other.uid })]
    assert.equal(await file({ kind: 'double-spend', frames }), 'guilty double-spend buyer')
    assert.deepEqual(await bar.revoked(world), [parties.buyer.uidHex])
    // In the other order, and brought by the other seller, it is the same proof.
    await file({ kind: 'double-spend', frames: frames.reverse(), by: other })
    assert.equal((await world.store.complaints()).length, 1)
  })

  it('F34 F64: a signed delivery of another hash convicts the seller', async () => {
    const junk = await bar.deliveryOf(parties, 4, { hashes: crypto.random(20) })
    const { buyer, seller } = parties
    const filing = { kind: 'bad-delivery', by: buyer, against: seller.uid, index: 4 }
    assert.equal(await file({ ...filing, frames: [junk] }), 'guilty bad-delivery seller')
    assert.deepEqual(await bar.revoked(world), [seller.uidHex])
  })

  it('F36 F57: a signed request is a challenge, and convicts nobody', async () => {
    assert.equal(await file({ kind: 'unpaid', frames: [await request()] }), 'challenge unpaid')
    assert.deepEqual(await bar.revoked(world), [])
  })

  it('I5: what proves nothing is dismissed or refused, and revokes nobody', async () => {
    const { buyer, seller, bought } = parties
    const sound = await bar.deliveryOf(parties, 0)
    const forger = fg.createSigner(
      crypto,
      crypto.signKey(crypto.random(32)),
      buyer.uid,
      world.provider
    )
    const forged = await requestMessage(world, { signer: forger }, bought, seller.uid)
    const byBuyer = { by: buyer, against: seller.uid }
    const stranger = await w.register(world)
    const cases: [said: string, filing: Parameters<typeof file>[0]][] = [
      ['dismissed no-offence', { kind: 'bad-token', frames: [await pay()] }],
      ['dismissed no-offence', { kind: 'bad-delivery', frames: [sound], ...byBuyer }],
      ['dismissed no-offence', { kind: 'double-spend', frames: [await pay(), await pay()] }],
      ['dismissed bad-evidence', { kind: 'unpaid', frames: [forged] }],
      ['dismissed bad-evidence', { kind: 'unpaid', frames: [await request()], index: 1 }],
      ['dismissed bad-evidence', { kind: 'unpaid', frames: [await request()], by: other }],
      ['dismissed bad-evidence', { kind: 'unpaid', frames: [sound] }],
      ['dismissed bad-evidence', { kind: 'unpaid', frames: [crypto.random(99)] }],
      [
        'dismissed bad-evidence',
        { kind: 'unpaid', frames: [await request()], purse: crypto.random(16) }
      ],
      [
        'dismissed bad-evidence',
        { kind: 'unpaid', frames: [await request()], against: stranger.uid }
      ],
      [
        'dismissed bad-evidence',
        { kind: 'unpaid', frames: [await request()], against: crypto.random(16) }
      ],
      ['dismissed same-account', { kind: 'unpaid', frames: [await request()], by: buyer }],
      ['bad-evidence', { kind: 'heresy', frames: [await request()] }]
    ]
    for (const [said, filing] of cases) {
      assert.equal(await file(filing), said, JSON.stringify(filing.kind))
      // Five false ones within ten minutes are heard; here each is to be heard.
      world.clock.now += 10 * bar.MINUTE
    }
    assert.deepEqual(await bar.revoked(world), [])
  })

  it('F63 I5: a payment whose items are not the signed ones frames nobody', async () => {
    const { message } = fg.decode(await pay(), 'payment')
    const items = [{ ...message.items[0]!, token: crypto.random(32) }]
    const swapped = fg.encode('payment', { voucher: message.voucher, items })
    assert.equal(await file({ kind: 'bad-token', frames: [swapped] }), 'dismissed bad-evidence')
    const delivery = await bar.deliveryOf({ ...parties, buyer: other }, 0, {
      hashes: crypto.random(20)
    })
    const filing = { by: parties.buyer, against: parties.seller.uid, frames: [delivery] }
    assert.equal(await file({ kind: 'bad-delivery', ...filing }), 'dismissed bad-evidence')
  })

  it('G14: the same complaint, or the same case in another, gets the first verdict', async () => {
    const frames = [await request()]
    const filing = { kind: 'unpaid', by: parties.seller, against: parties.buyer.uid, frames }
    const bytes = await bar.complaintMessage(parties, filing)
    const ask = () => bar.verdictOf(bar.ask(world, 'complaints', bytes, true))
    const first = await ask()
    assert.deepEqual(first.complaint, crypto.sha256(bytes))
    const again = [
      await ask(),
      await bar.verdictOf(bar.complain(parties, { ...filing, counter: 1 }))
    ]
    for (const { complaint, nonce } of again) {
      assert.deepEqual({ complaint, nonce }, { complaint: first.complaint, nonce: first.nonce })
    }
  })

  it('G14: a conviction that is repeated revokes once', async () => {
    const filing = { kind: 'bad-token', frames: [await wrongToken()] }
    await file(filing)
    assert.equal(await file(filing), 'guilty bad-token buyer')
    assert.equal((await bar.revocations(world, 0)).entries.length, 1)
  })

  it('a complaint after the claim of that token is dismissed as already paid', async () => {
    const { buyer, seller, bought } = parties
    await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [0])])
    const unpaid = { kind: 'unpaid', frames: [await request()] }
    assert.equal(await file({ ...unpaid, count: 1 }), 'dismissed already-paid')
  })

  it('I5: who counts fewer tokens than it has claimed lies about when it complained', async () => {
    const { buyer, seller, bought } = parties
    await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [1, 2])])
    const unpaid = { kind: 'unpaid', frames: [await request()] }
    assert.equal(await file({ ...unpaid, count: 1 }), 'dismissed bad-evidence')
    assert.equal(await file({ ...unpaid, count: 2 }), 'challenge unpaid')
  })

  it('F62: five false complaints are enough for ten minutes; an hour hears only so many', async () => {
    for (let i = 0; i < 5; i++) await file({ kind: 'bad-token', frames: [await pay()], count: i })
    const sound = { kind: 'unpaid', frames: [await request()] }
    assert.equal(await file(sound), 'too-many-requests')
    world.clock.now += 10 * bar.MINUTE
    assert.equal(await file(sound), 'challenge unpaid')
  })

  it('an account is heard so many times an hour, repetitions not counted, and again in the next', async () => {
    await world.close()
    world = await bar.startCourt({ court: { complaintsPerHour: 2 } })
    parties = await bar.newCase(world)
    const unpaid = async (index: number) =>
      file({ kind: 'unpaid', frames: [await request({ indexes: [index] })], index })
    const said = [await unpaid(0), await unpaid(1), await unpaid(1), await unpaid(2)]
    world.clock.now += 60 * bar.MINUTE
    said.push(await unpaid(2))
    const heard = 'challenge unpaid'
    assert.deepEqual(said, [heard, heard, heard, 'too-many-requests', heard])
  })

  it('refuses what is not sealed, not signed by the accuser, or of another provider', async () => {
    const { seller, buyer } = parties
    const filing = { kind: 'unpaid', by: seller, against: buyer.uid, frames: [await request()] }
    const bytes = await bar.complaintMessage(parties, filing)
    assert.equal(await bar.ask(world, 'complaints', bytes), 'cannot-open')
    const spoiled = bytes.slice()
    spoiled[spoiled.length - 1]! ^= 1
    assert.equal(await bar.ask(world, 'complaints', spoiled, true), 'bad-signature')
    const key = crypto.signKey(crypto.random(32))
    const foreign = {
      ...seller,
      signer: fg.createSigner(crypto, key, seller.uid, crypto.random(32))
    }
    const abroad = await bar.complaintMessage(parties, { ...filing, by: foreign })
    assert.equal(await bar.ask(world, 'complaints', abroad, true), 'wrong-provider')
  })

  it('G6: two claims of one token convict the buyer without any complaint', async () => {
    const { buyer, seller, bought } = parties
    await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [4, 5])])
    const clash = await claimed(world, buyer, bought, other.uid, [5, 6])
    assert.deepEqual(await redeem(world, other, [clash]), ['ok 1 1 6'])
    const { entries } = await bar.revocations(world, 0)
    assert.deepEqual(
      entries.map(({ uid, reason }) => [fg.toHex(uid), reason]),
      [[buyer.uidHex, 'double-spend']]
    )
    const proof = (await world.store.complaint(fg.toHex(entries[0]!.evidence)))!
    const [offence] = await world.store.offences()
    const both = fg.concat(offence!.firstVoucher, offence!.secondVoucher)
    assert.deepEqual([proof.accuser, proof.index, proof.evidence], [other.uidHex, 5, both])
    // Later claims of the same pair find nothing new.
    const more = await claimed(world, buyer, bought, other.uid, [4, 5, 6])
    await redeem(world, other, [more])
    assert.equal((await bar.revocations(world, 0)).entries.length, 1)
  })

  it('F63: a voucher over another bitmap than its own is no claim, so it frames nobody', async () => {
    const { buyer, seller, bought } = parties
    await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [4])])
    const theirs = await claimed(world, buyer, bought, other.uid, [6])
    const framed = { ...theirs, bitmap: bitmapOf([4], bought.purse.count) }
    assert.deepEqual(await redeem(world, other, [framed]), ['bad-voucher 0 0 0'])
    assert.deepEqual(await bar.revoked(world), [])
  })
})
