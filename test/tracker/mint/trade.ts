// Vouchers and claims by hand, for the tests of redeeming.

import * as fg from '@floodgate/protocol'
import { crypto, outcome, post } from './world.ts'
import type { Bought, RemoteProvider, Trader } from './world.ts'

type Claimed = fg.Message<'claim'>['purses'][number]
export type Result = fg.Message<'claimed'>['results'][number]

export const bitmapOf = (indexes: number[], count: number): Uint8Array => {
  const bitmap = fg.emptyBitmap(count)
  for (const index of indexes) fg.setBit(bitmap, index)
  return bitmap
}

/** What the buyer signs for these tokens; `change` spoils it. */
export async function voucher(
  world: RemoteProvider,
  buyer: Pick<Trader, 'signer'>,
  { purse, tokens }: Bought,
  payee: Uint8Array,
  indexes: number[],
  change: Partial<fg.Message<'voucher'>> = {}
): Promise<Uint8Array> {
  const xor = new Uint8Array(32)
  for (const index of indexes) fg.xorInto(xor, tokens.token(index))
  const body = {
    payee,
    purse: purse.purse,
    count: indexes.length,
    xor,
    paid: fg.paidHash(crypto, bitmapOf(indexes, purse.count)),
    items: crypto.random(32),
    delivery: crypto.random(32)
  }
  const time = world.clock.now
  return buyer.signer.sign('voucher', { ...body, ...change }, { time, expiry: time + 1e9 })
}

/** One purse of a claim over the tokens in `indexes`. */
export async function claimed(
  world: RemoteProvider,
  buyer: Trader,
  bought: Bought,
  payee: Uint8Array,
  indexes: number[],
  change: Partial<fg.Message<'voucher'>> = {}
): Promise<Claimed> {
  const signed = await voucher(world, buyer, bought, payee, indexes, change)
  const bitmap = bitmapOf(indexes, bought.purse.count)
  return { purse: bought.purse.purse, payer: buyer.uid, bitmap, voucher: signed }
}

export interface ClaimMade {
  id: Uint8Array
  /** The signed message, before it is sealed. */
  bytes: Uint8Array
}

export async function claimMessage(
  world: RemoteProvider,
  seller: Pick<Trader, 'signer'>,
  purses: Claimed[],
  id = crypto.random(32)
): Promise<ClaimMade> {
  const time = world.clock.now
  const on = { session: id, time, expiry: time + 1e9 }
  return { id, bytes: await seller.signer.sign('claim', { purses }, on) }
}

export function seal(world: RemoteProvider, bytes: Uint8Array): Uint8Array {
  return fg.sealTo(crypto, world.trust.newestEpoch()!.boxKey, bytes)
}

/** Sends a claim; the verified answer, or the code of the refusal. */
export async function send(
  world: RemoteProvider,
  { id, bytes }: ClaimMade
): Promise<fg.Message<'claimed'> | string> {
  const answer = await outcome(await post(world, 'claims', seal(world, bytes)))
  if (typeof answer === 'string') return answer
  const message = await world.trust.issued('claimed', answer, world.clock.now)
  if (!fg.equal(message.session, id)) throw new Error('another claim')
  if (!fg.equal(message.claim, crypto.sha256(bytes))) throw new Error('another body')
  return message
}

/** Claims in one go; each purse's result as `code fresh conflicting credited`. */
export async function redeem(
  world: RemoteProvider,
  seller: Pick<Trader, 'signer'>,
  purses: Claimed[],
  id?: Uint8Array
): Promise<string[]> {
  const answer = await send(world, await claimMessage(world, seller, purses, id))
  if (typeof answer === 'string') return [answer]
  return answer.results.map(row)
}

export const row = ({ code, fresh, conflicting, credited }: Result): string =>
  `${code || 'ok'} ${fresh} ${conflicting} ${credited}`

/** A buyer's signed request, as a seller has it to show. */
export function requestMessage(
  world: RemoteProvider,
  buyer: Pick<Trader, 'signer'>,
  { purse }: Bought,
  payee: Uint8Array,
  change: Partial<fg.Message<'request'>> = {}
): Promise<Uint8Array> {
  const { infoHash } = purse
  const body = { payee, infoHash, purse: purse.purse, indexes: [0], resend: 0, ...change }
  const time = world.clock.now
  return buyer.signer.sign('request', body, { time, expiry: time + 1e6 })
}
