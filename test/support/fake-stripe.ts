// A server that stands in for Stripe: it makes Checkout sessions as Stripe does, checks every field that it is sent, and has
// moods in which it does what servers do when they fail.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { checkoutFaults, readForm } from './stripe-types.ts'

/** What happens to the next requests, one each; then all is well again. */
export type Mood =
  'broken' | 'garbage' | 'silent' | 'gone' | 'no-amount' | 'unauthorized' | 'no-url'

export interface FakeSession {
  id: string
  url: string | null
  params: ReturnType<typeof readForm>
}

const MOODS: Record<Exclude<Mood, 'silent' | 'gone'>, [status: number, body: string]> = {
  broken: [500, '{"error":{"type":"api_error","message":"down"}}'],
  garbage: [200, '<html>a proxy</html>'],
  'no-amount': [
    400,
    '{"error":{"type":"invalid_request_error","param":"line_items[0][price_data][unit_amount]","message":"too small"}}'
  ],
  unauthorized: [401, '{"error":{"type":"invalid_request_error","message":"Invalid API Key"}}'],
  'no-url': [200, '{"id":"cs_test_none","object":"checkout.session","url":null}']
}

export class FakeStripe {
  readonly moods: Mood[] = []
  readonly sessions: FakeSession[] = []
  /** What was wrong with the requests. */
  readonly faults: string[] = []
  requests = 0
  readonly #byKey = new Map<string, { body: string; session: FakeSession }>()
  readonly #secretKey: string
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response)
  })

  constructor(secretKey: string) {
    this.#secretKey = secretKey
  }

  async listen(): Promise<{ host: string; port: number; protocol: 'http' }> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const { port } = this.#server.address() as AddressInfo
    return { host: '127.0.0.1', port, protocol: 'http' }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++
    const body = await text(request)
    const mood = this.moods.shift()
    if (mood === 'silent') return
    if (mood === 'gone') return void request.socket.destroy()
    const [status, answer] = mood === undefined ? this.#create(request, body) : MOODS[mood]
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer)
  }

  #create(request: IncomingMessage, body: string): [status: number, body: string] {
    const { authorization, 'idempotency-key': key } = request.headers
    const expect = (holds: boolean, what: string): void => {
      if (!holds) this.faults.push(what)
    }
    expect(request.method === 'POST' && request.url === '/v1/checkout/sessions', `${request.url}`)
    expect(authorization === `Bearer ${this.#secretKey}`, 'Authorization')
    expect(typeof key === 'string' && key !== '', 'Idempotency-Key')
    const params = readForm(body)
    this.faults.push(...checkoutFaults(params))
    const known = this.#byKey.get(String(key))
    if (known !== undefined && known.body !== body) {
      return [400, '{"error":{"type":"idempotency_error","message":"another body"}}']
    }
    const id = `cs_test_${this.sessions.length + 1}`
    const session = known?.session ?? { id, url: `https://checkout.example/${id}`, params }
    if (known === undefined) this.sessions.push(session)
    this.#byKey.set(String(key), { body, session })
    return [200, JSON.stringify({ id: session.id, object: 'checkout.session', url: session.url })]
  }
}
