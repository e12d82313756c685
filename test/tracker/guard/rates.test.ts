// How much one address may send, hold open and keep waiting for.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TrackerServerOptions } from 'bittorrent-tracker/server'
import {
  guardTracker,
  type GuardOptions,
  type TrackerGuard
} from '../../../tracker-extension/src/guard/index.ts'
import {
  announceHttp,
  countsOf,
  eventOf,
  failureOf,
  get,
  peerId,
  startTracker,
  udpAnnounce,
  UdpAsker,
  WsAsker,
  type Stage
} from './stage.ts'

/** Fills so slowly that no test sees it. */
const SLOWLY = { messagesPerSecond: 0.001 }

describe('guard: rates', () => {
  let stage: Stage
  let guard: TrackerGuard
  async function start(limits: GuardOptions, options: TrackerServerOptions = {}): Promise<void> {
    stage = await startTracker(options, (server) => {
      guard = guardTracker(server, limits)
    })
  }
  afterEach(() => stage.close())

  const announced = async (headers = {}): Promise<string> =>
    failureOf(await announceHttp(stage, { headers })) ?? 'served'

  it('F65: HTTP and websockets spend one rate; what is beyond is told so', async () => {
    await start({ ...SLOWLY, messagesBurst: 3 })
    const ws = await new WsAsker(stage).open()
    assert.equal(await announced(), 'served')
    assert.equal((await ws.announce(peerId('w')))['complete'], 0)
    assert.equal(await announced(), 'served')
    assert.match(await announced(), /^too-many-requests: /)
    assert.match(failureOf(await get(stage, '/nonsense')) ?? '', /^too-many-requests: /)
    assert.equal((await ws.announce(peerId('w')))['fg code'], 'too-many-requests')
    const { messages, overRate, refused } = guard.counters
    assert.deepEqual([messages, overRate, refused], [6, 3, 3])
    await ws.close()
  })

  it('F65: UDP beyond the rate is not answered, and another address still is', async () => {
    await start({ ...SLOWLY, messagesBurst: 2 })
    const [one, two] = [new UdpAsker(stage, '127.0.0.2'), new UdpAsker(stage, '127.0.0.3')]
    const id = await one.connect()
    for (let i = 0; i < 2; i++) await one.ask(udpAnnounce(id))
    for (let i = 0; i < 5; i++) one.say(udpAnnounce(id))
    let answers = 0
    one.socket.on('message', () => answers++)
    await two.ask(udpAnnounce(await two.connect()))
    // Connects stay free of it: anybody could send them in this address's name.
    await one.connect()
    assert.deepEqual([guard.counters.overRate, answers], [5, 1])
    await Promise.all([one.close(), two.close()])
  })

  it('F65: honest askers at a flooded address get through after a short while', async () => {
    await start({ messagesPerSecond: 50, messagesBurst: 5 })
    await Promise.all(Array.from({ length: 60 }, () => announced()))
    let tries = 0
    while ((await announced()) !== 'served') tries++
    assert.ok(guard.counters.overRate >= 40 && tries < 1000)
  })

  it('F65: behind a trusted proxy the last address of its header counts, not what the asker wrote before it', async () => {
    await start({ ...SLOWLY, messagesBurst: 1 }, { trustProxy: true, udp: false })
    assert.equal(await announced({ 'x-forwarded-for': '1.1.1.1, 10.0.0.1' }), 'served')
    assert.match(await announced({ 'x-forwarded-for': '2.2.2.2, 10.0.0.1' }), /^too-many/)
    assert.equal(await announced({ 'x-forwarded-for': '2.2.2.2, 10.0.0.2' }), 'served')
  })

  it('F65: an address holds no more connections than allowed, and gets its places back', async () => {
    await start({ connectionsPerAddressMax: 2 }, { udp: false })
    const open = async (): Promise<Socket> => {
      const socket = connect(stage.port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      return socket
    }
    const [first, second] = [await open(), await open()]
    const third = await open()
    if (!third.closed) await once(third, 'close')
    first.destroy()
    await once(first, 'close')
    // The server notices that end some time later.
    let answer = ''
    while (answer === '') answer = await announceHttp(stage).catch(() => '')
    assert.deepEqual(countsOf(answer), [1, 0])
    second.destroy()
  })

  it('F65: who does not finish its request is cut off', async () => {
    const http = { connectionsCheckingInterval: 10 }
    await start({ headersTimeoutMs: 50, requestTimeoutMs: 50 }, { udp: false, http })
    const socket = connect(stage.port, '127.0.0.1')
    socket.write('GET /announce HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    assert.match(await text(socket), /^HTTP\/1.1 408 /)
  })

  it('F65: limits that a server has already are not raised', async () => {
    await start({}, { udp: false, http: { headersTimeout: 1000, requestTimeout: 2000 } })
    const { headersTimeout, requestTimeout } = stage.server.http!
    assert.deepEqual([headersTimeout, requestTimeout], [1000, 2000])
  })

  it('F65: a websocket that announces nothing is ended; a member’s stays', async () => {
    await start({ wsIdleMs: 0 }, { udp: false })
    const [idle, member] = [await new WsAsker(stage).open(), await new WsAsker(stage).open()]
    await member.announce(peerId('m'))
    const closed = eventOf(idle.socket, 'close')
    guard.sweep()
    await closed
    assert.equal((await member.announce(peerId('m')))['incomplete'], 1)
    assert.equal(guard.held.sockets, 1)
    const left = eventOf(member.socket, 'close')
    await member.announce(peerId('m'), { event: 'stopped' })
    guard.sweep()
    await left
  })
})
