// How an account's owner brings money in: by card, by bank transfer, by a code (F2).

import { DROP, FloodgateError, fromHex, readGiftCode, toHex } from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, byItsClock, fieldsOf, sealForProvider, signRequest } from './provider-client.ts'
import type { Wallet } from './wallet.ts'

const ANSWER_MAX = 16 * 1024

/** Amounts in minor units of `currency`. */
export interface Checkout {
  /** The page on which it is paid. */
  url: string
  order: string
  amount: bigint
  currency: string
}

/**
 * Asks for a page on which `amount` is paid by card. `order`, 32 bytes, names what is paid for once and for all: repeated, it
 * is the same page. Throws `not-offered`, `no-processor` and what the provider refuses with.
 */
export function checkout(
  wallet: Wallet,
  {
    amount,
    currency,
    order = wallet.crypto.random(32)
  }: Omit<Checkout, 'url' | 'order'> & {
    order?: Uint8Array
  }
): Promise<Checkout> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(
      wallet,
      'checkoutRequest',
      { amount, currency },
      { session: order }
    )
    const said = fieldsOf(await ask(`${wallet.api}${ROUTES}/checkout`, ANSWER_MAX, frame))
    const url = said.text('url')
    // A program may hand it to a browser.
    if (!/^https?:\/\/\S+$/.test(url)) throw new FloodgateError('bad-field', 'url')
    if (said.amount('amount') !== amount) throw new FloodgateError('bad-field', 'amount')
    return { url, order: said.text('order'), amount, currency }
  })
}

/** Where to transfer money to, and what to write. */
export interface PaymentReference {
  /** ISO 11649, in groups of four. */
  reference: string
  iban: string
  name: string
  /** '' when the bank asks for none. */
  bic: string
  currency: string
}

/** Throws `not-offered` when the provider takes no transfers. */
export function paymentReference(wallet: Wallet): Promise<PaymentReference> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'accountRequest', { what: 'reference' })
    const said = fieldsOf(await ask(`${wallet.api}${ROUTES}/reference`, ANSWER_MAX, frame))
    return {
      reference: said.text('reference'),
      iban: said.text('iban'),
      name: said.text('name'),
      bic: said.text('bic'),
      currency: said.text('currency')
    }
  })
}

export type RedeemedCode =
  | { code: 'gift'; amount: bigint; balance: bigint; currency: string }
  | {
      code: 'coupon'
      coupon: string
      /** 40 hex digits; '' for every content. */
      infoHash: string
      /** Ten-thousandths of the price that it takes off; 0 when it takes `amount` off. */
      share: number
      amount: bigint
      currency: string
      /** Unix milliseconds; 0 for ever. */
      until: number
    }

/**
 * Redeems a gift code, or takes a coupon for the next purchase. To repeat it is harmless. Throws `unknown-code` (at once for
 * a gift code with a slip in it), `code-spent`, `code-expired`, `too-many-requests`.
 */
export function redeemCode(wallet: Wallet, typed: string): Promise<RedeemedCode> {
  const bare = typed.replace(/[\s-]/g, '')
  // Longer than any coupon: then it must be a gift code, and whole.
  if (bare.length > 16 && readGiftCode(typed) === undefined) {
    throw new FloodgateError('unknown-code', 'a slip of the pen: its check symbol does not fit')
  }
  return byItsClock(wallet, async () => {
    const said = await askOfCode(wallet, bare)
    const money = { amount: said.amount('amount'), currency: said.text('currency') }
    if (said.text('code') === 'gift') {
      return { code: 'gift', ...money, balance: said.amount('balance') }
    }
    const infoHash = said.text('infoHash')
    if (infoHash !== '' && toHex(fromHex(infoHash)) !== infoHash) {
      throw new FloodgateError('bad-field', 'infoHash')
    }
    const terms = { share: said.integer('share'), until: said.integer('until') }
    return { code: 'coupon', coupon: said.text('coupon'), infoHash, ...terms, ...money }
  })
}

/**
 * Gives a coupon back that was taken: the next purchase costs its full price, and the place is another's. To repeat it is
 * harmless. Throws `unknown-code`, `too-many-requests`.
 */
export function dropCoupon(wallet: Wallet, typed: string): Promise<{ coupon: string }> {
  const bare = typed.replace(/[\s-]/g, '')
  return byItsClock(wallet, async () => {
    const said = await askOfCode(wallet, `${DROP}${bare}`)
    if (said.text('code') !== 'dropped') throw new FloodgateError('bad-field', 'code')
    return { coupon: said.text('coupon') }
  })
}

async function askOfCode(wallet: Wallet, code: string): Promise<ReturnType<typeof fieldsOf>> {
  const frame = await signRequest(wallet, 'codeRequest', { code })
  const sealed = await sealForProvider(wallet, frame)
  return fieldsOf(await ask(`${wallet.api}${ROUTES}/codes`, ANSWER_MAX, sealed))
}
