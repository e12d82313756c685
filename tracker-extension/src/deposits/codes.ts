// Codes that an account's owner redeems: gift codes, which bring money, and coupons, which take something off a purchase.
// Guessing is limited for each account and each host; a gift code has 95 random bits besides.

import { DROP, FloodgateError, giftHashOf, readGiftCode } from '@floodgate/protocol'
import { expectFresh, readSigned, type Mint } from '../mint/mint.ts'

/** Amounts in minor units as decimal text. */
export type CodeJson =
  | {
      code: 'gift'
      amount: string
      /** Of the account, now. */
      balance: string
      currency: string
      /** It was redeemed by this account before: nothing moved. */
      repeated: boolean
    }
  | {
      code: 'coupon'
      coupon: string
      /** '' for every content. */
      infoHash: string
      /** Ten-thousandths of the price that it takes off, or 0 and an amount. */
      share: number
      amount: string
      currency: string
      /** Unix milliseconds; 0 for ever. */
      until: number
    }
  | {
      code: 'dropped'
      coupon: string
      /** It was not held: nothing changed. */
      repeated: boolean
    }

/** A coupon's name as it is kept: shorter than any gift code, so that neither is taken for the other. */
export function couponNameOf(typed: string): string | undefined {
  const name = typed.toUpperCase().replace(/[\s-]/g, '')
  return /^[A-Z0-9]{3,16}$/.test(name) ? name : undefined
}

/**
 * Redeems the code in a sealed, fresh `codeRequest` for the account that signed it, or gives a coupon back. Throws `unknown-code`, `code-spent`,
 * `code-expired`, `too-many-requests`, `clock`, `replayed`, `revoked`, and what `readSigned` throws. That a code is spent or
 * expired helps nobody who guesses: it is worth nothing then.
 */
export async function redeemCode(mint: Mint, sealed: Uint8Array): Promise<CodeJson> {
  const bytes = mint.issuer.open(sealed)
  const { message, account } = await readSigned(mint, 'codeRequest', bytes)
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} code`, message, mint.now())
  mint.doorkeeper.expect('codes', account.uid)
  await mint.court.expectAdmitted(account.uid)
  const { uid } = account
  const { currency, store } = mint
  const now = mint.now()
  const gift = readGiftCode(message.code)
  if (gift !== undefined) {
    const hash = giftHashOf(mint.crypto, gift)
    const { amountMinor, repeated } = await store.execute({ kind: 'redeemGift', hash, uid, now })
    const balance = (await store.account(uid))?.balanceMinor ?? 0n
    const amount = String(amountMinor)
    return { code: 'gift', amount, balance: String(balance), currency, repeated }
  }
  const isDrop = message.code.startsWith(DROP)
  const couponId = couponNameOf(isDrop ? message.code.slice(DROP.length) : message.code)
  if (couponId === undefined) throw new FloodgateError('unknown-code')
  if (isDrop) {
    const { repeated } = await store.execute({ kind: 'dropCoupon', couponId, uid, now })
    return { code: 'dropped', coupon: couponId, repeated }
  }
  const { coupon } = await store.execute({ kind: 'takeCoupon', couponId, uid, now })
  const { infoHash, share, amountMinor, until } = coupon
  const amount = String(amountMinor)
  return { code: 'coupon', coupon: couponId, infoHash, share, amount, currency, until }
}
