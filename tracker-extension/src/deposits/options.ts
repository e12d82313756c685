// What the operator says about the ways in which money comes in, checked once at the start.

import { FloodgateError } from '@floodgate/protocol'
import { isIban } from '../bank/iban.ts'

export interface StripeOptions {
  /** `sk_live_…`, `sk_test_…`, or a restricted key that may create Checkout sessions. */
  secretKey: string
  /** `whsec_…`: signs what Stripe posts to `/floodgate/v1/webhooks/stripe`. */
  webhookSecret: string
  /** Where the payer's browser goes afterwards. */
  successUrl: string
  cancelUrl: string
  /** For one answer of Stripe. Default 20 seconds. */
  timeoutMs?: number
  /** Another server than Stripe's, for tests. */
  host?: string
  port?: number
  protocol?: 'http' | 'https'
}

export interface SepaOptions {
  /** The provider's account, on which transfers arrive. */
  iban: string
  /** Whose account it is. */
  name: string
  bic?: string
}

/** Each way is closed unless it is set. */
export interface DepositsOptions {
  stripe?: StripeOptions
  sepa?: SepaOptions
}

const isWeb = (url: string): boolean => URL.canParse(url) && /^https?:/.test(url)

function expect(holds: boolean, detail: string): void {
  if (!holds) throw new FloodgateError('bad-option', `deposits: ${detail}`)
}

/** A clean copy. Throws `bad-option`, never showing a secret. */
export function checkDeposits(options: DepositsOptions): DepositsOptions {
  expect(typeof options === 'object' && options !== null, 'an object')
  const { stripe, sepa } = options
  if (stripe !== undefined) {
    expect(/^(sk|rk)_(test|live)_\w+$/.test(stripe.secretKey), 'stripe.secretKey: sk_…')
    expect(/^whsec_\S+$/.test(stripe.webhookSecret), 'stripe.webhookSecret: whsec_…')
    expect(isWeb(stripe.successUrl), 'stripe.successUrl: a web address')
    expect(isWeb(stripe.cancelUrl), 'stripe.cancelUrl: a web address')
  }
  if (sepa === undefined) return { stripe }
  const iban = String(sepa.iban).replaceAll(' ', '').toUpperCase()
  expect(isIban(iban), `sepa.iban: ${sepa.iban} is none`)
  expect(/\S/.test(sepa.name) && sepa.name.length <= 70, 'sepa.name: 1 to 70 characters')
  const { bic } = sepa
  const isBic = bic === undefined || /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(bic)
  expect(isBic, `sepa.bic: ${bic}`)
  return { stripe, sepa: { ...sepa, iban } }
}
