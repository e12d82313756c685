// From a challenge to money: the accuser proves that it has the piece, the buyer accepts, or his purse
// closes. Whatever comes in whatever order, no token is paid twice, and nobody pays for a piece that he cannot get.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import * as w from '../mint/world.ts'
import * as bar from './bar.ts'

const { crypto } = w

describe('court: what becomes of an unpaid piece', () => {
  let world: bar.CourtWorld
  let parties: bar.Case
  beforeEach(async () => {
    world = await bar.startCourt()
    parties = await bar.newCase(world)
  })
  afterEach(() => bar.closeCourt(world))

  it('F57: possession proves the case; nothing moves until the buyer accepts', async () => {
    const { buyer, seller } = parties
    const verdict = await bar.complainUnpaid(parties)
    assert.equal(bar.words(await bar.prove(parties, verdict)), 'proved unpaid')
    assert.deepEqual(await bar.balances(world, buyer, seller), [70n, 0n])
    const settled = await bar.verdictOf(bar.answer(parties, verdict.complaint))
    assert.deepEqual(
      [bar.words(settled), settled.credited, settled.currency],
      ['settled', 3n, 'EUR']
    )
    assert.deepEqual(await bar.balances(world, buyer, seller), [70n, 3n])
  })

  it('F57 F51: the buyer who paid by the court gets the piece, as often as a seller would send it', async () => {
    const { infoHash } = parties
    const { complaint } = await bar.proveUnpaid(parties, 2)
    assert.equal(await bar.fetchPiece(parties, 2), 'unknown-complaint')
    await bar.answer(parties, complaint)
    for (let i = 0; i < 1 + fg.RESENDS_MAX; i++) {
      assert.deepEqual(await bar.fetchPiece(parties, 2), world.shelf.get(infoHash)![2])
    }
    assert.equal(await bar.fetchPiece(parties, 2), 'too-many-resends')
    const { signer } = parties.buyer
    const body = { purse: parties.bought.purse.purse, index: 2 }
    const time = world.clock.now
    const old = await signer.sign('pieceRequest', body, { time, expiry: time })
    assert.equal(await w.outcome(await w.post(world, 'pieces', old)), 'replayed')
    assert.equal(await bar.fetchPiece(parties, 3), 'unknown-complaint')
    assert.equal(await bar.fetchPiece(parties, 2, parties.seller), 'unknown-complaint')
  })

  it('D8 I5: who has not the piece is not paid for it', async () => {
    const { infoHash } = parties
    const verdict = await bar.complainUnpaid(parties)
    const wrong = world.shelf.get(infoHash)![1]!
    assert.equal(await bar.prove(parties, verdict, wrong), 'bad-possession')
    assert.equal(
      await bar.prove(parties, { ...verdict, nonce: crypto.random(32) }),
      'bad-possession'
    )
    const other = await w.register(world)
    const piece = world.shelf.get(infoHash)![0]!
    assert.equal(await bar.prove(parties, verdict, piece, other), 'unknown-complaint')
    // An acceptance of what is not proved pays nothing.
    assert.equal(bar.words(await bar.answer(parties, verdict.complaint)), 'challenge unpaid')
    await bar.closePurse(world)
    assert.deepEqual(await bar.balances(world, parties.buyer, parties.seller), [100n, 0n])
  })

  it('F62: five wrong proofs are enough for ten minutes', async () => {
    const verdict = await bar.complainUnpaid(parties)
    const said = []
    for (let i = 0; i < 6; i++) said.push(await bar.prove(parties, verdict, crypto.random(9)))
    assert.deepEqual(said, [...Array<string>(5).fill('bad-possession'), 'too-many-requests'])
    world.clock.now += 10 * bar.MINUTE
    assert.equal(bar.words(await bar.prove(parties, verdict)), 'proved unpaid')
  })

  it('what the provider cannot read itself, or has spoiled, is nobody’s fault', async () => {
    const verdict = await bar.complainUnpaid(parties)
    const pieces = world.shelf.get(parties.infoHash)!
    const sound = pieces[0]!
    pieces[0] = sound.slice(1)
    for (let i = 0; i < 6; i++) assert.equal(await bar.prove(parties, verdict, sound), 'no-source')
    pieces[0] = sound
    assert.equal(bar.words(await bar.prove(parties, verdict)), 'proved unpaid')
  })

  it('I4 G2: what was withheld goes to the seller when the purse closes, not back to the buyer', async () => {
    const { buyer, seller } = parties
    await bar.proveUnpaid(parties, 0)
    await bar.proveUnpaid(parties, 1)
    await bar.closePurse(world)
    assert.deepEqual(await bar.balances(world, buyer, seller), [94n, 6n])
    // He paid, so he gets the pieces also now.
    assert.deepEqual(await bar.fetchPiece(parties, 1), world.shelf.get(parties.infoHash)![1])
  })

  it('I4: of two sellers with a proved case about one token, the first is paid', async () => {
    const { buyer, seller } = parties
    const second = { ...parties, seller: await w.register(world) }
    await bar.proveUnpaid(parties)
    await bar.proveUnpaid(second)
    await bar.closePurse(world)
    assert.deepEqual(await bar.balances(world, buyer, seller, second.seller), [97n, 3n, 0n])
  })

  it('I3: a token that another seller claimed is not paid once more by the court', async () => {
    const { buyer, seller } = parties
    const other = await w.register(world)
    const { complaint } = await bar.proveUnpaid(parties)
    assert.deepEqual(await bar.claim(parties, other, [0]), ['ok 1 0 3'])
    assert.equal(bar.words(await bar.answer(parties, complaint)), 'dismissed already-paid')
    await bar.closePurse(world)
    assert.deepEqual(await bar.balances(world, buyer, seller, other), [97n, 0n, 3n])
    assert.deepEqual(await bar.revoked(world), [])
  })

  it('I3: claims after the settlement, with the token or without, are paid what is new', async () => {
    const { buyer, seller } = parties
    const { complaint } = await bar.proveUnpaid(parties, 0)
    await bar.answer(parties, complaint)
    assert.deepEqual(await bar.claim(parties, seller, [1, 2]), ['ok 2 0 6'])
    assert.deepEqual(await bar.claim(parties, seller, [0, 1, 2, 3]), ['ok 1 0 3'])
    assert.deepEqual(await bar.claim(parties, seller, [0, 1, 2, 3, 4]), ['ok 1 0 3'])
    assert.deepEqual(await bar.balances(world, buyer, seller), [70n, 15n])
  })

  it('I3: a settlement between two claims spoils neither', async () => {
    const { seller } = parties
    await bar.claim(parties, seller, [1])
    const verdict = await bar.complainUnpaid(parties, 0, { count: 1 })
    await bar.prove(parties, verdict)
    await bar.answer(parties, verdict.complaint)
    assert.deepEqual(await bar.claim(parties, seller, [1, 5]), ['ok 1 0 3'])
    assert.deepEqual(await bar.claim(parties, seller, [0, 1, 5, 6]), ['ok 1 0 3'])
    assert.deepEqual(await bar.balances(world, seller), [12n])
  })

  it('G6: to accept a case and promise its token to another is a double spend', async () => {
    const { buyer, seller } = parties
    const other = await w.register(world)
    const { complaint } = await bar.proveUnpaid(parties, 0)
    await bar.answer(parties, complaint)
    // With the seller himself it is none: his voucher now covers the piece.
    await bar.claim(parties, seller, [0, 1])
    assert.deepEqual(await bar.revoked(world), [])
    assert.deepEqual(await bar.claim(parties, other, [0]), ['ok 0 1 3'])
    assert.deepEqual(await bar.revoked(world), [buyer.uidHex])
    assert.deepEqual(await bar.balances(world, buyer, seller, other), [67n, 6n, 3n])
  })

  it('a claim between complaint and proof ends the case', async () => {
    const { seller } = parties
    const verdict = await bar.complainUnpaid(parties)
    await bar.claim(parties, seller, [0])
    assert.equal(bar.words(await bar.prove(parties, verdict)), 'dismissed already-paid')
    assert.deepEqual(await bar.balances(world, seller), [3n])
  })

  it('a closed purse pays no more: complaints about it are dismissed', async () => {
    const verdict = await bar.complainUnpaid(parties, 0)
    await bar.closePurse(world)
    assert.equal(bar.words(await bar.prove(parties, verdict)), 'dismissed purse-closed')
    assert.equal(bar.words(await bar.complainUnpaid(parties, 1)), 'dismissed purse-closed')
    assert.deepEqual(await bar.balances(world, parties.buyer, parties.seller), [100n, 0n])
  })

  it('G14: acceptance, proof and answer may be repeated', async () => {
    const { buyer, seller } = parties
    const verdict = await bar.proveUnpaid(parties)
    const said = [
      await bar.prove(parties, verdict),
      await bar.answer(parties, verdict.complaint),
      await bar.answer(parties, verdict.complaint),
      await bar.prove(parties, verdict),
      await bar.complainUnpaid(parties, 0, { counter: 9 })
    ]
    assert.deepEqual(
      said.map((one) => bar.words(one)),
      ['proved unpaid', ...Array<string>(4).fill('settled')]
    )
    assert.deepEqual(await bar.balances(world, buyer, seller), [70n, 3n])
  })
})
