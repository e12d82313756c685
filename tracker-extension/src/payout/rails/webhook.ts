// The operator's own service pays: it is sent a signed request (Standard Webhooks), whose id is the payout's, and answers how
// the payout stands, at once, when it is asked again, or by a signed call to our route.

import { setTimeout as sleep } from 'node:timers/promises'
import { FloodgateError, decimalOf } from '@floodgate/protocol'
import { Webhook } from 'standardwebhooks'
import { readable } from '../../bank/readable.ts'
import type { Order, PayoutRail, Report } from '../rail.ts'

export interface WebhookOptions {
  url: string
  /** `whsec_…`: base64 of 24 to 64 bytes. Both sides sign with it. */
  secret: string
  /** Waits between tries of one request, in milliseconds. */
  retryMs?: readonly number[]
  timeoutMs?: number
  /** The clock, Unix milliseconds. */
  now?: () => number
}

export interface WebhookRail extends PayoutRail {
  /** Reads a signed report that the service sent to our route. Throws `bad-signature` or `bad-request`. */
  hear(body: string, headers: Record<string, string>): Report
}

const RETRY_MS = [500, 2000, 8000] as const
const TIMEOUT_MS = 15_000
const ANSWER_MAX = 16 * 1024
const STATES: ReadonlySet<unknown> = new Set<Report['state']>([
  'submitted',
  'paid',
  'failed',
  'returned'
])

/** Throws `bad-option` for a secret or URL that is none. */
export function webhook(options: WebhookOptions): WebhookRail {
  if (!URL.canParse(options.url)) throw new FloodgateError('bad-option', 'webhook.url')
  if (!/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(options.secret)) {
    throw new FloodgateError('bad-option', 'webhook.secret: whsec_ and base64 of 24 to 64 bytes')
  }
  const signer = new Webhook(options.secret)
  const askAll = async (type: string, orders: readonly Order[]): Promise<Report[]> => {
    const answers = await Promise.all(orders.map((order) => ask(options, signer, type, order)))
    return answers.filter((one) => one !== undefined)
  }
  return {
    name: 'webhook',
    sink: 'cash',
    words: `signed requests to ${new URL(options.url).origin}, whose service pays`,
    refuses: ({ kind }) =>
      kind === 'credit' ? 'the service pays to an account, not in store credit' : undefined,
    async prepare() {
      // The service alone knows what stands against it, and says so when it is asked to pay.
    },
    submit: ({ orders }) => askAll('payout.requested', orders),
    reconcile: async (orders, file) => ({
      reports: file === undefined ? await askAll('payout.status', orders) : [],
      unknown: []
    }),
    hear(body, headers) {
      try {
        signer.verify(body, headers)
      } catch (error) {
        throw Object.assign(new FloodgateError('bad-signature'), { cause: error })
      }
      const report = reportIn(body)
      if (report === undefined) throw new FloodgateError('bad-request', 'a report')
      return report
    }
  }
}

/** Undefined when the service cannot be reached, or does not say how the payout stands. */
async function ask(
  options: WebhookOptions,
  signer: Webhook,
  type: string,
  order: Order
): Promise<Report | undefined> {
  const { payoutId, uid, amountMinor, currency, destination } = order
  const data = {
    ...{ payoutId, uid, amount: decimalOf(amountMinor, currency), currency },
    ...{ amountMinor: String(amountMinor), destination: destination.text }
  }
  for (const waitMs of [0, ...(options.retryMs ?? RETRY_MS)]) {
    await sleep(waitMs)
    const at = new Date((options.now ?? Date.now)())
    const body = JSON.stringify({ type, timestamp: at.toISOString(), data })
    const report = await post(options, body, {
      'content-type': 'application/json',
      // The same for every try, and for the question how it stands: the service does once what has one id.
      'webhook-id': type === 'payout.requested' ? payoutId : `${payoutId}.status`,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signer.sign(
        type === 'payout.requested' ? payoutId : `${payoutId}.status`,
        at,
        body
      )
    })
    if (report?.payoutId === payoutId) return report
  }
  return undefined
}

/** Only an answer that names the payout and its state counts; a status alone may come from any proxy on the way. */
async function post(
  { url, timeoutMs = TIMEOUT_MS }: WebhookOptions,
  body: string,
  headers: Record<string, string>
): Promise<Report | undefined> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' })
    const text = await response.text()
    return text.length > ANSWER_MAX ? undefined : reportIn(text)
  } catch (error) {
    // No connection, or none for long enough: it is not known whether the service has heard us.
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return undefined
    throw error
  }
}

function reportIn(text: string): Report | undefined {
  let said: Record<string, unknown> | null
  try {
    said = JSON.parse(text) as Record<string, unknown> | null
  } catch {
    return undefined
  }
  const { payoutId, state, reference = '', reason = '' } = said ?? {}
  const isReport =
    typeof payoutId === 'string' &&
    STATES.has(state) &&
    typeof reference === 'string' &&
    /^[\x21-\x7e]{0,128}$/.test(reference) &&
    typeof reason === 'string'
  if (!isReport) return undefined
  const name = reference === '' ? payoutId : reference
  return {
    payoutId,
    state: state as Report['state'],
    reference: name,
    reason: readable(reason)
  }
}
