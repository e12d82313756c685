// Web pages of any origin may announce and use the API, with nothing that a browser adds by itself.
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { attachTracker, type Attached } from '../../../tracker-extension/src/attach/index.ts'
import { escaped, infoHash, peerId, startTracker, type Stage } from '../guard/stage.ts'

const ANNOUNCE = `/announce?info_hash=${escaped(infoHash(1))}&peer_id=${escaped(peerId('a'))}`

describe('attach: web pages', () => {
  let stage: Stage
  let attached: Attached
  let api: (request: IncomingMessage, response: ServerResponse) => unknown

  beforeEach(async () => {
    api = (_, response) => response.end('api')
    stage = await startTracker({}, (server) => {
      attached = attachTracker(server, {
        api: (request, response) => api(request, response),
        announce: async ({ left }) =>
          left === 0 ? { admit: true } : { admit: false, code: 'unsigned', reason: 'no' }
      })
    })
  })
  afterEach(() => stage.close())

  const ask = (path: string, method = 'GET'): Promise<Response> =>
    fetch(`http://127.0.0.1:${stage.port}${path}`, {
      method,
      headers: { Origin: 'https://a.example' }
    })

  const read = ({ headers }: Response): Record<string, string | null> =>
    Object.fromEntries(
      ['Origin', 'Methods', 'Headers', 'Credentials'].map((name) => [
        name,
        headers.get(`Access-Control-Allow-${name}`)
      ])
    )

  it('may read every answer: granted, refused, not understood, failed', async () => {
    const rows: [path: string, status: number, says: RegExp][] = [
      [`${ANNOUNCE}&port=1&left=0`, 200, /8:complete/],
      [`${ANNOUNCE}&port=1&left=1`, 200, /unsigned: no/],
      [`${ANNOUNCE}&port=1.5`, 200, /failure reason/],
      ['/scrape', 200, /failure reason/],
      ['/nothing', 200, /invalid action/],
      ['/floodgate/v1/provider', 200, /^api$/]
    ]
    for (const [path, status, says] of rows) {
      const response = await ask(path)
      assert.equal(response.headers.get('Access-Control-Allow-Origin'), '*', path)
      assert.equal(response.status, status, path)
      assert.match(await response.text(), says)
    }
    api = () => assert.fail('planted')
    const failed = await ask('/floodgate/')
    assert.deepEqual([failed.status, read(failed)['Origin']], [500, '*'])
  })

  it('are told before they ask: GET and POST with a type, no token of the operator, no cookies', async () => {
    api = () => assert.fail('not for the API')
    for (const path of [ANNOUNCE, '/floodgate/v1/claims']) {
      const response = await ask(path, 'OPTIONS')
      assert.equal(response.status, 204)
      assert.equal(await response.text(), '')
      assert.deepEqual(read(response), {
        Origin: '*',
        Methods: 'GET, POST',
        Headers: 'Content-Type, Range, Cache-Control, User-Agent',
        Credentials: null
      })
    }
    assert.equal(attached.counters.apiRequests, 2)
    assert.equal(attached.counters.messages, 2)
  })
})
