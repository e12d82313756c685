// The offer inside a torrent's info dictionary: who sells it, where, for how much. It lies in the info
// dictionary so that the info hash commits to it: whoever swaps the provider's key has another torrent.

import { fromUtf8, utf8 } from './bytes.ts'
import type { Crypto } from './crypto/interface.ts'
import { FloodgateError } from './errors.ts'
import { decodePromise, encodePromise, type ServicePromise } from './promise.ts'

export interface Offer {
  /** The provider's root public key, 32 bytes. */
  rootKey: Uint8Array
  /** Base URL of tracker and API, such as `https://cdn.example`. */
  api: string
  /** Price of one piece in minor units of `currency`. */
  price: bigint
  /** ISO 4217 code, or the provider's own credit. */
  currency: string
  /** Does the swarm serve peers without Floodgate a free share? */
  open: boolean
  /** So many pieces from the first on cost nothing. */
  free: number
  /** What every buyer is promised, if anything is. */
  promise?: ServicePromise | undefined
  /** The content is sealed: its keys are sold apart, once for each account, and not before its release (F77). */
  sealed?: SealedTerms
}

export interface SealedTerms {
  /** Unix milliseconds. */
  release: number
  /** Minor units of the offer's currency. */
  keyPrice: bigint
}

/** Key of the offer in the info dictionary. */
export const OFFER_KEY = 'floodgate'

/** No query, fragment or user in the address: routes are appended to it. */
const API = /^https?:\/\/[^\s?#@]+$/
const API_MAX = 256
const PRICE = /^(0|[1-9]\d{0,17})$/
const CURRENCY = /^[A-Z]{3,8}$/
const FREE = /^[1-9]\d{0,4}$/
const RELEASE = /^[1-9]\d{0,14}$/

/**
 * The value for the info dictionary: byte strings only, so that every bencoder writes it alike. Throws
 * `bad-option` for what `decodeOffer` would not read: such a torrent could never be bought from.
 */
export function encodeOffer(
  offer: Omit<Offer, 'free'> & Partial<Offer>
): Record<string, Uint8Array | string | Record<string, string>> {
  const length = utf8(offer.api).length
  if (!API.test(offer.api) || !URL.canParse(offer.api) || length > API_MAX) {
    throw new FloodgateError('bad-option', 'api')
  }
  if (!PRICE.test(offer.price.toString())) throw new FloodgateError('bad-option', 'price')
  if (!CURRENCY.test(offer.currency)) throw new FloodgateError('bad-option', 'currency')
  const { free = 0, sealed } = offer
  if (free !== 0 && !FREE.test(String(free))) throw new FloodgateError('bad-option', 'free')
  if (sealed !== undefined && !RELEASE.test(String(sealed.release))) {
    throw new FloodgateError('bad-option', 'release')
  }
  if (sealed !== undefined && !PRICE.test(sealed.keyPrice.toString())) {
    throw new FloodgateError('bad-option', 'key price')
  }
  return {
    api: offer.api,
    currency: offer.currency,
    ...(free > 0 && { free: String(free) }),
    key: offer.rootKey,
    ...(sealed && { keyPrice: sealed.keyPrice.toString() }),
    mode: offer.open ? 'open' : 'closed',
    price: offer.price.toString(),
    ...(offer.promise !== undefined && { promise: encodePromise(offer.promise) }),
    ...(sealed && { release: String(sealed.release) })
  }
}

/**
 * Reads the offer of a decoded info dictionary (byte strings as Uint8Array). Throws `not-a-paid-torrent`
 * when there is none or it is malformed: a torrent is a stranger's file.
 */
export function decodeOffer(crypto: Crypto, info: unknown): Offer {
  const value = (info as Record<string, unknown> | null | undefined)?.[OFFER_KEY]
  if (typeof value !== 'object' || value === null) throw new FloodgateError('not-a-paid-torrent')
  const field = (name: string, max: number): Uint8Array => {
    const bytes = (value as Record<string, unknown>)[name]
    if (bytes instanceof Uint8Array && bytes.length <= max) return bytes
    throw new FloodgateError('not-a-paid-torrent', name)
  }
  const textOf = (name: string, max: number, form: RegExp): string => {
    const text = fromUtf8(field(name, max))
    if (text !== undefined && form.test(text)) return text
    throw new FloodgateError('not-a-paid-torrent', name)
  }
  const rootKey = new Uint8Array(field('key', 32))
  if (!crypto.isSignKey(rootKey)) throw new FloodgateError('not-a-paid-torrent', 'key')
  const api = textOf('api', API_MAX, API).replace(/\/+$/, '')
  if (!URL.canParse(api)) throw new FloodgateError('not-a-paid-torrent', 'api')
  return {
    rootKey,
    api,
    price: BigInt(textOf('price', 18, PRICE)),
    currency: textOf('currency', 8, CURRENCY),
    open: textOf('mode', 6, /^(open|closed)$/) === 'open',
    // One form each: what is not said is none, and none is not said.
    free: 'free' in value ? Number(textOf('free', 5, FREE)) : 0,
    // Both or neither: a key without a price, or a price without an hour, is no offer.
    ...(('release' in value || 'keyPrice' in value) && {
      sealed: {
        release: Number(textOf('release', 15, RELEASE)),
        keyPrice: BigInt(textOf('keyPrice', 18, PRICE))
      }
    }),
    ...('promise' in value && { promise: decodePromise(value.promise) })
  }
}
