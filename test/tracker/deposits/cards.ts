// A provider that takes cards, with a server that stands in for Stripe, and events as Stripe signs them.

import { Stripe } from 'stripe'
import type { FloodgateTrackerOptions, StripeOptions } from '@floodgate/tracker'
import { FakeStripe } from '../../support/fake-stripe.ts'
import * as w from '../mint/world.ts'

export const SECRET_KEY = 'sk_test_0123456789'
const WEBHOOK_SECRET = 'whsec_0123456789'
const library = new Stripe(SECRET_KEY)

export interface CardWorld extends w.World {
  stripe: FakeStripe
}

export async function startCards(
  more: Partial<StripeOptions> = {},
  options: Partial<FloodgateTrackerOptions> = {}
): Promise<CardWorld> {
  const stripe = new FakeStripe(SECRET_KEY)
  const server = await stripe.listen()
  const pages = { successUrl: 'https://shop.example/ok', cancelUrl: 'https://shop.example/' }
  const keys = { secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET }
  const deposits = { stripe: { ...keys, ...pages, ...server, timeoutMs: 2000, ...more } }
  const world = await w.startWorld({ deposits, ...options })
  return {
    ...world,
    stripe,
    async close() {
      await world.close()
      await stripe.close()
    }
  }
}

let counter = 0
/** Asks for a page; the code when it is refused. */
export async function checkout(
  world: w.World,
  { signer }: w.Trader,
  amount: bigint,
  { session = w.crypto.random(32), currency = 'EUR', time = world.clock.now } = {}
): Promise<{ url: string; order: string } | string> {
  const on = { session, time, expiry: time + 600_000, counter: ++counter }
  const message = await signer.sign('checkoutRequest', { amount, currency }, on)
  const answer = await w.post(world, 'checkout', message)
  const said = (await answer.json()) as { url: string; order: string; error: string }
  return answer.ok ? said : said.error
}

interface EventWish {
  object: object
  livemode?: boolean
  id?: string
}

export const eventOf = (
  type: string,
  { object, livemode = false, id = 'evt_1' }: EventWish
): string => JSON.stringify({ id, object: 'event', type, livemode, created: 1, data: { object } })

interface Priced {
  price_data: { unit_amount: string; currency: string }
}

/** The Checkout session as Stripe tells it when it is paid. */
export const sessionOf = (world: CardWorld, order: string, changes: object = {}): object => {
  const made = world.stripe.sessions.find(({ params }) => {
    return (params['metadata'] as { order?: string })['order'] === order
  })
  const params = made?.params ?? {}
  // The stand-in read them from a form, where a list is an object with numbers for names.
  const { 0: item } = params['line_items'] as unknown as [Priced]
  const { unit_amount: amount, currency } = item.price_data
  return {
    ...{ id: made?.id, object: 'checkout.session', payment_status: 'paid' },
    ...{ amount_total: Number(amount), currency, metadata: params['metadata'] },
    ...{ client_reference_id: params['client_reference_id'], payment_intent: `pi_${made?.id}` },
    ...{ customer_details: { email: 'ada@example.org' }, livemode: false },
    ...changes
  }
}

export const signed = (payload: string, timestampMs: number, secret = WEBHOOK_SECRET): string =>
  library.webhooks.generateTestHeaderString({
    ...{ payload, secret, timestamp: Math.floor(timestampMs / 1000) }
  })

/** Posts a webhook; `state code` of what became of it, or the code of the refusal. */
export async function hook(
  world: w.World,
  payload: string | Uint8Array,
  signature = signed(String(payload), world.clock.now)
): Promise<string> {
  const response = await fetch(`${world.url}/floodgate/v1/webhooks/stripe`, {
    method: 'POST',
    body: payload as BodyInit,
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature }
  })
  const said = (await response.json()) as { state: string; code: string; error: string }
  return response.ok ? `${said.state} ${said.code}`.trim() : said.error
}
