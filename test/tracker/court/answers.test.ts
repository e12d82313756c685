// What the accused shows (F63): vouchers that void a case, receipts that convict the accuser, and all that proves nothing.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { bitmapOf } from '../mint/trade.ts'
import * as w from '../mint/world.ts'
import * as bar from './bar.ts'

const { crypto } = w

describe('court: answers', () => {
  let world: bar.CourtWorld
  let parties: bar.Case
  const names = () => ({ buyer: parties.buyer, seller: parties.seller })
  beforeEach(async () => {
    world = await bar.startCourt()
    parties = await bar.newCase(world)
  })
  afterEach(() => bar.closeCourt(world))
  const bits = (indexes: number[]) => bitmapOf(indexes, parties.bought.purse.count)

  it('F63: a voucher to the accuser voids the strike, and the case is still paid at the end', async () => {
    const { buyer, seller } = parties
    const { complaint } = await bar.proveUnpaid(parties)
    const voucher = await bar.voucherOf(parties, { indexes: [0, 3] })
    assert.equal(
      bar.words(await bar.answer(parties, complaint, [voucher], bits([0, 3]))),
      'void unpaid'
    )
    assert.deepEqual(await bar.notices(world, buyer), [])
    await bar.closePurse(world)
    assert.deepEqual(await bar.balances(world, buyer, seller), [97n, 3n])
  })

  it('F63 I5: a receipt from before the complaint convicts the accuser', async () => {
    const { complaint } = await bar.complainUnpaid(parties, 0, { count: 1 })
    const voucher = await bar.voucherOf(parties, { indexes: [0] })
    const receipt = await bar.receiptOf(parties, voucher, { count: 1 })
    const said = await bar.answer(parties, complaint, [voucher, receipt], bits([0]))
    assert.equal(bar.words(said, names()), 'guilty false-complaint seller')
    assert.deepEqual(await bar.revoked(world), [parties.seller.uidHex])
  })

  it('I5: receipts that prove nothing against the accuser convict nobody', async () => {
    const { buyer } = parties
    const other = await w.register(world)
    const voucher = await bar.voucherOf(parties, { indexes: [0] })
    const elsewhere = await bar.voucherOf(parties, { indexes: [0, 1] })
    const receipt = (change: Partial<fg.Message<'receipt'>> = {}, by?: w.Trader) =>
      bar.receiptOf(parties, voucher, change, by)
    const cases: [what: string, said: string, receipt: Uint8Array][] = [
      ['later than the complaint', 'void unpaid', await receipt({ count: 2 })],
      ['for another voucher', 'void unpaid', await bar.receiptOf(parties, elsewhere)],
      ['to another payer', 'void unpaid', await receipt({ payer: other.uid })],
      ['another’s', 'bad-evidence', await receipt({}, other)],
      ['the buyer’s own', 'bad-evidence', await receipt({}, buyer)]
    ]
    for (const [what, said, frame] of cases) {
      const { complaint } = await bar.complainUnpaid(parties, 0, { count: 1 })
      assert.equal(
        bar.words(await bar.answer(parties, complaint, [voucher, frame], bits([0]))),
        said,
        what
      )
    }
    assert.deepEqual(await bar.revoked(world), [])
  })

  it('I5: answers that prove nothing are refused and change nothing', async () => {
    const { buyer } = parties
    const other = await w.register(world)
    const { complaint } = await bar.proveUnpaid(parties)
    const voucher = await bar.voucherOf(parties, { indexes: [0] })
    const forger = fg.createSigner(
      crypto,
      crypto.signKey(crypto.random(32)),
      buyer.uid,
      world.provider
    )
    const forged = await bar.voucherOf(
      { ...parties, buyer: { ...buyer, signer: forger } },
      { indexes: [0] }
    )
    const ofAnother = await bar.voucherOf(parties, {
      ...{ indexes: [0], payee: other.uid },
      voucher: { purse: crypto.random(16) }
    })
    const toSelf = await bar.voucherOf(parties, { indexes: [0], payee: buyer.uid })
    const cases: [
      what: string,
      said: string,
      frames: Uint8Array[],
      indexes: number[],
      by?: w.Trader
    ][] = [
      ['another bitmap', 'bad-evidence', [voucher], [0, 1]],
      ['of the same count', 'bad-evidence', [await bar.voucherOf(parties, { indexes: [1] })], [0]],
      ['of another purse', 'bad-evidence', [ofAnother], [0]],
      ['without the piece', 'bad-evidence', [await bar.voucherOf(parties, { indexes: [1] })], [1]],
      ['forged', 'bad-evidence', [forged], [0]],
      ['to himself', 'bad-evidence', [toSelf], [0]],
      ['no voucher', 'bad-evidence', [crypto.random(200)], [0]],
      ['not the accused', 'unknown-complaint', [voucher], [0], other]
    ]
    for (const [what, said, frames, indexes, by] of cases) {
      assert.equal(
        bar.words(await bar.answer(parties, complaint, frames, bits(indexes), by)),
        said,
        what
      )
    }
    assert.equal((await bar.notices(world, buyer)).length, 1)
    assert.equal(bar.words(await bar.answer(parties, crypto.random(32))), 'unknown-complaint')
  })

  it('I3 I5: who paid another seller for the piece says so, and need not pay twice', async () => {
    const { buyer, seller } = parties
    const other = await w.register(world)
    const { complaint } = await bar.proveUnpaid(parties)
    const voucher = await bar.voucherOf(parties, { indexes: [0], payee: other.uid })
    const said = await bar.answer(parties, complaint, [voucher], bits([0]))
    assert.equal(bar.words(said), 'void unpaid')
    assert.deepEqual(await bar.claim(parties, other, [0]), ['ok 1 0 3'])
    await bar.closePurse(world)
    assert.deepEqual(await bar.balances(world, buyer, seller, other), [97n, 0n, 3n])
  })
})
