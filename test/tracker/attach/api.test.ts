// The API on the tracker's own port, and the count of everything that comes in.
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Server from 'bittorrent-tracker/server'
import { attachTracker, type Attached } from '../../../tracker-extension/src/attach/index.ts'
import { guardTracker } from '../../../tracker-extension/src/guard/index.ts'
import {
  announceHttp,
  binary,
  failureOf,
  get,
  infoHash,
  peerId,
  startTracker,
  udpAnnounce,
  UdpAsker,
  WsAsker,
  type Stage
} from '../guard/stage.ts'

const announce = async (): Promise<{ admit: true }> => ({ admit: true })

describe('attach: API', () => {
  let stage: Stage
  let attached: Attached
  let api: (request: IncomingMessage, response: ServerResponse) => unknown

  beforeEach(async () => {
    api = ({ url }, response) => {
      // Later than any other listener of the server.
      setImmediate(() => response.end(`api ${url}`))
    }
    stage = await startTracker({}, (server) => {
      attached = attachTracker(server, {
        api: (request, response) => api(request, response),
        announce
      })
    })
  })
  afterEach(() => stage.close())

  it('gets what is under its prefix, once, and nothing else', async () => {
    const seen: (string | undefined)[] = []
    const inner = api
    api = (request, response) => {
      seen.push(request.url)
      return inner(request, response)
    }
    for (const path of ['/floodgate/', '/floodgate/v1/x?y=1', '/floodgate/announce']) {
      assert.equal(await get(stage, path), `api ${path}`)
    }
    assert.equal(seen.length, 3)
    for (const path of ['/', '/floodgate', '/floodgates/', '/x/floodgate/']) {
      assert.match(failureOf(await get(stage, path)) ?? '', /invalid action/)
    }
    assert.equal(seen.length, 3)
    assert.equal(failureOf(await announceHttp(stage)), undefined)
  })

  it('many requests at once race with nobody', async () => {
    const paths = Array.from({ length: 100 }, (_, i) => `/floodgate/${i}`)
    const answers = await Promise.all([
      ...paths.map((path) => get(stage, path)),
      ...paths.map((_, i) => announceHttp(stage, { port: i + 1 }))
    ])
    assert.deepEqual(
      answers.slice(0, 100),
      paths.map((path) => `api ${path}`)
    )
    for (const answer of answers.slice(100)) assert.equal(failureOf(answer), undefined)
  })

  it('what it throws, at once or later, is a 500 and a warning', async () => {
    api = () => assert.fail('planted')
    const url = `http://127.0.0.1:${stage.port}/floodgate/`
    assert.equal((await fetch(url)).status, 500)
    api = () => Promise.reject(new Error('planted'))
    assert.equal((await fetch(url)).status, 500)
    assert.deepEqual(stage.warnings, ['API: planted', 'API: planted'])
  })

  it('I7: every message to the tracker is counted, by kind', async () => {
    await get(stage, '/floodgate/')
    await get(stage, '/stats')
    await get(stage, '/favicon.ico')
    await announceHttp(stage)
    await get(stage, `/scrape?info_hash=${'%01'.repeat(20)}`)
    const ws = await new WsAsker(stage).open()
    await ws.announce(peerId('w'))
    await ws.announce(peerId('w'), { event: 'x' })
    await ws.ask({ action: 'scrape', info_hash: binary(infoHash(1)) })
    await ws.ask('{')
    await ws.ask({ ...answerTo('v') })
    const udp = new UdpAsker(stage)
    const id = await udp.connect()
    await udp.ask(udpAnnounce(id))
    udp.say(udpAnnounce(Buffer.alloc(8)))
    await udp.connect()
    await udp.close()
    assert.deepEqual(attached.counters, {
      messages: 14,
      announces: 4,
      answers: 1,
      scrapes: 2,
      connects: 2,
      apiRequests: 1,
      stats: 1,
      unreadable: 3,
      overRate: 0,
      refused: 3,
      contained: 0
    })
  })

  it('uses the guard that is there, and its own prefix', async () => {
    await stage.close()
    stage = await startTracker({}, (server) => {
      const guard = guardTracker(server, { stats: true })
      attached = attachTracker(server, { api, announce, prefix: '/pay/' })
      assert.equal(attached.counters, guard.counters)
      assert.throws(() => attachTracker(server, { api, announce }), { code: 'bad-option' })
      assert.throws(() => attachTracker(server, { api, announce, guard: {} }), {
        code: 'bad-option'
      })
    })
    assert.equal(await get(stage, '/pay/x'), 'api /pay/x')
    assert.match(await get(stage, '/stats.json'), /torrents/)
  })

  it('takes any build of the same code', async () => {
    // The same module under another name: a class that we never imported.
    const other = (await import(`${import.meta.resolve('bittorrent-tracker/server')}?other`)) as {
      default: typeof Server
    }
    assert.notEqual(other.default, Server)
    const server = new other.default({ udp: false })
    attachTracker(server, { api, announce })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const built = { ...stage, port: (server.http?.address() as AddressInfo).port }
    assert.equal(failureOf(await announceHttp(built)), undefined)
    assert.equal(await get(built, '/floodgate/'), 'api /floodgate/')
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })

  it('a server without HTTP has no port for the API', () => {
    const server = new Server({ http: false, ws: false, stats: false })
    assert.throws(() => attachTracker(server, { api, announce }), { code: 'bad-option' })
  })

  it('options are checked by name', () => {
    for (const bad of [{ api: 1 }, { announce: undefined }, { prefix: 'x' }, { prefix: '/x' }]) {
      const options = { api, announce, ...bad } as Parameters<typeof attachTracker>[1]
      assert.throws(() => attachTracker({}, options), {
        code: 'bad-option',
        option: Object.keys(bad)[0]
      })
    }
  })
})

function answerTo(letter: string): object {
  return {
    action: 'announce',
    info_hash: binary(infoHash(2)),
    peer_id: binary(peerId('x')),
    to_peer_id: binary(peerId(letter)),
    answer: { type: 'answer', sdp: 'v=0' },
    offer_id: 'o'
  }
}
