// Websockets: which members came over which socket, what waits to be read by its owner, and whose
// peer id it is.
import type { SwarmPeer, TrackerSocket } from '../attach/server.ts'
import { askerOf } from './address.ts'
import { fence, isWithinRate, type GuardCore } from './core.ts'
import { count } from './counters.ts'
import type { CleanAnnounce } from './params.ts'
import { failureOf, isOpen, TOO_MANY, type Refusal } from './reply.ts'

interface SocketRecord {
  /** Address of the asker: of the connection, or what a trusted proxy says. */
  remote: string | undefined
  /** Since when it has had no member, in milliseconds; 0 while it has one. */
  idleSince: number
  /** `info hash + peer id`, both hex, of each member that came over this socket. */
  members: Set<string>
  /** Messages sent to it, to see whether one was answered. */
  sent: number
  challenged: boolean
}

export class Sockets {
  readonly #records = new Map<TrackerSocket, SocketRecord>()
  readonly #trustProxy: boolean

  constructor(trustProxy: boolean) {
    this.#trustProxy = trustProxy
  }

  get size(): number {
    return this.#records.size
  }

  remoteOf(socket: TrackerSocket): string | undefined {
    return this.#records.get(socket)?.remote
  }

  sentTo(socket: TrackerSocket): number {
    return this.#records.get(socket)?.sent ?? 0
  }

  joined(socket: TrackerSocket, infoHash: string, peerId: string): void {
    const record = this.#of(socket)
    record.members.add(infoHash + peerId)
    record.idleSince = 0
  }

  left(socket: TrackerSocket, infoHash: string, peerId: string): void {
    const record = this.#records.get(socket)
    record?.members.delete(infoHash + peerId)
    if (record?.members.size === 0) record.idleSince = performance.now()
  }

  /** Counts what is sent, and ends a socket whose owner does not read. */
  meter(socket: TrackerSocket, bufferMax: number): void {
    const record = this.#of(socket)
    const send = socket.send.bind(socket)
    socket.send = (data, sent) => {
      record.sent++
      if (socket.bufferedAmount > bufferMax) socket.terminate()
      else send(data, sent)
    }
  }

  /** Asks a silent socket for a sign of life, since somebody else claims its peer id. */
  challenge(socket: TrackerSocket, withinMs: number): void {
    const record = this.#of(socket)
    if (record.challenged) return
    record.challenged = true
    const expiry = setTimeout(() => socket.terminate(), withinMs).unref()
    socket.once('pong', () => {
      clearTimeout(expiry)
      record.challenged = false
    })
    socket.ping()
  }

  /** Takes a closed socket out of the records, with its members as [info hash, peer id]. */
  forget(socket: TrackerSocket): [string, string][] {
    const members = this.#records.get(socket)?.members ?? new Set()
    this.#records.delete(socket)
    return [...members].map((member) => [member.slice(0, 40), member.slice(40)])
  }

  /** Ends those that have had no member for so long: nobody may hold connections for nothing. */
  endIdle(idleMs: number): void {
    const before = performance.now() - idleMs
    for (const [socket, { idleSince }] of [...this.#records]) {
      if (idleSince > 0 && idleSince <= before) socket.terminate()
    }
  }

  /** Ends all: a server does not close while one of them is open. */
  terminateAll(): void {
    for (const socket of [...this.#records.keys()]) socket.terminate()
  }

  #of(socket: TrackerSocket): SocketRecord {
    let record = this.#records.get(socket)
    if (!record) {
      const { upgradeReq } = socket
      const remote = upgradeReq ? askerOf(upgradeReq, this.#trustProxy) : undefined
      const idleSince = performance.now()
      record = { remote, idleSince, members: new Set(), sent: 0, challenged: false }
      this.#records.set(socket, record)
    }
    return record
  }
}

/**
 * Is the peer id of this announce somebody else's? A peer id is no secret: the tracker itself tells
 * it to strangers.
 */
export function checkOwner(core: GuardCore, announce: CleanAnnounce): Refusal | undefined {
  const holder = core.books.memberAt(announce)
  if (announce.answer && holder?.socket !== announce.socket) {
    return { code: 'not-a-member', reason: 'announce before you answer' }
  }
  if (!holder || holder.socket === announce.socket) return undefined
  if (holder.socket && isOpen(holder.socket)) {
    core.sockets.challenge(holder.socket, core.limits.wsChallengeMs)
    return { code: 'peer-id-taken', reason: 'this peer id is announced by another connection' }
  }
  takeOut(core, announce.info_hash, holder)
  return undefined
}

/** Puts the guard around the server's websocket doors. */
export function guardSockets(core: GuardCore): void {
  const { server, sockets, limits, counters } = core
  if (!server.ws) return
  const options = server.ws.options
  options.maxPayload = Math.min(options.maxPayload || Infinity, limits.wsPayloadMax)

  const connected = server.onWebSocketConnection
  server.onWebSocketConnection = (socket, ...rest) => {
    sockets.meter(socket, limits.wsBufferMax)
    connected.call(server, socket, ...rest)
  }

  const request = server._onWebSocketRequest
  server._onWebSocketRequest = (socket, opts, data) => {
    const before = counters.messages
    if ((data as Uint8Array).length > limits.wsPayloadMax) socket.terminate()
    else if (!isWithinRate(core, sockets.remoteOf(socket))) {
      fence(core, 'websocket message', () => socket.send(JSON.stringify(failureOf(TOO_MANY))))
    } else fence(core, 'websocket message', () => request.call(server, socket, opts, data))
    if (counters.messages === before) count(counters, 'unreadable')
  }

  const closed = server._onWebSocketClose
  server._onWebSocketClose = (socket) => {
    // Every message that cannot be sent any more comes here again.
    if (socket.destroyed) return
    for (const [infoHash, peerId] of sockets.forget(socket)) {
      const member = server.torrents[infoHash]?.peers.peek(peerId)
      if (member) takeOut(core, infoHash, member)
    }
    // The server would take out the first peer id that this socket ever named, whoever holds it.
    socket.peerId = null
    fence(core, 'websocket close', () => closed.call(server, socket))
  }
}

function takeOut(core: GuardCore, infoHash: string, member: SwarmPeer): void {
  const stop = { type: 'ws', event: 'stopped', numwant: 0, peer_id: member.peerId }
  core.server.torrents[infoHash]?.announce(stop)
  core.books.freeIfEmpty(infoHash)
}
