/**
 * Fast and slow sellers of one content, throttled: the slow one holds little, is not waited for at the end, and still brings what
 * nobody else does. A lost wake-up shows as a run that does not end.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  closeAll,
  connect,
  content,
  done,
  holdsAll,
  KIB,
  leecher,
  seeder,
  type Content,
  type Member
} from './swarm.ts'
import type { PretendOptions, WireTrade } from './pretend-trade.ts'

const PIECE = 32 * KIB
/** A piece of the slow one takes 1.3 s, of the fast one 30 ms. */
const SLOW = { uploadLimit: 24 * KIB }
const FAST = { uploadLimit: 1024 * KIB }
/** So many pieces a seller would let a buyer have unpaid. */
const LIMIT = 16

describe('engine: slow wires', () => {
  afterEach(closeAll)

  interface Scene {
    made: Content
    leech: Member
    slow: WireTrade
    /** How many pieces the slow wire held at once. */
    most: () => number
  }

  /** A buyer of both: the slow one is known first. */
  async function meet(
    pieces: number,
    fastTrade: PretendOptions,
    buyer: PretendOptions = {}
  ): Promise<Scene> {
    const made = await content({ pieceLength: PIECE, bytes: pieces * PIECE })
    let held = 0
    const bind = (trade: WireTrade, indexes: number[]): boolean => {
      if (trade === leech.trades[0]) held = Math.max(held, trade.bound.size)
      trade.sendRequest(indexes)
      return true
    }
    const leech = await leecher(made, { trade: { limit: LIMIT, bind, ...buyer } })
    connect(leech, await seeder(made, { client: SLOW, trade: { limit: LIMIT } }))
    await once(leech.torrent as never, 'verified')
    connect(leech, await seeder(made, { client: FAST, trade: { limit: LIMIT, ...fastTrade } }))
    return { made, leech, slow: leech.trades[0]!, most: () => held }
  }

  it('F22: a slow one holds a few pieces, and not all that it would sell', async () => {
    const { made, leech, most } = await meet(48, {})
    await done(leech)
    assert.ok(holdsAll(leech, made))
    assert.ok(most() <= 3, `${most()} at once`)
  })

  it('brings what the fast one does not sell', async () => {
    const unsold = new Set([40])
    let first: WireTrade | undefined
    const mayBuy = (trade: WireTrade, index: number): boolean =>
      (first ??= trade) === trade || !unsold.has(index)
    const { made, leech, slow } = await meet(48, {}, { mayBuy })
    await done(leech)
    assert.ok(holdsAll(leech, made))
    assert.ok([...unsold].every((index) => slow.got.includes(index)))
  })

  it('brings all that is left when the fast one falls silent', async () => {
    let sold = 0
    const admission = (trade: WireTrade, index: number) => {
      if (!trade.unpaid.has(index)) return trade.waiting.includes(index) ? 'held' : 'refused'
      return ++sold > 80 ? 'held' : 'admitted'
    }
    const buyer = { engine: { progressTimeoutMs: 3000 } }
    const { made, leech, slow } = await meet(48, { admission }, buyer)
    await done(leech)
    assert.ok(holdsAll(leech, made))
    assert.ok(slow.got.length > 2, `${slow.got.length} pieces came of the slow one`)
  })
})
