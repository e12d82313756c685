// Pieces from the provider's own copy, by HTTP: asks how it stands, and pays for pieces. The provider is a payee like any
// seller, with a book of its own in the purse, so a token that went there goes to nobody else (I3). It is paid before it
// delivers; what was paid can be fetched as often as it takes, so a piece that came spoiled costs nothing more.

import {
  FloodgateError,
  NO_SESSION,
  PROVIDER_UID,
  bits,
  paidHash,
  toHex
} from '@floodgate/protocol'
import { ask, jsonOf } from './http.ts'
import { ROUTES, byItsClock, signRequest } from './provider-client.ts'
import type { Purse } from './purse.ts'
import type { Wallet } from './wallet.ts'

const ANSWER_MAX = 16 * 1024
/** What a voucher says of a delivery or of items that there were not. */
const NONE = NO_SESSION
/** A claim may come as long as the purse lives; the provider redeems at once. */
const VOUCHER_LIFE_MS = 24 * 3600e3

/** How the provider serves a content by HTTP. */
export interface OriginStanding {
  /** Must pieces be paid? */
  access: 'free' | 'charged'
  /** May pieces be asked for that were not paid before? */
  isOpen: boolean
}

const originOf = (wallet: Wallet): string => `${wallet.api}${ROUTES}/origin`

/** Where anybody finds what is free: a web seed of BEP 19. */
export const freeUrl = (wallet: Wallet, infoHash: Uint8Array): string =>
  `${originOf(wallet)}/${toHex(infoHash)}/`

/** Throws `not-found` when this provider serves nothing by HTTP, `unknown-content`, and `unreachable`. */
export async function originStanding(
  wallet: Wallet,
  infoHash: Uint8Array
): Promise<OriginStanding> {
  const said = jsonOf(await ask(`${originOf(wallet)}/${toHex(infoHash)}`, ANSWER_MAX))
  const access = said?.['access']
  if (access !== 'free' && access !== 'charged') throw new FloodgateError('bad-field', 'access')
  return { access, isOpen: said?.['state'] === 'open' }
}

/** Pieces that this purse paid the provider for. */
export function paidToOrigin(purse: Purse): number[] {
  const account = purse.account(PROVIDER_UID)
  return account === undefined ? [] : [...bits(account.paid)]
}

/** Reserves a piece's token to the provider; false when it is another's. */
export const reserveToOrigin = (purse: Purse, index: number): boolean =>
  purse.reserve(index, PROVIDER_UID)

/**
 * Pays the provider for every piece that is reserved to it, and answers where all pieces are that were ever paid to it: a web
 * seed of BEP 19. To repeat it costs nothing. The payment is durable before it is sent; after that its tokens are the
 * provider's, whatever the answer: who refuses may have taken them. Throws what the provider refuses with.
 */
export async function payOrigin(wallet: Wallet, purse: Purse): Promise<string> {
  const { crypto } = wallet
  const indexes = purse.reservedTo(PROVIDER_UID)
  await purse.reservationSaved(indexes)
  const { count, xor, paid } = purse.pay(PROVIDER_UID, indexes)
  // A payment that a crash forgets would leave a token free that the provider was given.
  await wallet.saved()
  const body = await byItsClock(wallet, async () => {
    const time = wallet.now()
    const voucher = await wallet.signer.sign(
      'voucher',
      {
        ...{ payee: PROVIDER_UID, purse: purse.id, count, xor },
        ...{ paid: paidHash(crypto, paid), items: NONE, delivery: NONE }
      },
      { counter: wallet.nextCounter(), time, expiry: time + VOUCHER_LIFE_MS }
    )
    const request = { purse: purse.id, bitmap: paid, voucher }
    const frame = await signRequest(wallet, 'originRequest', request)
    return ask(originOf(wallet), ANSWER_MAX, frame)
  })
  purse.receipted(PROVIDER_UID, count)
  const url = jsonOf(body)?.['url']
  if (typeof url !== 'string' || !url.startsWith(`${ROUTES}/origin/`)) {
    throw new FloodgateError('bad-field', 'url')
  }
  return `${wallet.api}${url}`
}
