// A pool that is somewhere else: each decision is posted to a URL, signed as Standard Webhooks has it, and whoever listens there
// seeds. The message is the whole state of one content; lost or repeated ones do no harm.

import { FloodgateError } from '@floodgate/protocol'
import { Webhook } from 'standardwebhooks'
import { parseRate } from './amounts.ts'
import { latestOnly } from './latest-only.ts'
import { NOTHING, type Decision } from './policy.ts'
import type { SeederPool } from './pool.ts'

export interface WebhookPoolOptions {
  url: string
  /** As Standard Webhooks writes it: `whsec_` and base64. */
  secret: string
  /** What listens there can give. */
  rateMax: string
  /** What did not change is said again after so long, for who forgot it; 60,000 unless said otherwise. */
  repeatMs?: number
  now?: () => number
}

const ANSWER_MS = 10_000

/** @throws FloodgateError `bad-option`: the URL, the secret or the rate is malformed */
export function webhookPool(options: WebhookPoolOptions): SeederPool {
  const { url, repeatMs = 60_000, now = Date.now } = options
  const place = placeOf(url)
  const webhook = readSecret(options.secret)
  const said = new Map<string, { body: string; at: number }>()
  let closed = false

  /** @throws FloodgateError `unreachable` */
  const say = latestOnly<Decision>(async (content, { rate, seeders, webSeed, reason }) => {
    const state = JSON.stringify({ content, rate, seeders, webSeed })
    const before = said.get(content)
    if (before?.body === state && now() - before.at < repeatMs) return
    said.set(content, { body: '', at: 0 }) // unknown until it is answered
    await post(
      JSON.stringify({ type: 'floodgate.seeding', content, rate, seeders, webSeed, reason })
    )
    said.set(content, { body: state, at: now() })
  })

  async function post(body: string): Promise<void> {
    const id = `msg_${crypto.randomUUID()}`
    const at = new Date(now())
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': webhook.sign(id, at, body)
    }
    const signal = AbortSignal.timeout(ANSWER_MS)
    const answer = await fetch(url, { method: 'POST', headers, body, signal }).catch(
      (error: unknown) => {
        throw new FloodgateError('unreachable', `${place}: ${reasonOf(error)}`)
      }
    )
    await answer.body?.cancel()
    if (!answer.ok) throw new FloodgateError('unreachable', `${place} answered ${answer.status}`)
  }

  return {
    rateMax: parseRate(options.rateMax, 'rateMax'),
    async apply(content, decision) {
      if (closed) throw new FloodgateError('bad-option', 'pool: it is closed')
      await say(content, decision)
    },
    async close() {
      closed = true
      const last: Decision = { ...NOTHING, reason: 'The provider stops seeding.' }
      await Promise.all([...said.keys()].map((content) => say(content, last)))
    }
  }
}

/** All that errors say of the URL: path and query of an autoscaler's webhook often hold a token, and errors get into logs. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) throw new FloodgateError('bad-option', 'url: it is none')
  return new URL(url).origin
}

/** As the system names it, such as ECONNREFUSED, or the kind of error: its words may repeat the URL. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } }
  return String(cause?.code ?? name)
}

function readSecret(secret: string): Webhook {
  try {
    return new Webhook(secret)
  } catch (error) {
    throw new FloodgateError('bad-option', `secret: ${(error as Error).message}`)
  }
}
