/** The engine between real clients: every piece whole from one wire, held until admitted, and nothing lost on the way. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { PretendOptions, WireTrade } from './pretend-trade.ts'
import {
  closeAll,
  connect,
  content,
  done,
  holdsAll,
  KIB,
  leecher,
  MIB,
  seeder,
  type Member
} from './swarm.ts'

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)
const bought = (member: Member) => member.trades.flatMap((trade) => trade.got)
const sold = (member: Member) => sum(member.trades.flatMap((trade) => [...trade.sent.values()]))
const each = (count: number) => Array.from({ length: count }, (_, index) => index)

/** Resolves when `happened` is true after a piece was stored. */
async function until(member: Member, happened: () => boolean): Promise<void> {
  while (!happened()) await once(member.torrent as never, 'verified')
}

describe('engine', () => {
  afterEach(closeAll)

  it('F22: fetches every piece once, whole, and the seller accounts every byte once', async () => {
    const made = await content({ bytes: 5 * MIB + 12_345, pieceLength: 256 * KIB })
    const seed = await seeder(made)
    const leech = await leecher(made)
    connect(leech, seed)
    await done(leech)
    assert.ok(holdsAll(leech, made))
    assert.deepEqual(
      bought(leech).sort((a, b) => a - b),
      each(21)
    )
    assert.equal(sold(seed), made.data.length)
    assert.equal(seed.store.gets, 21, 'each piece is read once')
    assert.equal(leech.torrent.progress, 1)
  })

  for (const limit of [1, 2, 8]) {
    it(`I2, W6: never has more than ${limit} unpaid pieces served to one buyer`, async () => {
      const made = await content({ bytes: 4 * MIB })
      const seed = await seeder(made, { trade: { limit } })
      const leech = await leecher(made, { trade: { limit } })
      connect(leech, seed)
      await done(leech)
      assert.equal(seed.trades[0]!.unpaidMax, limit)
    })
  }

  it('I2: serves a buyer that never pays its limit, and not a byte more', async () => {
    const made = await content({ bytes: 2 * MIB })
    const seed = await seeder(made, { trade: { limit: 3 } })
    const leech = await leecher(made, { trade: { limit: 3, stiff: true } })
    connect(leech, seed)
    await until(leech, () => bought(leech).length === 3)
    assert.equal(sold(seed), 3 * made.pieceLength)
  })

  it('F22: from several sellers, no piece is fetched from two', async () => {
    const made = await content({ bytes: 8 * MIB })
    const seeds = await Promise.all(each(3).map(() => seeder(made)))
    const leech = await leecher(made)
    connect(leech, ...seeds)
    await done(leech)
    assert.ok(holdsAll(leech, made))
    assert.equal(sum(seeds.map(sold)), made.data.length)
    assert.equal(new Set(bought(leech)).size, 128)
    assert.ok(seeds.every((seed) => sold(seed) > 0))
  })

  it('sells to several wires at once, and buyers sell on to each other', async () => {
    const made = await content({ bytes: 4 * MIB })
    const seed = await seeder(made)
    const leeches = await Promise.all(each(4).map(() => leecher(made)))
    for (const [at, leech] of leeches.entries()) connect(leech, seed, ...leeches.slice(at + 1))
    await done(...leeches)
    assert.ok(leeches.every((leech) => holdsAll(leech, made)))
    assert.equal(sum([seed, ...leeches].map(sold)), 4 * made.data.length)
    assert.ok(sum(leeches.map(sold)) > 0)
  })

  it('works over encrypted wires', async () => {
    const made = await content({ bytes: MIB })
    const seed = await seeder(made, { client: { secure: 1 } })
    const leech = await leecher(made, { client: { secure: 1 } })
    connect(leech, seed)
    await done(leech)
    assert.ok(holdsAll(leech, made))
  }).timeout(30_000)

  it('binds ahead although a piece is longer than the pipe', async () => {
    const made = await content({ bytes: 6 * MIB, pieceLength: MIB })
    const seed = await seeder(made)
    let boundMax = 0
    const leech = await leecher(made, {
      trade: {
        engine: { pipelineBytes: 256 * KIB },
        bind(trade, indexes) {
          boundMax = Math.max(boundMax, trade.bound.size)
          trade.sendRequest(indexes)
          return true
        }
      }
    })
    connect(leech, seed)
    await done(leech)
    assert.equal(boundMax, 2)
  })

  it('waits for a bind that takes its time, and asks for no block before', async () => {
    const made = await content({ bytes: MIB })
    const seed = await seeder(made)
    const bind: PretendOptions['bind'] = async (trade, indexes) => {
      await Promise.resolve()
      assert.equal(trade.wire.requests.length, 0)
      trade.sendRequest(indexes)
      return true
    }
    const leech = await leecher(made, { trade: { limit: 1, ahead: 0, bind } })
    connect(leech, seed)
    await done(leech)
    assert.ok(holdsAll(leech, made))
  })

  it('gives pieces back when a bind fails, and tries again', async () => {
    const made = await content({ bytes: 512 * KIB })
    const seed = await seeder(made)
    let failures = 0
    const bind: PretendOptions['bind'] = (trade, indexes) => {
      if (failures++ === 0) return Promise.reject(new Error('no token'))
      trade.sendRequest(indexes)
      return true
    }
    const leech = await leecher(made, { trade: { bind } })
    connect(leech, seed)
    await done(leech)
    const { released } = leech.trades[0]!
    assert.ok(released.length > 0 && released.every(([, why]) => why === 'refused'))
  })

  it('every bound index ends in exactly one of got, junk, released', async () => {
    const made = await content({ bytes: 2 * MIB })
    const bad = await seeder(made, { corrupt: (index) => index % 4 === 0 })
    const good = await seeder(made)
    const binds = new Map<WireTrade, number>()
    const bind: PretendOptions['bind'] = (trade, indexes) => {
      binds.set(trade, (binds.get(trade) ?? 0) + indexes.length)
      trade.sendRequest(indexes)
      return true
    }
    const mayBuy = (trade: WireTrade) => trade.junk.length === 0
    const leech = await leecher(made, { trade: { bind, mayBuy } })
    connect(leech, bad, good)
    await done(leech)
    const closed = leech.trades.map(({ wire }) => once(wire as never, 'close'))
    for (const { wire } of leech.trades) wire.destroy()
    await Promise.all(closed)
    for (const trade of leech.trades) {
      assert.equal(
        trade.got.length + trade.junk.length + trade.released.length,
        binds.get(trade) ?? 0
      )
    }
    assert.ok(holdsAll(leech, made))
  })

  it('I3, W12, W13: junk is neither paid, stored nor announced, and its sender is named', async () => {
    const made = await content({ bytes: MIB })
    const bad = await seeder(made, { corrupt: (index) => index === 5 })
    const leech = await leecher(made, { trade: { mayBuy: (trade) => trade.junk.length === 0 } })
    connect(leech, bad)
    const [warning] = await once(leech.torrent as never, 'warning')
    assert.match(String(warning), /Piece 5 failed/)
    const [trade] = leech.trades
    assert.deepEqual(trade!.junk, [5])
    assert.ok(!trade!.got.includes(5) && !leech.torrent.bitfield.get(5) && !leech.store.chunks[5])
    connect(leech, await seeder(made))
    await done(leech)
    assert.ok(holdsAll(leech, made))
  })

  it('destroys the torrent with the error of a store that fails', async () => {
    const made = await content({ bytes: MIB })
    const seed = await seeder(made)
    const leech = await leecher(made)
    leech.store.put = (_index, _chunk, put) => queueMicrotask(() => put(new Error('disk full')))
    connect(leech, seed)
    const [error] = await once(leech.torrent as never, 'error')
    assert.equal((error as Error).message, 'disk full')
    assert.ok(leech.torrent.destroyed)
  })
})
