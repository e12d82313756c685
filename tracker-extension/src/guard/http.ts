// HTTP: `/stats` is closed, what a request makes the server throw is answered, and nobody holds
// connections by being slow or many.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { askerOf, cleanAddress, hostOf } from './address.ts'
import { fence, isWithinRate, type GuardCore } from './core.ts'
import { count } from './counters.ts'
import { failureOf, TOO_MANY } from './reply.ts'
import { Tally } from './tally.ts'

const INTERNAL = bencoded({ 'failure reason': 'internal: internal error' })
const OVER_RATE = bencoded(failureOf(TOO_MANY))

/** Puts the guard around the server's HTTP door. */
export function guardHttp(core: GuardCore): void {
  const { server, counters } = core
  const { http } = server
  if (!http) return
  limitConnections(core, http)
  // Before the server's own listener, which looks whether the answer has begun.
  http.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    // What was under way when the server closed would keep its connection for the keep-alive time.
    response.once('close', () => {
      if (server.destroyed) http.closeIdleConnections()
    })
    if (!isStats(request)) return
    count(counters, 'stats')
    if (core.limits.stats) return
    counters.refused++
    response.writeHead(404).end()
  })

  const inner = server.onHttpRequest
  server.onHttpRequest = (request, response, ...rest) => {
    const before = counters.messages
    if (!isWithinRate(core, askerOf(request, server._trustProxy === true))) {
      response.end(OVER_RATE)
      return
    }
    const done = fence(core, 'HTTP request', () => inner.call(server, request, response, ...rest))
    if (!done && !response.writableEnded) response.end(INTERNAL)
    if (counters.messages === before && !isStats(request)) count(counters, 'unreadable')
  }
}

function limitConnections({ server, limits }: GuardCore, http: Server): void {
  const { headersTimeoutMs, requestTimeoutMs, connectionsMax, connectionsPerAddressMax } = limits
  http.headersTimeout = Math.min(http.headersTimeout || Infinity, headersTimeoutMs)
  http.requestTimeout = Math.min(http.requestTimeout || Infinity, requestTimeoutMs)
  http.maxConnections = Math.min(http.maxConnections || Infinity, connectionsMax)
  if (server._trustProxy === true) return
  const open = new Tally()
  http.on('connection', (socket: Socket) => {
    const host = hostOf(cleanAddress(socket.remoteAddress) ?? '')
    if (open.of(host) >= connectionsPerAddressMax) return socket.destroy()
    open.change(host, 1)
    socket.once('close', () => open.change(host, -1))
  })
}

/** A flat dictionary of ASCII texts, whose keys are in order. */
function bencoded(texts: Record<string, unknown>): string {
  const parts = Object.entries(texts).flat().map(String)
  return `d${parts.map((part) => `${part.length}:${part}`).join('')}e`
}

function isStats({ url = '' }: IncomingMessage): boolean {
  return /^\/stats(\.json)?(\?|$)/.test(url)
}
