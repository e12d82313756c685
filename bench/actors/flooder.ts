// A process that floods a tracker from many addresses of this machine: over HTTP and websockets on connections that are
// kept open, each with so many messages in flight, and over UDP with connection ids that it was given. It sends evenly, as
// fast as asked or as fast as it can.

import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { serve } from '../harness/serve.ts'

export interface FloodWish {
  httpPort: number
  udpPort: number
  /** Whole messages by transport, sent in turn; a transport without messages is left out. */
  http: Uint8Array[]
  ws: Uint8Array[]
  /** The first 8 bytes are overwritten with a connection id. */
  udp: Uint8Array[]
  /** Source addresses. */
  addresses: string[]
  /** Messages a second of each transport that is used. */
  perSecond: number
  ms: number
}

const TICK_MS = 5
/** Messages in flight on one connection. */
const WINDOW = 64
const CONNECT_MS = 5000
const SERVER = '127.0.0.1'
const CONNECT = Buffer.from('00000417271019800000000000000001', 'hex')

/** Takes up to so many messages; answers how many it took. */
interface Hose {
  send(count: number): number
  close(): void
}

/** A TCP connection whose answers are counted by a mark that each of them has once; opened again whenever it is closed. */
class TcpHose implements Hose {
  readonly #dial: () => Socket
  readonly #messages: Uint8Array[]
  readonly #mark: string
  readonly #hello: string | undefined
  #socket: Socket | undefined
  #inFlight = 0
  #next = 0
  #rest = ''
  #closed = false

  constructor(dial: () => Socket, messages: Uint8Array[], mark: string, hello?: string) {
    this.#dial = dial
    this.#messages = messages
    this.#mark = mark
    this.#hello = hello
  }

  async open(): Promise<this> {
    const socket = this.#dial()
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#socket = undefined
      if (!this.#closed) void this.open()
    })
    const events = { signal: AbortSignal.timeout(CONNECT_MS) }
    try {
      await once(socket, 'connect', events)
      if (this.#hello !== undefined) {
        socket.write(this.#hello)
        await once(socket, 'data', events)
      }
    } catch {
      socket.destroy()
      return this
    }
    this.#inFlight = 0
    this.#rest = ''
    socket.on('data', (chunk: Buffer) => this.#count(chunk))
    if (this.#closed) socket.destroy()
    else this.#socket = socket
    return this
  }

  send(count: number): number {
    const now = this.#socket === undefined ? 0 : Math.min(count, WINDOW - this.#inFlight)
    for (let i = 0; i < now; i++) {
      this.#socket!.write(this.#messages[this.#next++ % this.#messages.length]!)
    }
    this.#inFlight += now
    return now
  }

  close(): void {
    this.#closed = true
    this.#socket?.destroy()
  }

  #count(chunk: Buffer): void {
    const parts = (this.#rest + chunk.toString('latin1')).split(this.#mark)
    this.#inFlight = Math.max(0, this.#inFlight - (parts.length - 1))
    this.#rest = parts.at(-1)!.slice(-(this.#mark.length - 1))
  }
}

async function udpHose(wish: FloodWish, address: string): Promise<Hose> {
  const socket: UdpSocket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, address, resolve))
  socket.send(CONNECT, wish.udpPort, SERVER)
  const [answer] = (await once(socket, 'message')) as [Buffer]
  const packets = wish.udp.map((message) =>
    Buffer.concat([answer.subarray(8, 16), message.subarray(8)])
  )
  let next = 0
  return {
    send(count) {
      for (let i = 0; i < count; i++) {
        socket.send(packets[next++ % packets.length]!, wish.udpPort, SERVER)
      }
      return count
    },
    close: () => socket.close()
  }
}

const UPGRADE =
  'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`

const dial =
  ({ httpPort }: FloodWish, localAddress: string) =>
  (): Socket =>
    connect({ host: SERVER, port: httpPort, localAddress })

const HOSES: Record<'http' | 'ws' | 'udp', (wish: FloodWish, address: string) => Promise<Hose>> = {
  http: (wish, address) => new TcpHose(dial(wish, address), wish.http, 'HTTP/1.1 ').open(),
  ws: (wish, address) =>
    new TcpHose(dial(wish, address), wish.ws, 'failure reason', UPGRADE).open(),
  udp: udpHose
}

/** Sends evenly through all hoses in turn; answers how many messages it sent. */
async function pour(hoses: Hose[], perSecond: number, until: number): Promise<number> {
  const start = performance.now()
  let [sent, turn] = [0, 0]
  for (let now = start; now < until; now = performance.now()) {
    const due = Math.floor(((now - start) / 1000) * perSecond)
    for (let i = 0; i < hoses.length && sent < due; i++) {
      const share = Math.ceil((due - sent) / (hoses.length - i))
      sent += hoses[turn++ % hoses.length]!.send(share)
    }
    await pause(TICK_MS)
  }
  return sent
}

const jobs = {
  /** Floods for `ms`; answers how many messages were sent, and the milliseconds it took. */
  async flood(wish: FloodWish): Promise<{ sent: number; ms: number }> {
    const transports = (['http', 'ws', 'udp'] as const).filter((name) => wish[name].length > 0)
    const open = (name: (typeof transports)[number]): Promise<Hose[]> =>
      Promise.all(wish.addresses.map((address) => HOSES[name](wish, address)))
    const hoses = await Promise.all(transports.map(open))
    const start = performance.now()
    const all = hoses.map((some) => pour(some, wish.perSecond, start + wish.ms))
    const sent = (await Promise.all(all)).reduce((sum, one) => sum + one, 0)
    for (const hose of hoses.flat()) hose.close()
    return { sent, ms: performance.now() - start }
  }
}
export type FlooderJobs = typeof jobs

serve(jobs)
