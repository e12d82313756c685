// The operator's own payout service, for tests: it checks each signature with the library, pays once by webhook id, and fails as
// services do.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

interface Asked {
  type: string
  data: { payoutId: string; amount: string; amountMinor: string; currency: string }
}

export class FakeService {
  readonly paid = new Map<string, Asked['data']>()
  readonly times = new Map<string, number>()
  /** What it answers to the next requests, instead of the truth. */
  troubles: ('500' | 'garbage' | 'hang-up' | 'late-hang-up')[] = []
  state: 'paid' | 'submitted' | 'failed' | 'returned' = 'paid'
  readonly faults: string[] = []
  readonly #verifier = new Webhook(SECRET)
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const trouble = this.troubles.shift()
      if (trouble === '500') return void response.writeHead(500).end('{"state":"failed"}')
      if (trouble === 'garbage') return void response.writeHead(200).end('ok')
      if (trouble === 'hang-up') return void response.destroy()
      try {
        const headers = request.headers as Record<string, string>
        const body = Buffer.concat(chunks).toString()
        const asked = this.#verifier.verify(body, headers) as Asked
        const answer = this.#take(asked, headers['webhook-id'] ?? '')
        if (trouble === 'late-hang-up') return void response.destroy()
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      } catch (error) {
        this.faults.push(String(error))
        response.writeHead(400).end()
      }
    })
  })

  static async start(): Promise<FakeService> {
    const fake = new FakeService()
    fake.#server.listen(0, '127.0.0.1')
    await once(fake.#server, 'listening')
    return fake
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/payouts`
  }

  #take({ type, data }: Asked, id: string): object {
    const { payoutId } = data
    if (type === 'payout.requested') {
      assert.equal(id, payoutId, 'the id of the request is the payout’s')
      if (!this.paid.has(payoutId)) this.times.set(payoutId, (this.times.get(payoutId) ?? 0) + 1)
      else assert.deepEqual(this.paid.get(payoutId), data, 'one id, two payouts')
      this.paid.set(payoutId, data)
    } else assert.equal(type, 'payout.status')
    const reason = this.state === 'failed' || this.state === 'returned' ? 'no such account' : ''
    return { payoutId, state: this.state, reference: `bank-${payoutId.slice(0, 8)}`, reason }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
