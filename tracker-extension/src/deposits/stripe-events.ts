// What an event of Stripe says about money, as an advice for the ledger. Pure: the signature was checked before, but the
// fields may be anything, as other shops may share the Stripe account.

import type { Stripe } from 'stripe'
import { readable } from '../bank/readable.ts'
import type { Advice } from '../ledger/index.ts'
import { fromStripe } from './stripe-amounts.ts'

const UID = /^[0-9a-f]{32}$/
const ORDER = /^[0-9a-f]{32}$/

const fitting = (form: RegExp, value: unknown): string =>
  typeof value === 'string' && form.test(value) ? value : ''

/** A name of a payment by Stripe's id of it; '' for none. */
const nameOf = (id: unknown, kind = ''): string => {
  const text = typeof id === 'object' && id !== null ? (id as { id?: unknown }).id : id
  const found = fitting(/^[\w-]{1,80}$/, text)
  return found === '' ? '' : `stripe:${kind}${found}`
}

interface Money {
  amountMinor: bigint
  currency: string
  hold: string
}

function moneyOf(units: unknown, currency: unknown): Money {
  const code = fitting(/^[a-z]{3}$/, currency).toUpperCase()
  const amountMinor = code === '' ? undefined : fromStripe(Number(units ?? -1), code)
  const hold = amountMinor === undefined ? 'wrong-amount' : ''
  return { amountMinor: amountMinor ?? 0n, currency: code || 'none', hold }
}

const base = {
  ...{ source: 'stripe' as const, strong: true, orderId: '', uid: '', reference: '' },
  ...{ about: '', payer: '', text: '' }
}

/** Undefined for what does not concern us, and for payments that are still on their way. */
export function adviceOf(event: Stripe.Event, livemode: boolean): Advice | undefined {
  const advice = readEvent(event)
  if (advice === undefined || advice.names.length === 0) return undefined
  // Play money: never on the account of somebody who pays with real one.
  return event.livemode === livemode ? advice : { ...advice, hold: 'wrong-mode' }
}

function readEvent(event: Stripe.Event): Advice | undefined {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return event.data.object.payment_status === 'paid' ? paid(event.data.object) : undefined
    case 'checkout.session.async_payment_failed':
      return failed(event.data.object)
    case 'charge.refunded':
      return refunded(event.data.object)
    case 'charge.dispute.created':
      return disputed(event.data.object)
    default:
      return undefined
  }
}

const named = (...names: string[]): string[] => names.filter((name) => name !== '')

/** One session is paid once, whichever of its events says so first. */
function paid(session: Stripe.Checkout.Session): Advice {
  const { id, payment_intent: intent, client_reference_id: uid, metadata } = session
  const orderId = fitting(ORDER, metadata?.['order'])
  const money = moneyOf(session.amount_total, session.currency)
  return {
    ...{ ...base, ...money, advised: 'credit', orderId },
    names: named(nameOf(id), nameOf(intent)),
    uid: fitting(UID, uid) || 'none',
    hold: money.hold || (orderId === '' ? 'unknown-order' : ''),
    payer: readable(session.customer_details?.email ?? session.customer_details?.name)
  }
}

function failed(session: Stripe.Checkout.Session): Advice {
  return {
    ...{ ...base, ...moneyOf(session.amount_total, session.currency), advised: 'failed' },
    names: named(nameOf(session.id, 'failed:')),
    uid: fitting(UID, session.client_reference_id),
    about: nameOf(session.id),
    payer: readable(session.customer_details?.email ?? session.customer_details?.name)
  }
}

/** A charge may be refunded in parts: each sum of them is news of its own. */
function refunded(charge: Stripe.Charge): Advice {
  const name = nameOf(charge.id, 'refund:')
  return {
    ...{ ...base, ...moneyOf(charge.amount_refunded, charge.currency), advised: 'refund' },
    names: named(name && `${name}:${fitting(/^\d{1,16}$/, String(charge.amount_refunded))}`),
    uid: fitting(UID, charge.metadata?.['uid']),
    about: nameOf(charge.payment_intent),
    payer: readable(charge.billing_details?.email ?? charge.billing_details?.name)
  }
}

function disputed(dispute: Stripe.Dispute): Advice {
  return {
    ...{ ...base, ...moneyOf(dispute.amount, dispute.currency), advised: 'dispute' },
    names: named(nameOf(dispute.id, 'dispute:')),
    about: nameOf(dispute.payment_intent),
    text: readable(dispute.reason)
  }
}
