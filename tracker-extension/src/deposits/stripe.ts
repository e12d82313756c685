// Stripe's Checkout through its own library: a session for each order, and events whose signature is checked over the bytes
// that came. The library is loaded when it is first needed: it takes a quarter of a second.

import { FloodgateError } from '@floodgate/protocol'
import type { Stripe } from 'stripe'
import type { StripeOptions } from './options.ts'
import { toStripe } from './stripe-amounts.ts'

const TIMEOUT_MS = 20_000
/** Of a webhook's signature: Stripe's own default. */
const TOLERANCE_SECONDS = 300

export interface Order {
  /** 32 hex digits. */
  orderId: string
  uid: string
  amountMinor: bigint
  currency: string
}

export class StripeDoor {
  readonly #options: StripeOptions
  /** For people, on the page and in the statement of their card. */
  readonly #title: string
  #client: Promise<Stripe> | undefined

  constructor(options: StripeOptions, title: string) {
    this.#options = options
    this.#title = title
  }

  /** Does the key move real money? */
  get livemode(): boolean {
    return /^.k_live_/.test(this.#options.secretKey)
  }

  #loaded(): Promise<Stripe> {
    const { secretKey, host, port, protocol, timeoutMs: timeout = TIMEOUT_MS } = this.#options
    const server = { ...(host && { host }), ...(port && { port }), ...(protocol && { protocol }) }
    const options = { ...server, timeout, maxNetworkRetries: 1, telemetry: false }
    return (this.#client ??= import('stripe').then(({ Stripe: Client }) => {
      return new Client(secretKey, options)
    }))
  }

  /**
   * The page on which an order is paid; the same order, the same page. Throws `bad-request` for an amount that cannot be
   * charged, `no-processor` when Stripe does not answer as it should.
   */
  async pageFor(order: Order): Promise<string> {
    const params = sessionOf(order, this.#title, this.#options)
    const client = await this.#loaded()
    try {
      const { url } = await client.checkout.sessions.create(params, {
        idempotencyKey: order.orderId
      })
      if (typeof url === 'string' && URL.canParse(url)) return url
    } catch (error) {
      throw refusalOf(error)
    }
    throw new FloodgateError('no-processor', 'a session without a page')
  }

  /** The event in a webhook's body. Throws `bad-signature`, or `bad-request` for what is signed and no event. */
  async eventOf(body: Uint8Array, signature: string, now: number): Promise<Stripe.Event> {
    const { webhooks } = await this.#loaded()
    const { webhookSecret } = this.#options
    let event: Stripe.Event
    try {
      const bytes = Buffer.from(body)
      event = webhooks.constructEvent(
        ...([bytes, signature, webhookSecret, TOLERANCE_SECONDS, undefined, now] as const)
      )
    } catch (error) {
      const { type } = error as { type?: unknown }
      if (type === 'StripeSignatureVerificationError') throw new FloodgateError('bad-signature')
      throw new FloodgateError('bad-request', 'no event')
    }
    if (typeof event?.type === 'string' && typeof event.data?.object === 'object') return event
    throw new FloodgateError('bad-request', 'no event')
  }
}

function sessionOf(
  { orderId, uid, amountMinor, currency }: Order,
  title: string,
  { successUrl, cancelUrl }: StripeOptions
): Stripe.Checkout.SessionCreateParams {
  const units = toStripe(amountMinor, currency)
  if (units === undefined) throw new FloodgateError('bad-request', 'amount')
  // On the payment too, so that a refund in Stripe's own pages still says whose money it was.
  const metadata = { order: orderId, uid }
  const price = { currency: currency.toLowerCase(), unit_amount: units }
  return {
    mode: 'payment',
    client_reference_id: uid,
    metadata,
    payment_intent_data: { metadata },
    line_items: [{ quantity: 1, price_data: { ...price, product_data: { name: title } } }],
    // What is paid must be what was asked for, in the ledger's currency.
    adaptive_pricing: { enabled: false },
    success_url: successUrl,
    cancel_url: cancelUrl
  }
}

/** What Stripe thinks of our keys is not the payer's affair; what it thinks of the amount is. */
function refusalOf(error: unknown): FloodgateError {
  const { type, param } = error as { type?: unknown; param?: unknown }
  const isAmount = typeof param === 'string' && param.includes('unit_amount')
  const refusal =
    type === 'StripeInvalidRequestError' && isAmount
      ? new FloodgateError('bad-request', 'amount')
      : new FloodgateError('no-processor')
  refusal.cause = error
  return refusal
}
