// The shape of a bittorrent-tracker Server as we use it: nothing of the package is imported, so
// that any build of the same code fits. Which of these members are private, and what we need them
// for, stands in doors.ts.
import type { Socket as UdpSocket, RemoteInfo } from 'node:dgram'
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'

export type Transport = 'http' | 'ws' | 'udp'

/** BEP 15's numbers, which the server uses for every transport. */
export const ACTIONS = { connect: 0, announce: 1, scrape: 2, error: 3 } as const

/**
 * A parsed message as the server's funnel sees it. A stranger chose names and values: trust nothing
 * but `type`.
 */
export interface RawParams {
  type: Transport
  action: number
  [name: string]: unknown
}

/** What the funnel answers; encoded as bencode, JSON or a UDP packet by the server. */
export type TrackerResponse = Record<string, unknown>

export type TrackerReply = (error: Error | null, response?: TrackerResponse) => void

/** A websocket (of the package `ws`) as the server dresses it. */
export interface TrackerSocket {
  readyState: number
  bufferedAmount: number
  destroyed?: boolean
  peerId?: string | null
  ip?: string
  addr?: string
  port?: number
  upgradeReq?: IncomingMessage | null
  onSend?: (error?: Error) => void
  send(data: string, sent?: (error?: Error) => void): void
  ping(): void
  terminate(): void
  once(event: 'pong', listener: () => void): unknown
}

/** What the server remembers of a member; `port` is a listening port, but for websockets. */
export interface SwarmPeer {
  type: Transport
  complete: boolean
  peerId: string
  ip: string
  port: number
  socket?: TrackerSocket | null
}

/** The `lru` package's cache, as the server's swarms use it. */
export interface SwarmPeers {
  readonly keys: string[]
  readonly length: number
  readonly max: number
  tail: string | null
  peek(key: string): SwarmPeer | undefined
  set(key: string, peer: SwarmPeer): SwarmPeer
  remove(key: string): SwarmPeer | undefined
  on(event: 'evict', listener: (evicted: { key: string; value: SwarmPeer }) => void): unknown
  removeAllListeners(event: 'evict'): unknown
}

export interface TrackerSwarm {
  complete: number
  incomplete: number
  peers: SwarmPeers
  announce(params: object, done?: TrackerReply): void
}

export type SwarmFilter = (
  infoHash: string,
  params: object,
  done: (error?: Error | null) => void
) => unknown

/** A bittorrent-tracker Server: the members behind the doors of doors.ts. */
export interface TrackerServer {
  http: HttpServer | null
  udp4?: UdpSocket | null
  udp6?: UdpSocket | null
  ws: { options: { maxPayload?: number } } | null
  torrents: Record<string, TrackerSwarm>
  intervalMs: number
  destroyed: boolean
  _filter?: SwarmFilter
  _trustProxy?: boolean
  emit(event: string, ...values: unknown[]): boolean
  close(done?: (error?: Error | null) => void): void
  onHttpRequest(request: IncomingMessage, response: ServerResponse, options?: object): unknown
  onUdpRequest(message: Buffer, from: RemoteInfo): void
  onWebSocketConnection(socket: TrackerSocket, options?: object): void
  _onWebSocketRequest(socket: TrackerSocket, options: object, data: unknown): void
  _onWebSocketClose(socket: TrackerSocket): void
  _onRequest(params: RawParams, reply: TrackerReply): void
  getSwarm(infoHash: string, done: (error: Error | null, swarm?: TrackerSwarm) => void): void
  createSwarm(infoHash: string, done: (error: Error | null, swarm?: TrackerSwarm) => void): void
}
