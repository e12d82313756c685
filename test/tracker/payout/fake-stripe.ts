// A Stripe of our own, for tests: it takes no field that the SDK's types do not know, keeps idempotency keys as Stripe does, and
// fails in the ways in which a far end fails: before it paid, and after.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Stripe from 'stripe'

type Trouble = 'none' | '500' | '429' | 'garbage' | 'hang-up' | 'late-500' | 'late-hang-up' | 'poor'
/** What the SDK's types allow in each form; the compiler sees to it that no name is made up. */
const CREATE = {
  amount: /^[1-9]\d{0,15}$/,
  currency: /^[a-z]{3}$/,
  destination: /^acct_\w+$/,
  transfer_group: /^[0-9a-f]{32}$/,
  metadata: /^/
} satisfies Partial<Record<keyof Stripe.TransferCreateParams, RegExp>>
const LIST = {
  transfer_group: /^[0-9a-f]{32}$/,
  limit: /^\d{1,3}$/
} satisfies Partial<Record<keyof Stripe.TransferListParams, RegExp>>

interface Made {
  id: string
  amount: number
  currency: string
  destination: string
  transfer_group: string
  reversed: boolean
}

export class FakeStripe {
  readonly made: Made[] = []
  /** Of the next requests that would make a transfer; then none. */
  troubles: Trouble[] = []
  /** What was sent that no Stripe takes. */
  readonly faults: string[] = []
  readonly #answers = new Map<string, { form: string; status: number; body: object }>()
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => {
      this.faults.push(String(error))
      response.destroy()
    })
  })

  static async start(): Promise<FakeStripe> {
    const fake = new FakeStripe()
    fake.#server.listen(0, '127.0.0.1')
    await once(fake.#server, 'listening')
    return fake
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Stripe forgets keys after a day. */
  forgetKeys(): void {
    this.#answers.clear()
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let form = ''
    for await (const chunk of request) form += String(chunk)
    const url = new URL(request.url!, this.url)
    assert.equal(request.headers.authorization, 'Bearer sk_test_1')
    const send = (status: number, body: object | string): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(typeof body === 'string' ? body : JSON.stringify(body))
    if (request.method === 'GET') return this.#read(url, send)
    assert.equal(url.pathname, '/v1/transfers')
    const key = String(request.headers['idempotency-key'] ?? '')
    assert.match(key, /^[0-9a-f]{32}$/, 'the key is the payout')
    this.#create(key, form, send, () => response.destroy())
  }

  #read(url: URL, send: (status: number, body: object) => void): void {
    const id = /^\/v1\/transfers\/(tr_\d+)$/.exec(url.pathname)?.[1]
    if (id !== undefined) {
      const found = this.made.find((one) => one.id === id)
      return found === undefined
        ? send(404, errorOf('invalid_request_error', 'resource_missing'))
        : send(200, transferOf(found))
    }
    assert.equal(url.pathname, '/v1/transfers')
    const { transfer_group: group } = checked(url.searchParams, LIST)
    const data = this.made.filter((one) => one.transfer_group === group).map(transferOf)
    send(200, { object: 'list', data, has_more: false, url: '/v1/transfers' })
  }

  #create(
    key: string,
    form: string,
    send: (status: number, body: object | string) => void,
    hangUp: () => void
  ): void {
    const trouble = this.troubles.shift() ?? 'none'
    if (trouble === '500') return send(500, errorOf('api_error', ''))
    if (trouble === '429') return send(429, errorOf('rate_limit_error', ''))
    if (trouble === 'garbage') return send(200, '<html>')
    if (trouble === 'hang-up') return hangUp()
    const known = this.#answers.get(key)
    if (known !== undefined) {
      assert.equal(known.form, form, 'one key, two forms')
      return send(known.status, known.body)
    }
    const fields = checked(new URLSearchParams(form), CREATE)
    if (trouble === 'poor') {
      const body = errorOf('invalid_request_error', 'balance_insufficient')
      this.#answers.set(key, { form, status: 400, body })
      return send(400, body)
    }
    const { currency = '', destination = '', transfer_group = '' } = fields
    const id = `tr_${this.made.length + 1}`
    const money = { amount: Number(fields['amount']), currency, destination, transfer_group }
    const transfer = { id, ...money, reversed: false }
    this.made.push(transfer)
    this.#answers.set(key, { form, status: 200, body: transferOf(transfer) })
    if (trouble === 'late-500') return send(500, errorOf('api_error', ''))
    if (trouble === 'late-hang-up') return hangUp()
    send(200, transferOf(transfer))
  }
}

const errorOf = (type: string, code: string) => ({ error: { type, code, message: `${code}.` } })
const transferOf = (made: Made) => ({ object: 'transfer', ...made, metadata: {}, created: 1 })

function checked(given: URLSearchParams, forms: Record<string, RegExp>): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [name, value] of given) {
    const form = forms[name.replace(/\[\w+\]$/, '')]
    assert.ok(form?.test(value), `${name}=${value}`)
    fields[name] = value
  }
  return fields
}
