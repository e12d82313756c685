/**
 * Pieces come back from wires that choke, close, stall or refuse, and no wake-up is lost. FLOODGATE_CHURN sets how many
 * random runs there are (default 10); a lost wake-up shows as a run that never ends, for no time-out may help it.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import Wire from 'bittorrent-protocol'
import type { ReleaseReason } from '../../../plugins/floodgate-wire/src/engine/index.ts'
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

const reasons = (member: Member) =>
  new Set<ReleaseReason>(member.trades.flatMap((trade) => trade.released.map(([, why]) => why)))

/** A small generator, so that a failing run can be had again (its seed is in the title). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

describe('engine under churn', () => {
  afterEach(closeAll)

  it('W2: gives bound pieces back on choke, and buys them again after unchoke', async () => {
    const made = await content({ bytes: 4 * MIB })
    const seed = await seeder(made)
    const leech = await leecher(made)
    connect(leech, seed)
    while (leech.torrent.progress < 0.2) await once(leech.torrent as never, 'verified')
    const [theirs] = seed.torrent.wires
    const [mine] = leech.torrent.wires
    theirs!.choke()
    await once(mine as never, 'choke')
    assert.equal(leech.trades[0]!.bound.size, 0)
    mine!.keepAlive()
    await once(theirs as never, 'keep-alive')
    theirs!.unchoke()
    await done(leech)
    assert.ok(holdsAll(leech, made))
    assert.deepEqual(reasons(leech), new Set(['choke']))
  })

  it('gives bound pieces back when a wire closes; another wire takes them', async () => {
    const made = await content({ bytes: 4 * MIB })
    const seeds = await Promise.all([seeder(made), seeder(made)])
    const leech = await leecher(made)
    connect(leech, ...seeds)
    while (leech.torrent.progress < 0.2) await once(leech.torrent as never, 'verified')
    leech.trades[0]!.wire.destroy()
    await done(leech)
    assert.ok(holdsAll(leech, made))
    assert.deepEqual(reasons(leech), new Set(['close']))
  })

  it('gives back what makes no progress in time; another wire takes it', async () => {
    const made = await content({ bytes: MIB })
    const silent = await seeder(made, { trade: { admission: () => 'held', limit: 0 } })
    const leech = await leecher(made, { trade: { engine: { progressTimeoutMs: 200 } } })
    connect(leech, silent)
    await once(leech.torrent as never, 'wire')
    connect(leech, await seeder(made))
    await done(leech)
    assert.ok(holdsAll(leech, made))
    assert.ok(reasons(leech).has('timeout'))
  })

  it('a slow seller is not a silent one: pieces that wait their turn behind others do not time out', async () => {
    const made = await content({ bytes: MIB })
    const slow = await seeder(made, { trade: { limit: 8 }, client: { uploadLimit: 512 * KIB } })
    const leech = await leecher(made, {
      trade: { limit: 8, ahead: 4, engine: { progressTimeoutMs: 300 } }
    })
    connect(leech, slow)
    await done(leech)
    assert.deepEqual(reasons(leech), new Set())
  })

  it('rests after a refusal, so that a refusing seller costs little', async () => {
    const made = await content({ bytes: 2 * MIB })
    const refusing = await seeder(made, {
      trade: {
        limit: 0,
        admission(trade, index) {
          queueMicrotask(() => trade.engine.refuse(index))
          return 'held'
        }
      }
    })
    let binds = 0
    const leech = await leecher(made, {
      trade: {
        bind(trade, indexes) {
          binds++
          trade.sendRequest(indexes)
          return true
        }
      }
    })
    connect(leech, refusing)
    const [wire] = await once(leech.torrent as never, 'wire')
    await once(wire as never, 'reject')
    await new Promise((resolve) => setTimeout(resolve, 600))
    assert.ok(binds <= 4, `${binds} binds in 600 ms`)
    assert.deepEqual(reasons(leech), new Set(['refused']))
  })

  it('a dropped peer is not dialled again', async () => {
    const made = await content({ bytes: MIB })
    const seed = await seeder(made)
    const leech = await leecher(made, { trade: { limit: 0, ahead: 0 } })
    connect(leech, seed)
    const [wire] = await once(leech.torrent as never, 'wire')
    leech.trades[0]!.engine.drop()
    await once(wire as never, 'close')
    assert.equal(leech.torrent.addPeer(`127.0.0.1:${seed.port}`), false)
    await new Promise((resolve) => setTimeout(resolve, 1300))
    assert.equal(leech.torrent.wires.length, 0)
  })

  it('two wires to one peer share the work, and no piece is fetched twice', async () => {
    const made = await content({ bytes: 4 * MIB })
    const seed = await seeder(made)
    const leech = await leecher(made)
    connect(leech, seed)
    connect(seed, leech)
    await done(leech)
    assert.ok(holdsAll(leech, made))
    const got = leech.trades.flatMap((trade) => trade.got)
    assert.equal(new Set(got).size, got.length)
  })

  it('reads on where it was attached late: an incoming wire with pipelined messages', async () => {
    const made = await content({ bytes: MIB })
    const leech = await leecher(made)
    const wire = new Wire()
    class Pretend {
      get name() {
        return 'pretend'
      }
    }
    wire.use(Pretend)
    const bytes: Uint8Array[] = []
    wire.on('data' as never, (chunk: never) => bytes.push(chunk))
    wire.handshake(leech.torrent.infoHash, Buffer.alloc(20, 7), { fast: true })
    // The handshake, an extended handshake, a bitfield, unchoke and half of a `have`, all in one segment.
    const extended = Buffer.from('d1:md7:pretendi1eee')
    const frames = [
      0,
      0,
      0,
      extended.length + 2,
      20,
      0,
      ...extended,
      0,
      0,
      0,
      3,
      5,
      255,
      255,
      0,
      0,
      0,
      1,
      1,
      0,
      0,
      0
    ]
    await new Promise((resolve) => setImmediate(resolve))
    const socket = net.connect(leech.port, '127.0.0.1')
    const opened = once(leech.torrent as never, 'wire')
    socket.write(Buffer.concat([...bytes.slice(0, 1), Buffer.from(frames)]))
    await opened
    const [trade] = leech.trades
    assert.ok(trade!.opened)
    const asked = new Promise<void>((resolve) => {
      trade!.wire.on('keep-alive', resolve)
    })
    socket.write(Buffer.from([5, 4, 0, 0, 0, 3, 0, 0, 0, 0]))
    await asked
    assert.ok(trade!.bound.size > 0 && trade!.wire.requests.length > 0)
    socket.destroy()
    await once(trade!.wire as never, 'close')
    assert.deepEqual(reasons(leech), new Set(['close']))
  })

  for (let seed = 1; seed <= Number(process.env['FLOODGATE_CHURN'] ?? 10); seed++) {
    it(`loses no wake-up: 6 sellers that choke, close, refuse and change their room at random (seed ${seed})`, async () => {
      const random = generator(seed)
      const made = await content({ bytes: 6 * MIB + 777, pieceLength: 32 * KIB })
      const seeds = await Promise.all([0, 1, 2, 3, 4, 5].map(() => seeder(made)))
      const leech = await leecher(made, {
        trade: {
          engine: { random },
          mayBuy: () => random() > 0.2,
          bind(trade, indexes) {
            if (random() < 0.02) return false
            trade.sendRequest(indexes)
            return random() < 0.5 ? true : Promise.resolve(true)
          }
        }
      })
      const disturb = () => {
        const [mine, theirs] = [leech.torrent.wires, seeds[Math.floor(random() * 6)]!.torrent.wires]
        const wire = theirs[Math.floor(random() * theirs.length)]
        const dice = random()
        if (dice < 0.3) wire?.choke()
        else if (dice < 0.33) mine[Math.floor(random() * mine.length)]?.destroy()
        for (const trade of leech.trades) trade.engine.wake()
      }
      leech.torrent.on('verified', disturb)
      // Unchoked again once everything is here that was sent before the choke was seen.
      leech.torrent.on('wire', (wire) => wire.on('choke', () => wire.keepAlive()))
      for (const { torrent } of seeds) {
        torrent.on('wire', (wire) => wire.on('keep-alive', () => wire.unchoke()))
      }
      connect(leech, ...seeds)
      connect(seeds[0]!, leech)
      await done(leech)
      assert.ok(holdsAll(leech, made))
      const got = leech.trades.flatMap((trade) => trade.got)
      assert.equal(new Set(got).size, got.length)
      assert.ok(reasons(leech).has('choke') && !reasons(leech).has('timeout'))
    })
  }
})
