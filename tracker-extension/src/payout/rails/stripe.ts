// Transfers to connected Stripe accounts. Stripe forgets idempotency keys after a day, so a transfer carries the payout's id
// as its transfer group as well, and before one is made we look whether it is there: to repeat it never pays twice.

import type Stripe from 'stripe'
import { FloodgateError } from '@floodgate/protocol'
import type { Order, PayoutRail, Reconciled, Report } from '../rail.ts'

export interface StripeOptions {
  /** Secret or restricted key that may write transfers. */
  key: string
  /** Of one request. */
  timeoutMs?: number
  /** For tests: where Stripe is, such as http://127.0.0.1:4711. */
  url?: string
}

type Transfer = Stripe.Transfer

/** Retries of the library itself, with its back-off and the same key. What is still unknown then waits for the next run. */
const RETRIES = 2
const AMOUNT_MAX = BigInt(Number.MAX_SAFE_INTEGER)

export function stripe(options: StripeOptions): PayoutRail {
  if (!/^(sk|rk)_\w+$/.test(options.key)) throw new FloodgateError('bad-option', 'stripe.key')
  let opened: Promise<Stripe> | undefined
  // Loading the library takes a tenth of a second, which who pays by other rails need not wait.
  const api = (): Promise<Stripe> => (opened ??= open(options))
  return {
    name: 'stripe',
    sink: 'cash',
    words: 'Stripe transfers to connected accounts',
    refuses: ({ kind }) => (kind === 'stripe' ? undefined : 'a Stripe account is needed'),
    async prepare({ orders }) {
      const most = orders.find(({ amountMinor }) => amountMinor > AMOUNT_MAX)
      if (most !== undefined) throw new FloodgateError('bad-request', `amount of ${most.payoutId}`)
    },
    async submit({ orders }) {
      const reports: Report[] = []
      for (const order of orders) {
        const report = await payOnce(await api(), order)
        if (report !== undefined) reports.push(report)
      }
      return reports
    },
    async reconcile(orders, file): Promise<Reconciled> {
      const reports: Report[] = []
      if (file !== undefined) return { reports, unknown: [] }
      for (const order of orders) reports.push(...(await look(await api(), order)))
      return { reports, unknown: [] }
    }
  }
}

async function open({ key, timeoutMs = 20_000, url }: StripeOptions): Promise<Stripe> {
  const { default: Library } = await import('stripe')
  const { hostname: host, port, protocol } = new URL(url ?? 'https://api.stripe.com')
  const place = { host, port: port || undefined, protocol: protocol.slice(0, -1) as 'https' }
  return new Library(key, { ...place, timeout: timeoutMs, maxNetworkRetries: RETRIES })
}

const paid = ({ payoutId }: Order, { id }: Transfer): Report => ({
  ...{ payoutId, state: 'paid', reference: id, reason: '' }
})

/** Is it ours, as we would have made it? An answer that names something else proves nothing. */
const isOf = (transfer: Transfer, { payoutId, amountMinor, currency }: Order): boolean =>
  transfer.object === 'transfer' &&
  typeof transfer.id === 'string' &&
  transfer.transfer_group === payoutId &&
  BigInt(transfer.amount) === amountMinor &&
  transfer.currency === currency.toLowerCase()

/** Undefined as long as nobody can say whether it was made: the next run asks again. */
async function payOnce(api: Stripe, order: Order): Promise<Report | undefined> {
  const { payoutId, amountMinor, currency, destination } = order
  try {
    const known = await find(api, payoutId)
    if (known !== undefined) return isOf(known, order) ? paid(order, known) : undefined
    const made = await api.transfers.create(
      {
        ...{ amount: Number(amountMinor), currency: currency.toLowerCase() },
        ...{ destination: destination.account, transfer_group: payoutId },
        metadata: { payout: payoutId }
      },
      { idempotencyKey: payoutId }
    )
    return isOf(made, order) ? paid(order, made) : undefined
  } catch (error) {
    const reason = await refusalOf(error)
    return reason === undefined
      ? undefined
      : { payoutId, state: 'failed', reference: '', reason: reason.slice(0, 500) }
  }
}

async function find(api: Stripe, payoutId: string): Promise<Transfer | undefined> {
  const { data } = await api.transfers.list({ transfer_group: payoutId, limit: 1 })
  return data[0]
}

/** Why Stripe will not make it; undefined for what says nothing about that: time-outs, 5xx, a wrong key, too many requests. */
async function refusalOf(error: unknown): Promise<string | undefined> {
  const { default: Library } = await import('stripe')
  if (!(error instanceof Library.errors.StripeError)) return undefined
  const { type, statusCode, code, message } = error
  const isRefused =
    type === 'StripeInvalidRequestError' && (statusCode === 400 || statusCode === 402)
  return isRefused ? [code, message].filter(Boolean).join(': ') : undefined
}

/** A transfer that was reversed has come back. Part of one is for a person to look at. */
async function look(api: Stripe, order: Order): Promise<Report[]> {
  const { payoutId, reference } = order
  if (reference === '') return []
  try {
    const transfer = await api.transfers.retrieve(reference)
    if (!isOf(transfer, order)) return []
    if (!transfer.reversed) return [paid(order, transfer)]
    return [{ payoutId, state: 'returned', reference, reason: 'transfer.reversed' }]
  } catch (error) {
    if ((await refusalOf(error)) === undefined) return []
    throw error
  }
}
