// Card payments: an order for an account, the page on which it is paid, and what Stripe tells about it (F2, F16).

import { FloodgateError, concat, fromHex, toHex } from '@floodgate/protocol'
import { expectFresh, readSigned, type Mint } from '../mint/mint.ts'
import type { Deposits } from './deposits.ts'
import { adviceOf } from './stripe-events.ts'

export interface CheckoutJson {
  /** Where the payer's browser is to go. */
  url: string
  order: string
  amount: string
  currency: string
}

/**
 * Answers a fresh `checkoutRequest` of the account's owner. Throws `not-offered`, `revoked`, `clock`, `replayed`,
 * `too-many-requests`, `bad-request`, `no-processor` and what `readSigned` throws.
 */
export async function openCheckout(
  { stripe, onError }: Deposits,
  mint: Mint,
  bytes: Uint8Array
): Promise<CheckoutJson> {
  if (stripe === undefined) throw new FloodgateError('not-offered', 'cards')
  const { message, account } = await readSigned(mint, 'checkoutRequest', bytes)
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} checkout`, message, mint.now())
  mint.doorkeeper.expect('checkouts', account.uid)
  await mint.court.expectAdmitted(account.uid)
  const { uid } = account
  const { amount: amountMinor, currency, session } = message
  if (amountMinor === 0n) throw new FloodgateError('bad-request', 'amount')
  const orderId = toHex(mint.crypto.sha256(concat(fromHex(uid), session)).slice(0, 16))
  const order = { orderId, uid, amountMinor, currency }
  // First the books: what comes back must find what was asked.
  await mint.store.execute({ kind: 'order', ...order, now: mint.now() })
  const url = await stripe.pageFor(order).catch((error: unknown) => {
    // Keys that are wrong or revoked are the operator's to know.
    onError((error as Error).cause ?? error)
    throw error
  })
  return { url, order: orderId, amount: String(amountMinor), currency }
}

export interface WebhookJson {
  received: true
  /** `ignored` for events that are not about money of ours. */
  state: 'booked' | 'waiting' | 'noted' | 'ignored'
  code: string
}

/**
 * Takes in an event of Stripe. What is answered is recorded: a payment that cannot be booked waits for the operator, and to
 * tell it again would not help. Throws `not-offered`, `bad-signature`, `bad-request`, and what the store throws: then Stripe
 * tells it again.
 */
export async function hearStripe(
  { stripe }: Deposits,
  mint: Mint,
  body: Uint8Array,
  signature: string
): Promise<WebhookJson> {
  if (stripe === undefined) throw new FloodgateError('not-offered', 'cards')
  const event = await stripe.eventOf(body, signature, mint.now())
  const advice = adviceOf(event, stripe.livemode)
  if (advice === undefined) return { received: true, state: 'ignored', code: '' }
  const news = { statements: [], advices: [advice], now: mint.now() }
  const [told] = (await mint.store.execute({ kind: 'advise', ...news })).advices
  return { received: true, state: told!.state, code: told!.code }
}
