// Contents that are sealed until their release (F77), from the peer's side: offers disk and uplink for them before, and buys their
// keys after.

import {
  BOX_OVERHEAD,
  FloodgateError,
  MESSAGES,
  equal,
  openSealed,
  type Message
} from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, byItsClock, issuedNow, signRequest } from './provider-client.ts'
import type { Wallet } from './wallet.ts'

/** A content that the provider pushes; amounts in minor units. */
export type PushOffer = Message<'pushOffers'>['items'][number]

export interface KeyOrder {
  /** 20 bytes. */
  infoHash: Uint8Array
  /** What is agreed to: minor units of `currency`, as the offer has it. */
  price: bigint
  currency: string
}

/**
 * Buys the keys of a sealed content, once for ever: to repeat it costs nothing. Answers them as bytes that `decodeKeys` of
 * @floodgate/push reads. Throws `not-released`, `price-changed`, `insufficient-funds`, `wrong-session` when the answer is to
 * another request, and what the provider refuses with.
 */
export function buyKeys(wallet: Wallet, order: KeyOrder): Promise<Uint8Array> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'keyRequest', { ...order })
    const bytesMax = MESSAGES.contentKeys.bytesMax + BOX_OVERHEAD
    const sealed = await ask(`${wallet.api}${ROUTES}/keys`, bytesMax, frame)
    const plain = openSealed(wallet.crypto, wallet.boxSecret, sealed)
    const { request, infoHash, keys } = await issuedNow(wallet, 'contentKeys', plain)
    expectAnswer(wallet, frame, request)
    if (!equal(infoHash, order.infoHash)) throw new FloodgateError('wrong-session', 'content')
    return keys.slice()
  })
}

/**
 * Offers so many bytes of disk, and bytes per second of uplink, for contents that are not released yet; answers what the
 * provider would push to us. It is good for an hour. Throws `not-pushed` when we are not in good standing, and what the
 * provider refuses with.
 */
export function offerDisk(
  wallet: Wallet,
  room: { disk: number; uplink: number }
): Promise<PushOffer[]> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'willing', { ...room })
    const answer = await ask(`${wallet.api}${ROUTES}/willing`, MESSAGES.pushOffers.bytesMax, frame)
    const { request, items } = await issuedNow(wallet, 'pushOffers', answer)
    expectAnswer(wallet, frame, request)
    return items
  })
}

function expectAnswer({ crypto }: Wallet, frame: Uint8Array, request: Uint8Array): void {
  if (!equal(request, crypto.sha256(frame))) throw new FloodgateError('wrong-session', 'request')
}
