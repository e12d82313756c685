// The stage of the court's tests: a provider with contents whose pieces it has, parties to a case, and their money. At the
// end of a test nothing may have failed inside, and the books must fit.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import * as fg from '@floodgate/protocol'
import type { FloodgateTrackerOptions } from '@floodgate/tracker'
import { claimed, redeem } from '../mint/trade.ts'
import * as w from '../mint/world.ts'

const PIECE_LENGTH = 16_384
export const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

export interface RemoteCourt extends w.RemoteProvider {
  /** The provider's own copy; what is missing here it cannot read. */
  shelf: Map<string, Uint8Array[]>
}

export interface CourtWorld extends w.World, RemoteCourt {}

export async function startCourt(
  options: Partial<FloodgateTrackerOptions> = {}
): Promise<CourtWorld> {
  const shelf = new Map<string, Uint8Array[]>()
  const pieces = {
    piece: async (infoHash: string, index: number) => shelf.get(infoHash)?.[index]
  }
  return { ...(await w.startWorld({ pieces, ...options })), shelf }
}

export async function closeCourt(world: CourtWorld): Promise<void> {
  assert.deepEqual(world.errors, [])
  assert.deepEqual((await world.store.audit()).faults, [])
  await world.close()
}

/** Publishes a content of real pieces, which lie on the provider's shelf. */
export async function sell(world: CourtWorld, count = 10, price = 3n): Promise<string> {
  const pieces = Array.from({ length: count }, () => w.crypto.random(PIECE_LENGTH))
  const hashes = fg.concat(...pieces.map((one) => createHash('sha1').update(one).digest()))
  const infoHash = await w.publish(world, { pieces: count, price, info: { pieces: hashes } })
  world.shelf.set(infoHash, pieces)
  return infoHash
}

/** One who bought, one who sells, one content. */
export interface Case {
  world: RemoteCourt
  infoHash: string
  buyer: w.Trader
  seller: w.Trader
  bought: w.Bought
}

export async function newCase(world: CourtWorld, pieces = 10, funds = 100n): Promise<Case> {
  const infoHash = await sell(world, pieces)
  const buyer = await w.register(world, funds)
  const seller = await w.register(world)
  return { world, infoHash, buyer, seller, bought: await w.buy(world, buyer, infoHash) }
}

/** The buyer's voucher over these tokens, claimed by whoever it is made out to; as `redeem`. */
export const claim = async (
  { world, buyer, bought }: Case,
  by: w.Trader,
  indexes: number[]
): Promise<string[]> => redeem(world, by, [await claimed(world, buyer, bought, by.uid, indexes)])

/** The last day of the one purse and the day of grace are over. */
export async function closePurse(world: CourtWorld): Promise<void> {
  world.clock.now += 32 * DAY
  assert.equal(await world.tracker.settle(), 1)
}

export const balances = (world: CourtWorld, ...traders: w.Trader[]): Promise<bigint[]> =>
  Promise.all(traders.map(({ uidHex }) => w.balanceOf(world, uidHex)))
