// UDP: connection ids that only the owner of an address can know (BEP 15), so that nobody
// announces, or asks for an answer of five times the length, in somebody else's name.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram'
import { ACTIONS } from '../attach/server.ts'
import { fence, isWithinRate, warn, type GuardCore } from './core.ts'
import { count } from './counters.ts'

/**
 * BEP 15's protocol id of a connect; the stock server takes it for every packet's connection id.
 */
const PROTOCOL_ID = Buffer.from('0000041727101980', 'hex')
const HEADER_LENGTH = 16
const ANNOUNCE_LENGTH = 98
/** Where an announce may name another address than its own. */
const ADDRESS_AT = 84
// BEP 15: a client may use an id for one minute, a tracker takes it for two after it was sent.
const EPOCH_MS = 60_000
const EPOCHS_TAKEN = 3

/** Puts the guard around the server's UDP door. */
export function guardUdp(core: GuardCore): void {
  const { server, counters } = core
  for (const socket of [server.udp4, server.udp6]) if (socket) warnOnSend(core, socket)
  const ids = new ConnectionIds(core.limits.now)
  const request = server.onUdpRequest
  server.onUdpRequest = (message, from) => {
    if (server.destroyed) return
    const before = counters.messages
    if (isWhole(message)) {
      if (message.readUInt32BE(8) === ACTIONS.connect) answerConnect(core, ids, message, from)
      else if (ids.isValid(message.subarray(0, 8), from.address)) {
        // Only here: the sender of a connect could be anybody, and would spend another's rate.
        if (!isWithinRate(core, from.address)) return
        fence(core, 'UDP packet', () => request.call(server, asStock(message), from))
      }
    }
    if (counters.messages === before) count(counters, 'unreadable')
  }
}

function isWhole(message: Buffer): boolean {
  if (message.length < HEADER_LENGTH) return false
  return message.readUInt32BE(8) !== ACTIONS.announce || message.length >= ANNOUNCE_LENGTH
}

function answerConnect(
  core: GuardCore,
  ids: ConnectionIds,
  message: Buffer,
  from: RemoteInfo
): void {
  if (!PROTOCOL_ID.equals(message.subarray(0, 8))) return
  count(core.counters, 'connects')
  // As long as the packet that asked for it: nothing to gain from a false sender.
  const answer = Buffer.alloc(HEADER_LENGTH)
  answer.writeUInt32BE(ACTIONS.connect, 0)
  message.copy(answer, 4, 12, 16)
  ids.make(from.address).copy(answer, 8)
  const socket = from.family === 'IPv6' ? core.server.udp6 : core.server.udp4
  fence(core, 'UDP connect', () => socket?.send(answer, from.port, from.address))
}

/** The packet as the stock server wants it: its constant id, and no address but the sender's. */
function asStock(message: Buffer): Buffer {
  const copy = Buffer.from(message)
  PROTOCOL_ID.copy(copy)
  if (copy.readUInt32BE(8) === ACTIONS.announce) copy.fill(0, ADDRESS_AT, ADDRESS_AT + 4)
  return copy
}

/**
 * An answer that cannot be sent (a firewall, a false sender) would be an `error` of the server,
 * which ends most hosts.
 */
function warnOnSend(core: GuardCore, socket: UdpSocket): void {
  const send = socket.send.bind(socket) as (...values: unknown[]) => void
  socket.send = (...values: unknown[]) => {
    const sent = (error: Error | null) => {
      if (error) warn(core, error, 'UDP answer')
    }
    if (typeof values.at(-1) === 'function') send(...values)
    else send(...values, sent)
  }
}

class ConnectionIds {
  readonly #secret = randomBytes(32)
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  make(address: string, epochsAgo = 0): Buffer {
    const epoch = Math.floor(this.#now() / EPOCH_MS) - epochsAgo
    return createHmac('sha256', this.#secret).update(`${epoch} ${address}`).digest().subarray(0, 8)
  }

  isValid(id: Buffer, address: string): boolean {
    for (let ago = 0; ago < EPOCHS_TAKEN; ago++) {
      if (timingSafeEqual(this.make(address, ago), id)) return true
    }
    return false
  }
}
