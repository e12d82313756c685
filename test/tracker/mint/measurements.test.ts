// Measurements of promises, over HTTP: who missed it is credited by itself, once, and what was altered is refused.

import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { claimed, redeem } from './trade.ts'
import * as w from './world.ts'

const { crypto } = w
const PIECES = 10
const LENGTH = PIECES * 16_384
const promise: fg.ServicePromise = { startMs: 1000, rate: 16_384, share: 95, credit: 20 }

type Figures = Partial<fg.Body<'measurement'>>

describe('mint: measurements', () => {
  const ownSeeders = new Set<string>()
  let spareMs = 0
  let world: w.World
  let buyer: w.Trader
  let seeder: w.Trader
  let content: string
  let bought: w.Bought

  beforeEach(async () => {
    spareMs = 0
    ownSeeders.clear()
    world = await w.startWorld({ ownSeeders, spareMs: () => spareMs })
    buyer = await w.register(world, 1000n)
    seeder = await w.register(world)
    ownSeeders.add(seeder.uidHex)
    await world.store.execute({ kind: 'ownAccount', uid: seeder.uidHex, now: 1 })
    content = await w.publish(world, { pieces: PIECES, price: 10n, promise })
    bought = await buy()
  })
  afterEach(async () => {
    assert.deepEqual(world.errors, [])
    assert.deepEqual((await world.store.audit()).faults, [])
    await world.close()
  })

  const buy = (infoHash = content): Promise<w.Bought> =>
    w.buy(world, buyer, infoHash, { price: 10n, left: LENGTH, session: crypto.random(32) })
  const after = (ms: number): void => void (world.clock.now += ms)
  const sold = async (count: number, on = bought): Promise<void> => {
    const indexes = Array.from({ length: count }, (_, i) => i)
    const paid = await claimed(world, buyer, on, seeder.uid, indexes)
    assert.match((await redeem(world, seeder, [paid]))[0]!, /^ok/)
  }
  const announce = async (left: number): Promise<void> => {
    const envelope = await w.announceMessage(world, buyer, content, { want: 0, event: '' })
    assert.equal((await w.announceHttp(world, content, envelope, { left, event: '' })).code, '')
  }

  /** All came in 20 s: twice what was promised and a second. */
  const slow = { startMs: 900, wantedMs: 20_000, bytes: LENGTH, paid: PIECES }
  function frameOf(figures: Figures = {}, who = buyer): Promise<Uint8Array> {
    const time = world.clock.now
    const { purse, infoHash } = bought.purse
    const body = { infoHash, purse, ...slow, ...figures }
    return who.signer.sign('measurement', body, { time, expiry: time + 600_000 })
  }
  async function send(frame: Uint8Array): Promise<string> {
    const answer = await w.outcome(await w.post(world, 'measurements', frame))
    if (typeof answer === 'string') return answer
    const said = await world.trust.issued('measured', answer, world.clock.now)
    assert.deepEqual(said.measurement, crypto.sha256(frame))
    const { missed, excuse, credit, state, credited } = said
    return `${missed || 'kept'}${excuse && ` ${excuse}`} ${credit} ${state} ${credited}`
  }
  const measure = async (figures: Figures = {}, who = buyer): Promise<string> =>
    send(await frameOf(figures, who))

  it('F78, F79: a miss is credited out of the provider’s own earnings, and said again when asked again', async () => {
    after(20_000)
    await sold(PIECES)
    const frame = await frameOf()
    assert.equal(await send(frame), 'rate 20 paid 20')
    assert.equal(await send(frame), 'rate 20 paid 20')
    assert.equal(await w.balanceOf(world, buyer.uidHex), 920n)
    assert.equal(await w.balanceOf(world, seeder.uidHex), 80n)
    assert.equal(await measure({ wantedMs: 19_999 }), 'conflict')
    const { measurements, misses } = world.tracker.counters.mint
    assert.deepEqual([measurements, misses], [1, 1])
  })

  it('who is above the promise, and who was slow by his own line, gets nothing', async () => {
    after(20_000)
    await sold(PIECES)
    assert.equal(await measure({ wantedMs: 11_000 }), 'kept 0 kept 0')
    bought = await w.buy(world, buyer, content, {
      again: 1,
      price: 10n,
      session: crypto.random(32)
    })
    after(20_000)
    spareMs = 10_001
    assert.equal(await measure({ paid: 0 }), 'rate own-line 0 kept 0')
    assert.equal(await w.balanceOf(world, buyer.uidHex), 800n)
  })

  it('waits for the claims of what was paid', async () => {
    after(20_000)
    await sold(4)
    assert.equal(await measure({ bytes: LENGTH }), 'rate 20 owed 0')
    assert.equal(await world.tracker.settle(), 0)
    assert.equal(await w.balanceOf(world, buyer.uidHex), 900n)
    await sold(PIECES)
    assert.equal(await w.balanceOf(world, buyer.uidHex), 920n, 'with the claim itself')
  })

  it('W17: gives nothing back of what others earned: who buys from his own accomplice gains nothing', async () => {
    // Whoever has a token for seeders may report any account as one: that makes it nobody's money.
    seeder = await w.register(world)
    const victim = await w.register(world, 500n)
    for (const { uidHex } of [seeder, victim]) ownSeeders.add(uidHex)
    after(20_000)
    await sold(PIECES)
    assert.equal(await measure(), 'rate 20 paid 0')
    assert.equal(await w.balanceOf(world, seeder.uidHex), 100n)
    assert.equal(await w.balanceOf(world, victim.uidHex), 500n)
  })

  it('the provider’s own sellers stand in the ledger: another process, or one after a restart, credits alike', async () => {
    ownSeeders.clear()
    after(20_000)
    await sold(PIECES)
    assert.equal(await measure(), 'rate 20 paid 20')
    assert.equal(await w.balanceOf(world, seeder.uidHex), 80n)
  })

  it('F78: every altered field is refused: unsigned changes by the signature, signed ones by what we know', async () => {
    await announce(LENGTH)
    after(4000)
    await announce(LENGTH - 16_384)
    after(6000)
    await announce(0)
    await sold(PIECES)
    after(90_000)
    const honest = { startMs: 3900, wantedMs: 9900 }
    const frame = await frameOf(honest)
    const { purse } = bought.purse
    const bits = frame.length * 8
    for (let bit = 0; bit < bits; bit += 41) {
      const flipped = frame.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const said = await send(flipped)
      assert.ok(fg.isErrorCode(said), `bit ${bit}: ${said}`)
    }
    const table: [change: Figures, said: string][] = [
      [{ startMs: 4501 }, 'contradicted'],
      [{ wantedMs: 10_501 }, 'contradicted'],
      [{ wantedMs: 10_501, bytes: LENGTH + 16_384 }, 'contradicted'],
      [{ bytes: LENGTH - 1 }, 'contradicted'],
      [{ wantedMs: 200_000 }, 'contradicted'],
      [{ startMs: 9901 }, 'contradicted'],
      [{ purse: purse.map((byte) => byte ^ 1) }, 'unknown-purse'],
      [{ infoHash: new Uint8Array(20) }, 'wrong-purse']
    ]
    for (const [change, said] of table) {
      assert.equal(await measure({ ...honest, ...change }), said, JSON.stringify(change))
    }
    const other = await w.register(world, 100n)
    assert.equal(await measure(honest, other), 'unknown-purse', 'another’s purse')
    const forged = await fg
      .createSigner(crypto, crypto.signKey(crypto.random(32)), buyer.uid, world.provider)
      .sign('measurement', fg.decode(frame, 'measurement').message, { time: 1, expiry: 2 })
    assert.equal(await send(forged), 'bad-signature')
    assert.equal(await send(frame), 'start 20 paid 20', 'the honest one stands')
    assert.equal(await measure({ ...honest, startMs: 4000 }), 'conflict')
  })

  it('F78: who says that he paid for more pieces than came is refused', async () => {
    after(3000)
    const empty = { startMs: 2600, wantedMs: 2600, bytes: 0 }
    assert.equal(await measure({ ...empty, paid: PIECES }), 'contradicted')
    const most = (PIECES - 1) * 16_384
    assert.equal(await measure({ ...empty, bytes: most, paid: PIECES }), 'contradicted')
    assert.equal(await measure({ ...empty, bytes: most + 1, paid: PIECES }), 'start 20 owed 0')
  })

  it('F79: what came while the purse was under way is not held against its buyer', async () => {
    after(400)
    await announce(LENGTH - 3 * 16_384)
    after(4000)
    await announce(LENGTH - 4 * 16_384)
    const honest = { startMs: 4000, wantedMs: 4000, bytes: 16_384, paid: 1 }
    assert.equal(await measure({ ...honest, bytes: 16_383 }), 'contradicted')
    assert.equal(await measure(honest), 'start 20 owed 0')
  })

  it('F78: all is here with the first announce after the purchase: nothing was wanted from then on', async () => {
    after(4000)
    await announce(0)
    after(20_000)
    assert.equal(await measure(), 'contradicted')
    assert.equal(await measure({ wantedMs: 4000 }), 'kept 0 kept 0')
  })

  it('there has to be a promise, and a purse that is open', async () => {
    const plain = await w.publish(world, { pieces: PIECES, price: 10n })
    bought = await buy(plain)
    assert.equal(await measure({ paid: 0 }), 'no-promise')
    bought = await w.buy(world, buyer, content, {
      again: 1,
      price: 10n,
      session: crypto.random(32)
    })
    after(40 * 24 * 3600e3)
    assert.equal(await world.tracker.settle(), 3)
    assert.equal(await measure({ paid: 0 }), 'purse-closed')
  })
})
