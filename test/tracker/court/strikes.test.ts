// Notices and strikes: everybody is told before anything counts against him, only silence counts, and only from many
// different accounts. Whoever is away, answers, or was never told has no strike.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { bitmapOf, claimed, redeem } from '../mint/trade.ts'
import * as w from '../mint/world.ts'
import * as bar from './bar.ts'

const STRIKES_MAX = 3

describe('court: notices, strikes and bans', () => {
  let world: bar.CourtWorld
  let parties: bar.Case
  beforeEach(async () => {
    world = await bar.startCourt({ court: { strikesMax: STRIKES_MAX } })
    parties = await bar.newCase(world, 20)
  })
  afterEach(() => bar.closeCourt(world))

  /** How many notices an announce tells of, or why it is refused. */
  const announced = async (event = 'started') => {
    const list = await bar.announce(parties, parties.buyer, { event })
    return typeof list === 'string' ? list : list.notices
  }
  /** The buyer is there: he announces every half minute. */
  const stay = async (minutes: number) => {
    for (let i = 0; i < minutes * 2; i++) {
      world.clock.now += bar.MINUTE / 2
      const said = await announced()
      if (said === 'revoked') return said
    }
    return announced()
  }
  /** A proved case of a new seller. */
  const newAccuser = async (index: number) => {
    const seller = await w.register(world)
    const verdict = await bar.proveUnpaid({ ...parties, seller }, index)
    return { seller, verdict }
  }
  const shown = async () =>
    (await bar.notices(world, parties.buyer)).map(
      ({ kind, outcome, index, strikes, strikesMax }) =>
        `${kind} ${outcome} ${index} ${strikes}/${strikesMax}`
    )

  it('W15: a notice names the case, its evidence, what is at stake and until when', async () => {
    const { verdict, seller } = await newAccuser(4)
    assert.equal(await announced(), 1)
    const [notice] = await bar.notices(world, parties.buyer)
    assert.deepEqual(notice, {
      complaint: verdict.complaint,
      ...{ kind: 'unpaid', accuser: seller.uid, index: 4, outcome: 'proved' },
      ...{ infoHash: parties.bought.purse.infoHash, purse: parties.bought.purse.purse },
      ...{ due: world.clock.now + 10 * bar.MINUTE, strikes: 0, strikesMax: STRIKES_MAX }
    })
    assert.deepEqual(await bar.notices(world, seller), [])
  })

  it('F58 W15: silence is a strike only after ten minutes of being there and told', async () => {
    await newAccuser(0)
    assert.equal(await stay(9), 1)
    assert.deepEqual(await shown(), ['unpaid proved 0 0/3'])
    assert.equal(await stay(2), 1)
    assert.deepEqual(await shown(), ['unpaid strike 0 1/3'])
  })

  it('I5: an unproved complaint is shown, and never a strike', async () => {
    await bar.complainUnpaid(parties, 0)
    assert.equal(await stay(30), 1)
    assert.deepEqual(await shown(), ['unpaid challenge 0 0/3'])
  })

  it('I5: who is not there cannot be silent: coming back, he has his time once more', async () => {
    await newAccuser(0)
    await announced()
    world.clock.now += 600 * bar.MINUTE
    assert.equal(await announced(), 1)
    assert.deepEqual(await shown(), ['unpaid proved 0 0/3'])
    assert.equal(await stay(9), 1)
    assert.deepEqual(await shown(), ['unpaid proved 0 0/3'])
    await stay(2)
    assert.deepEqual(await shown(), ['unpaid strike 0 1/3'])
  })

  it('who always goes for longer than an answer takes gains no more than once', async () => {
    await newAccuser(0)
    for (let i = 0; i < 4; i++) {
      await announced()
      world.clock.now += 11 * bar.MINUTE
    }
    assert.deepEqual(await shown(), ['unpaid strike 0 1/3'])
  })

  it('I5: who is told as he leaves was not told', async () => {
    await newAccuser(0)
    await announced('stopped')
    world.clock.now += 11 * bar.MINUTE
    await announced('stopped')
    const [waiting] = await world.store.summons(parties.buyer.uidHex, 9)
    assert.deepEqual([waiting?.told, waiting?.due], [0, 0])
  })

  it('F58: strikes of enough different accounts ban; each was told of before, the last with its evidence', async () => {
    for (let i = 0; i < STRIKES_MAX - 1; i++) {
      await newAccuser(i)
      assert.notEqual(await stay(11), 'revoked')
      assert.ok((await shown()).includes(`unpaid strike ${i} ${i + 1}/3`))
    }
    const { verdict } = await newAccuser(9)
    assert.equal(await announced(), STRIKES_MAX)
    assert.equal(await stay(11), 'revoked')
    const [notice] = await bar.notices(world, parties.buyer)
    assert.deepEqual([notice?.kind, notice?.outcome, notice?.strikes], ['unpaid', 'revoked', 3])
    assert.deepEqual(notice?.complaint, verdict.complaint)
  })

  it('I5: one account’s word counts once, however often it is given', async () => {
    for (let i = 0; i < 2 * STRIKES_MAX; i++) await bar.proveUnpaid(parties, i)
    assert.notEqual(await stay(30), 'revoked')
    assert.ok((await shown()).every((line) => line.endsWith(' 1/3')))
  })

  it('I5: an honest buyer answers, and is never banned, whoever complains', async () => {
    for (let i = 0; i < 4 * STRIKES_MAX; i++) {
      const { verdict, seller } = await newAccuser(i)
      await announced()
      if (i % 2 === 0) await bar.answer(parties, verdict.complaint)
      else {
        const voucher = await bar.voucherOf({ ...parties, seller }, { indexes: [i] })
        await bar.answer(parties, verdict.complaint, [voucher], bitmapOf([i], 20))
      }
      assert.equal(await stay(11), 0)
    }
    assert.deepEqual(await bar.revoked(world), [])
  })

  it('I5: as many complaints as others file, all answers of the accused are heard', async () => {
    await bar.closeCourt(world)
    world = await bar.startCourt({ court: { complaintsPerHour: 2 } })
    parties = await bar.newCase(world, 20)
    for (let i = 0; i < 8; i++) {
      const { verdict } = await newAccuser(i)
      assert.equal(bar.words(await bar.answer(parties, verdict.complaint)), 'settled')
    }
  })

  it('G6: a proved offence stands beside a ban by strikes, and an answer does not lift it', async () => {
    const cases = []
    for (let i = 0; i < STRIKES_MAX; i++) cases.push(await newAccuser(i))
    assert.equal(await stay(11), 'revoked')
    const { seller } = parties
    const frame = await bar.paymentOf(parties, { indexes: [9], token: () => w.crypto.random(32) })
    const filing = { kind: 'bad-token', by: seller, against: parties.buyer.uid, index: 9 }
    await bar.complain(parties, { ...filing, frames: [frame] })
    for (const { verdict } of cases) await bar.answer(parties, verdict.complaint)
    assert.deepEqual(await bar.revoked(world), [parties.buyer.uidHex])
  })

  it('I5: a case about a token that another seller claimed meanwhile is no strike', async () => {
    const { buyer, seller, bought } = parties
    await newAccuser(0)
    await announced()
    await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [0])])
    assert.equal(await stay(11), 0)
    assert.deepEqual(await shown(), [])
  })

  it('W15: an answer, also after the ban, takes the strike away and lifts the ban', async () => {
    const cases = []
    for (let i = 0; i < STRIKES_MAX; i++) cases.push(await newAccuser(i))
    assert.equal(await stay(11), 'revoked')
    const [{ seller, verdict }] = cases as [(typeof cases)[number]]
    const voucher = await bar.voucherOf({ ...parties, seller }, { indexes: [0] })
    const said = await bar.answer(parties, verdict.complaint, [voucher], bitmapOf([0], 20))
    assert.equal(bar.words(said), 'void unpaid')
    assert.deepEqual(await bar.revoked(world), [])
    assert.equal(await announced(), 2)
    // The strikes that are left stand: another one bans again.
    await newAccuser(7)
    assert.equal(await stay(11), 'revoked')
  })

  it('an answer lifts no ban that is full without it, nor one for a proof', async () => {
    const cases = []
    for (let i = 0; i <= STRIKES_MAX; i++) cases.push(await newAccuser(i))
    assert.equal(await stay(11), 'revoked')
    await bar.answer(parties, cases[0]!.verdict.complaint)
    assert.equal(await announced(), 'revoked')
    await bar.answer(parties, cases[1]!.verdict.complaint)
    assert.notEqual(await announced(), 'revoked')
    const frame = await bar.paymentOf(parties, { indexes: [9], token: () => w.crypto.random(32) })
    const by = { by: parties.seller, against: parties.buyer.uid, frames: [frame] }
    world.clock.now += bar.MINUTE
    await bar.complain(parties, { kind: 'bad-token', ...by })
    await bar.answer(parties, cases[2]!.verdict.complaint)
    assert.equal(await announced(), 'revoked')
  })

  it('W15: who accepts takes the strike away as well, also when his purse has paid by closing', async () => {
    const [first, second] = [await newAccuser(0), await newAccuser(1)]
    await stay(11)
    assert.equal((await shown()).length, 2)
    await bar.answer(parties, first.verdict.complaint)
    assert.deepEqual(await shown(), ['unpaid strike 1 1/3'])
    await bar.closePurse(world)
    assert.deepEqual(await shown(), ['unpaid strike 1 1/3'])
    assert.equal(bar.words(await bar.answer(parties, second.verdict.complaint)), 'settled')
    assert.deepEqual(await shown(), [])
  })

  it('what is about a closed purse is no longer told, proved or not', async () => {
    await bar.complainUnpaid(parties, 0)
    const { seller } = await newAccuser(1)
    assert.equal(await announced(), 2)
    await bar.closePurse(world)
    assert.equal(await w.balanceOf(world, seller.uidHex), 3n)
    // But that the court paid out of it is: until he must have seen it.
    await announced()
    assert.deepEqual(await shown(), ['unpaid settled 1 0/3'])
    await stay(11)
    assert.deepEqual(await shown(), [])
  })

  it('strikes are over after 90 days', async () => {
    for (let i = 0; i < STRIKES_MAX - 1; i++) await newAccuser(i)
    await stay(11)
    assert.equal((await shown()).length, 2)
    world.clock.now += 91 * 24 * 60 * bar.MINUTE
    assert.deepEqual(await shown(), [])
  })

  it('G7: notices are for their owner only, and only for who asks for them now', async () => {
    await newAccuser(0)
    await assert.rejects(bar.notices(world, parties.buyer, 'balance'), /bad-request/)
    const { signer } = parties.buyer
    const time = world.clock.now
    const bytes = await signer.sign('accountRequest', { what: 'notices' }, { time, expiry: time })
    const ask = async () => w.outcome(await w.post(world, 'notices', bytes))
    assert.ok((await ask()) instanceof Uint8Array)
    assert.equal(await ask(), 'replayed')
    world.clock.now += 11 * bar.MINUTE
    assert.equal(await ask(), 'clock')
  })

  it('shows no more notices than fit, those that count first', async () => {
    const many = await bar.newCase(world, fg.NOTICES_MAX + 9, 1000n)
    for (let i = 0; i < fg.NOTICES_MAX + 3; i++) await bar.complainUnpaid(many, i)
    await bar.proveUnpaid(many, fg.NOTICES_MAX + 5)
    const list = await bar.announce(many, many.buyer)
    assert.equal(typeof list === 'object' && list.notices, fg.NOTICES_MAX)
    const items = await bar.notices(world, many.buyer)
    assert.deepEqual([items.length, items[0]?.outcome], [fg.NOTICES_MAX, 'proved'])
  })
})
