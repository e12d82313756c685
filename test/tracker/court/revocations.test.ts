// The revocation log over HTTP: incremental, signed, hashed onto itself; whom it stops and whom not; and how an entry ends.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { memoryLedger } from '@floodgate/tracker'
import { claimed, redeem } from '../mint/trade.ts'
import * as w from '../mint/world.ts'
import * as bar from './bar.ts'

const { crypto } = w

describe('court: revocations', () => {
  let world: bar.CourtWorld
  let parties: bar.Case
  beforeEach(async () => {
    world = await bar.startCourt()
    parties = await bar.newCase(world)
  })
  afterEach(() => bar.closeCourt(world))

  /** Convicts the buyer of these parties by its own payment. */
  const convict = async (of: bar.Case, index = 0) => {
    const frame = await bar.paymentOf(of, { indexes: [index], token: () => crypto.random(32) })
    const filing = {
      kind: 'bad-token',
      by: of.seller,
      against: of.buyer.uid,
      index,
      frames: [frame]
    }
    const verdict = await bar.verdictOf(bar.complain(of, filing))
    assert.equal(verdict.outcome, 'guilty')
    return verdict
  }
  const operator = (path: string, body: object) =>
    w.post(world, `operator/${path}`, JSON.stringify(body), {
      authorization: `Bearer ${w.OPERATOR}`
    })
  const lift = async (uid: string) => (await operator('lift', { uid })).json()
  const newest = async () => (await bar.revocations(world, 0)).entries.at(-1)!

  it('G13: entries are chained and served a page at a time, from any version', async () => {
    const count = fg.REVOCATIONS_LIST_MAX + 4
    for (let i = 0; i < count; i++) await convict(await bar.newCase(world))
    const log = new fg.RevocationLog(crypto)
    const first = await bar.revocations(world, 0)
    assert.equal(first.entries.length, fg.REVOCATIONS_LIST_MAX)
    assert.ok(log.append(first))
    const rest = await bar.revocations(world, log.version)
    assert.equal(rest.entries.length, 4)
    assert.ok(log.append(rest))
    assert.equal(log.version, count)
    const nothing = await bar.revocations(world, count)
    assert.deepEqual([nothing.entries, nothing.head], [[], log.head])
    assert.ok(log.append(nothing))
    await assert.rejects(bar.revocations(world, count + 1), /bad-request/)
    const odd = await fetch(`${world.url}/floodgate/v1/revocations/-1`)
    assert.equal(await w.outcome(odd), 'bad-request')
  })

  it('an announce is told what is new behind the version that it names, and nothing otherwise', async () => {
    const other = await bar.newCase(world)
    await convict(parties)
    await convict(other)
    const told = async (revoked: number) => {
      const list = await bar.announce(parties, parties.seller, { revoked })
      assert.ok(typeof list === 'object')
      if (list.revocations.length === 0) return []
      const news = await world.trust.issued('revocations', list.revocations, world.clock.now)
      return news.entries.map(({ uid }) => fg.toHex(uid))
    }
    const both = [parties.buyer.uidHex, other.buyer.uidHex]
    assert.deepEqual(
      [await told(0), await told(1), await told(2), await told(99)],
      [both, both.slice(1), [], []]
    )
  })

  it('a revoked account may not announce or buy, but claims, learns why, and appeals', async () => {
    const { seller, infoHash } = parties
    const buys = { ...parties, buyer: seller, seller: parties.buyer }
    await w.fund(world, seller.uidHex, 100n)
    const own = await w.buy(world, seller, infoHash)
    const { complaint } = await convict({ ...buys, bought: own })
    assert.equal(await bar.announce(parties, seller), 'revoked')
    assert.equal(await bar.announce(parties, seller, { want: 1, again: 1 }), 'revoked')
    const earned = await claimed(world, parties.buyer, parties.bought, seller.uid, [0])
    assert.deepEqual(await redeem(world, seller, [earned]), ['ok 1 0 3'])
    const [notice] = await bar.notices(world, seller)
    const until = world.clock.now + 90 * 24 * 60 * bar.MINUTE
    assert.deepEqual(
      [notice?.kind, notice?.outcome, notice?.complaint, notice?.due],
      ['bad-token', 'revoked', complaint, until]
    )
    assert.equal(
      bar.words(await bar.answer(parties, complaint, [], new Uint8Array(), seller)),
      'appeal bad-token'
    )
    assert.equal((await world.store.appeals()).length, 1)
  })

  it('an entry is over after 90 days', async () => {
    await convict(parties)
    world.clock.now += 90 * 24 * 60 * bar.MINUTE - 1
    assert.equal(await bar.announce(parties, parties.buyer), 'revoked')
    world.clock.now += 1
    assert.equal(typeof (await bar.announce(parties, parties.buyer)), 'object')
  })

  it('F66 W15: the operator lifts; the same proof does not revoke again, a new one does', async () => {
    const { buyer, seller } = parties
    const uid = buyer.uidHex
    const token = () => crypto.random(32)
    const frame = await bar.paymentOf(parties, { indexes: [0], token })
    const filing = { kind: 'bad-token', by: seller, against: buyer.uid, frames: [frame] }
    const complain = async (index: number) => {
      world.clock.now += bar.MINUTE
      const verdict = await bar.verdictOf(bar.complain(parties, { ...filing, index }))
      assert.equal(verdict.outcome, 'guilty')
      return verdict.complaint
    }
    const first = await complain(0)
    world.clock.now += bar.MINUTE
    assert.deepEqual(await lift(uid), { uid, lifted: true, version: 2 })
    assert.deepEqual(await lift(uid), { uid, lifted: false, version: 2 })
    const { until, reason } = await newest()
    assert.deepEqual([until, reason], [0, 'operator'])
    assert.deepEqual([await complain(0), await complain(1)], [first, first])
    assert.deepEqual(await bar.revoked(world), [])
    await convict(parties)
    assert.deepEqual(await bar.revoked(world), [uid])
  })

  it('offences made to order do not fill the log, and lengthen a ban only when they come later', async () => {
    const day = 24 * 60 * bar.MINUTE
    const log = async () => (await bar.revocations(world, 0)).entries.map(({ until }) => until)
    const start = world.clock.now
    for (let i = 0; i < 5; i++) await convict(parties, i)
    assert.deepEqual(await log(), [start + 90 * day])
    world.clock.now += 60 * day
    await convict(parties)
    assert.deepEqual(await log(), [start + 90 * day, start + 150 * day])
  })

  it('a proof that is brought again after 90 days is over', async () => {
    const { buyer, seller } = parties
    const frame = await bar.paymentOf(parties, { indexes: [0], token: () => crypto.random(32) })
    const filing = { kind: 'bad-token', by: seller, against: buyer.uid, frames: [frame] }
    await bar.complain(parties, filing)
    world.clock.now += 90 * 24 * 60 * bar.MINUTE
    assert.equal(bar.words(await bar.complain(parties, filing)), 'guilty bad-token')
    assert.equal((await bar.revocations(world, 0)).entries.length, 1)
    assert.deepEqual(await bar.revoked(world), [])
  })

  it('I6: a conviction whose revocation was cut off by a death is carried out at the next start', async () => {
    const { buyer } = parties
    const case_ = { infoHash: '0'.repeat(40), purseId: '0'.repeat(32), index: 0, count: 0 }
    await world.store.execute({
      ...{ kind: 'complain', complaintId: 'ab'.repeat(32), proof: 'p', ...case_ },
      ...{ charge: 'bad-token', code: 'bad-token', outcome: 'guilty' },
      ...{ accuser: parties.seller.uidHex, accused: buyer.uidHex, now: world.clock.now },
      ...{ nonce: new Uint8Array(), evidence: new Uint8Array(1) }
    })
    assert.deepEqual(await bar.revoked(world), [])
    await world.tracker.settle()
    assert.deepEqual(await bar.revoked(world), [buyer.uidHex])
  })

  it('W15: who was revoked by hand is told so, and may appeal', async () => {
    const { seller } = parties
    await operator('revoke', { uid: seller.uidHex })
    const [notice] = await bar.notices(world, seller)
    assert.deepEqual([notice?.kind, notice?.outcome], ['operator', 'revoked'])
    const appealed = await bar.answer(parties, notice!.complaint, [], new Uint8Array(), seller)
    assert.equal(bar.words(appealed), 'appeal operator')
  })

  it('F66: the operator revokes by hand, and lifts', async () => {
    const { uidHex: uid } = parties.seller
    const revoke = async (who: string) => (await operator('revoke', { uid: who })).json()
    const version = (await revoke(uid)).version
    assert.ok(version > 0)
    assert.equal((await revoke(uid)).version, version, 'once is enough')
    assert.equal((await lift(uid)).lifted, true)
  })

  it('the operator’s lift forgives strikes', async () => {
    await world.close()
    world = await bar.startCourt({ court: { strikesMax: 1 } })
    parties = await bar.newCase(world)
    await bar.proveUnpaid(parties, 0)
    for (let i = 0; i < 13; i++) {
      await bar.announce(parties, parties.buyer)
      world.clock.now += bar.MINUTE
    }
    assert.deepEqual(await bar.revoked(world), [parties.buyer.uidHex])
    await lift(parties.buyer.uidHex)
    assert.equal(typeof (await bar.announce(parties, parties.buyer)), 'object')
    assert.deepEqual(await bar.revoked(world), [])
  })

  it('the operator’s routes are the operator’s, and read their bodies', async () => {
    const cases: [code: string, answer: Promise<Response>][] = [
      [
        'not-allowed',
        w.post(world, 'operator/lift', JSON.stringify({ uid: parties.buyer.uidHex }))
      ],
      ['not-allowed', fetch(`${world.url}/floodgate/v1/operator/court`)],
      ['bad-request', operator('lift', { uid: 'nobody' })],
      ['bad-request', operator('lift', [])],
      ['unknown-account', operator('lift', { uid: '0'.repeat(32) })]
    ]
    for (const [code, answer] of cases) assert.equal(await w.outcome(await answer), code)
  })

  it('I6: who opens the ledger again has the same log', async () => {
    await world.close()
    const kept = memoryLedger({ currency: 'EUR' })
    const ledger = { ...kept, close: async () => undefined }
    world = await bar.startCourt({ ledger })
    parties = await bar.newCase(world)
    const other = await bar.newCase(world)
    await convict(parties)
    await lift(parties.buyer.uidHex)
    await convict(other)
    const before = await bar.revocations(world, 0)
    const { keys } = world
    await world.close()
    world = await bar.startCourt({ ledger, keys })
    const after = await bar.revocations(world, 0)
    assert.deepEqual([after.entries, after.head], [before.entries, before.head])
    assert.deepEqual(await bar.revoked(world), [other.buyer.uidHex])
    assert.equal(await bar.announce({ ...other, world }, other.buyer), 'revoked')
  })
})
