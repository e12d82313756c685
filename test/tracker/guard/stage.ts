// A tracker on real sockets, and askers of all three transports that say what they like.
import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { connect, type AddressInfo, type Socket as TcpSocket } from 'node:net'
import Client from 'bittorrent-tracker/client'
import Server, { type TrackerServerOptions } from 'bittorrent-tracker/server'

export const infoHash = (byte: number): string => Buffer.alloc(20, byte).toString('hex')
export const peerId = (letter: string): string => Buffer.alloc(20, letter).toString('hex')
/** 20 bytes given in hex, as the websocket tracker wants them. */
export const binary = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1')
/** …and as a query wants them. */
export const escaped = (hex: string): string => hex.replace(/../g, '%$&')

export interface Stage {
  server: Server
  port: number
  udpPort: number
  warnings: string[]
  events: string[]
  /** Resolves when the server has noticed the end of one more websocket. */
  socketClosed(): Promise<void>
  close(): Promise<void>
}

/** Starts a server on free ports of 127.0.0.1 after `install` had it. */
export async function startTracker(
  options: TrackerServerOptions,
  install: (server: Server) => void
): Promise<Stage> {
  const server = new Server(options)
  const warnings: string[] = []
  const events: string[] = []
  server.on('warning', (error: Error) => warnings.push(error.message))
  for (const event of ['start', 'stop', 'complete', 'update', 'pause']) {
    server.on(event, () => events.push(event))
  }
  install(server)
  const gone = new EventEmitter()
  server.ws?.on('connection', (socket: EventEmitter) => {
    socket.on('close', () => gone.emit('one'))
  })
  server.listen(0, { http: '127.0.0.1', udp: '127.0.0.1', udp6: '::1' })
  await once(server, 'listening')
  return {
    server,
    port: (server.http?.address() as AddressInfo).port,
    udpPort: server.udp ? server.udp.address().port : 0,
    warnings,
    events,
    socketClosed: () => new Promise((resolve) => gone.once('one', resolve)),
    close: () => new Promise((resolve) => server.close(() => resolve()))
  }
}

/** The answer to a GET, as latin1 text. */
export async function get(
  { port }: Stage,
  path: string,
  headers: Record<string, string> = {}
): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
  return Buffer.from(await response.arrayBuffer()).toString('latin1')
}

export interface HttpAnnounce {
  hash?: string
  peer?: string
  port?: number | string
  compact?: string
  more?: string
  headers?: Record<string, string>
}

export function announceHttp(stage: Stage, announce: HttpAnnounce = {}): Promise<string> {
  const { hash = infoHash(1), peer = peerId('a'), port = 6881, more = '' } = announce
  const { compact = '1', headers } = announce
  const path = `/announce?info_hash=${escaped(hash)}&peer_id=${escaped(peer)}&port=${port}&left=0`
  return get(stage, `${path}&compact=${compact}&${more}`, headers)
}

/** The failure reason of a bencoded answer. */
export function failureOf(answer: string): string | undefined {
  const found = /14:failure reason(\d+):/.exec(answer)
  if (!found) return undefined
  const start = found.index + found[0].length
  return answer.slice(start, start + Number(found[1]))
}

/** How many seeders and leechers a bencoded answer counts. */
export function countsOf(answer: string): [complete: number, incomplete: number] {
  const complete = /8:completei(\d+)e/.exec(answer)?.[1]
  const incomplete = /10:incompletei(\d+)e/.exec(answer)?.[1]
  assert.ok(complete && incomplete, answer)
  return [Number(complete), Number(incomplete)]
}

/** Compact peers (BEP 23) of a bencoded answer, as `address:port`. */
export function peersOf(answer: string): string[] {
  const found = /5:peers(\d+):/.exec(answer)
  assert.ok(found, answer)
  const start = found.index + found[0].length
  return readCompact(Buffer.from(answer.slice(start, start + Number(found[1])), 'latin1'))
}

export function readCompact(bytes: Uint8Array): string[] {
  const peers: string[] = []
  for (let at = 0; at + 6 <= bytes.length; at += 6) {
    const port = Buffer.from(bytes).readUInt16BE(at + 4)
    peers.push(`${bytes.subarray(at, at + 4).join('.')}:${port}`)
  }
  return peers.sort()
}

/** A websocket that keeps what it receives until it is asked for. */
export class WsAsker {
  readonly socket: WebSocket
  readonly #inbox: Record<string, unknown>[] = []
  #wake: (() => void) | undefined

  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
    this.socket = new WebSocket(`ws://127.0.0.1:${stage.port}`)
    this.socket.onmessage = ({ data }) => {
      this.#inbox.push(JSON.parse(String(data)))
      this.#wake?.()
    }
  }

  async open(): Promise<this> {
    if (this.socket.readyState !== WebSocket.OPEN) await eventOf(this.socket, 'open')
    return this
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  async next(): Promise<Record<string, unknown>> {
    while (this.#inbox.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#inbox.shift() as Record<string, unknown>
  }

  ask(message: unknown): Promise<Record<string, unknown>> {
    this.say(message)
    return this.next()
  }

  /** An announce for `infoHash(2)`; `more` adds to it or overrides. */
  announce(peer: string, more: object = {}): Promise<Record<string, unknown>> {
    return this.ask(wsAnnounce(peer, more))
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return
    const closed = [eventOf(this.socket, 'close'), this.#stage.socketClosed()]
    this.socket.close()
    await Promise.all(closed)
  }
}

export function wsAnnounce(peer: string, more: object = {}): object {
  const [info_hash, peer_id] = [binary(infoHash(2)), binary(peer)]
  return { action: 'announce', info_hash, peer_id, left: 1, event: 'started', offers: [], ...more }
}

export function eventOf(target: EventTarget, name: string): Promise<Event> {
  return new Promise((resolve) => target.addEventListener(name, resolve, { once: true }))
}

/** A websocket by hand that answers nothing, not even pings. */
export async function muteSocket({ port }: Stage): Promise<TcpSocket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  const key = Buffer.alloc(16).toString('base64')
  socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`
  )
  await once(socket, 'data')
  return socket
}

/** A client's text frame (RFC 6455) of up to 65,535 bytes, masked with zeros. */
export function frame(message: unknown): Buffer {
  const text = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message))
  const head = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0])
  head.writeUInt16BE(text.length, 2)
  return Buffer.concat([head, text])
}

/** A UDP asker (BEP 15) that may send anything. */
export class UdpAsker {
  readonly socket: Socket = createSocket('udp4')
  readonly #port: number

  constructor({ udpPort }: Stage, address = '127.0.0.1') {
    this.#port = udpPort
    this.socket.bind(0, address)
  }

  say(packet: Uint8Array): void {
    this.socket.send(packet, this.#port, '127.0.0.1')
  }

  async ask(packet: Uint8Array): Promise<Buffer> {
    this.say(packet)
    const [answer] = (await once(this.socket, 'message')) as [Buffer]
    return answer
  }

  /** A connection id. */
  async connect(): Promise<Buffer> {
    const answer = await this.ask(Buffer.from('00000417271019800000000000000007', 'hex'))
    assert.equal(answer.readUInt32BE(0), 0)
    assert.equal(answer.readUInt32BE(4), 7)
    return answer.subarray(8, 16)
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()))
  }
}

export interface UdpAnnounce {
  hash?: string
  peer?: string
  left?: bigint
  event?: number
  address?: number
  numwant?: number
  port?: number
}

/** An announce packet of BEP 15. */
export function udpAnnounce(connection: Uint8Array, announce: UdpAnnounce = {}): Buffer {
  const { hash = infoHash(1), peer = peerId('u'), left = 0n, event = 2 } = announce
  const packet = Buffer.alloc(98)
  packet.set(connection)
  packet.writeUInt32BE(1, 8)
  packet.writeUInt32BE(9, 12)
  packet.write(hash + peer, 16, 'hex')
  packet.writeBigUInt64BE(left, 64)
  packet.writeUInt32BE(event, 80)
  packet.writeUInt32BE(announce.address ?? 0, 84)
  packet.writeUInt32BE(announce.numwant ?? 50, 92)
  packet.writeUInt16BE(announce.port ?? 7000, 96)
  return packet
}

/** The stock client, for one announce or more. WebRTC is never started: it makes no offers. */
export function stockClient(
  stage: Stage,
  transport: 'http' | 'ws' | 'udp',
  options: { hash?: string; peer?: string; port?: number; extra?: object } = {}
): Client {
  const { hash = infoHash(3), peer = peerId('s'), port = 7001, extra = {} } = options
  const at = transport === 'udp' ? stage.udpPort : stage.port
  return new Client({
    infoHash: hash,
    peerId: peer,
    announce: `${transport}://127.0.0.1:${at}/announce`,
    port,
    wrtc: {},
    getAnnounceOpts: () => ({ numwant: transport === 'ws' ? 0 : 50, ...extra })
  })
}

/** What the stock client says next: an update, or a warning. */
export function nextWord(client: Client): Promise<Record<string, unknown> | Error> {
  return new Promise((resolve) => {
    const listen = (word: Record<string, unknown> | Error): void => {
      client.off('update', listen)
      client.off('warning', listen)
      resolve(word)
    }
    client.on('update', listen)
    client.on('warning', listen)
  })
}

export function destroy(client: Client): Promise<void> {
  return new Promise((resolve) => client.destroy(() => resolve()))
}
