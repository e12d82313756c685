// What the API refuses: bodies too long or too slow, wrong types and paths, strangers in the operator’s routes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import * as fg from '@floodgate/protocol'
import { memoryLedger } from '@floodgate/tracker'
import { readBody } from '../../../tracker-extension/src/api/body.ts'
import { ROUTES } from '../../../tracker-extension/src/api/routes.ts'
import * as w from '../mint/world.ts'

/** Everything that the server answers to these bytes, until it closes. */
async function raw(port: number, ...parts: (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  const answer = text(socket)
  for (const part of parts) socket.write(part)
  return answer
}

const head = (path: string, length: string, type = 'application/octet-stream') =>
  `POST /floodgate/v1/${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${length}\r\n\r\n`

describe('api: limits', () => {
  let world: w.World
  before(async () => {
    world = await w.startWorld()
  })
  after(async () => {
    assert.deepEqual(world.errors, [])
    await world.close()
  })

  it('every route that takes a body refuses a longer one unread, and cuts off', async () => {
    for (const { path, takes, operator } of ROUTES) {
      if (!takes) continue
      const secret = operator ? `\r\nAuthorization: Bearer ${w.OPERATOR}` : ''
      const length = `Content-Length: ${takes.bytesMax + 1}${secret}`
      const answer = await raw(world.stage.port, head(path.slice(1), length, takes.type))
      assert.match(answer, /^HTTP\/1.1 413 /, path)
      assert.match(answer, /"error":"too-long"/)
      assert.match(answer, /Connection: close/i)
    }
  })

  it('a body of undeclared length is cut off at the limit', async () => {
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`
    const answer = await raw(world.stage.port, head('account', 'Transfer-Encoding: chunked'), chunk)
    assert.match(answer, /^HTTP\/1.1 413 /)
  })

  it('a body that does not come is given up after its time', async () => {
    const server = createServer((request: IncomingMessage, response) => {
      readBody(request, 10, 30).catch((error: unknown) => {
        response.writeHead(400, { Connection: 'close' }).end(fg.codeOf(error))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const answer = await raw((server.address() as AddressInfo).port, head('x', 'Content-Length: 9'))
    assert.match(answer, /\r\nbad-request\r\n/)
    server.close()
    await once(server, 'close')
  })

  it('wrong types, methods and paths get one clear error each', async () => {
    const at = (path: string, init?: RequestInit) => fetch(`${world.url}/floodgate/${path}`, init)
    const json = { 'content-type': 'application/json' }
    const cases: [status: number, code: fg.ErrorCode, response: Promise<Response>][] = [
      [404, 'not-found', at('v1/nothing')],
      [404, 'not-found', at('')],
      [404, 'not-found', at('v2/provider')],
      [404, 'not-found', at('v1/register')],
      [404, 'not-found', at('v1/provider', { method: 'POST' })],
      [404, 'not-found', at('v1/provider', { method: 'DELETE' })],
      [400, 'bad-request', at('v1/register', { method: 'POST', body: '{}', headers: json })],
      [400, 'unknown-message', w.post(world, 'register', new Uint8Array())],
      [400, 'truncated', w.post(world, 'claims', new Uint8Array(3))],
      [400, 'bad-key', w.post(world, 'claims', new Uint8Array(100))]
    ]
    for (const [status, code, answer] of cases) {
      const response = await answer
      const said = (await response.json()) as Record<string, string>
      assert.deepEqual([response.status, said['error']], [status, code])
      assert.equal(said['text'], fg.ERRORS[code].text)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
    }
  })

  it('browsers may ask from any page', async () => {
    const response = await fetch(`${world.url}/floodgate/v1/claims`, { method: 'OPTIONS' })
    assert.equal(response.status, 204)
    assert.equal(
      response.headers.get('access-control-allow-headers'),
      'Content-Type, Range, Cache-Control, User-Agent'
    )
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
  })

  it('the tracker’s own paths stay the tracker’s', async () => {
    assert.match(await (await fetch(`${world.url}/announce`)).text(), /failure reason/)
  })
})

describe('api: our own faults', () => {
  it('strangers learn only that there is one; the operator learns which', async () => {
    const store = memoryLedger({ currency: 'EUR' })
    const world = await w.startWorld({ ledger: store })
    await store.close()
    const response = await fetch(`${world.url}/floodgate/v1/contents`)
    assert.equal(response.status, 500)
    const { error, detail } = (await response.json()) as Record<string, string>
    assert.deepEqual([error, detail], ['internal', ''])
    assert.equal((world.errors[0] as { code: string }).code, 'ledger-closed')
    await world.close()
  })

  it('without a configured token the operator’s routes are closed to all', async () => {
    const world = await w.startWorld({ operatorToken: '' })
    for (const authorization of ['', 'Bearer ', 'Bearer undefined']) {
      const response = await w.post(world, 'operator/deposits', '{}', { authorization })
      assert.equal(await w.outcome(response), 'not-allowed')
    }
    await world.close()
  })

  it('wrong options are refused at start', async () => {
    const wrong = [
      { intervalSeconds: 0 },
      { intervalSeconds: 86_401 },
      { purseLifeMs: 0 },
      { purseLifeMs: NaN },
      { settleEveryMs: -1 },
      { currency: 'euro' },
      { ledger: {} as never },
      { keys: { rootKey: new Uint8Array(32), epochs: [], masters: [] } }
    ]
    for (const options of wrong) {
      await assert.rejects(w.startWorld(options), (error) => fg.codeOf(error) === 'bad-option')
    }
  })

  it('after close the API and announces are refused, and the server works on', async () => {
    const world = await w.startWorld()
    const content = await w.publish(world, { open: true })
    await world.tracker.close()
    assert.equal((await fetch(`${world.url}/floodgate/v1/provider`)).status, 503)
    assert.equal((await w.announceHttp(world, content)).code, 'unreachable')
    await world.close()
  })
})
