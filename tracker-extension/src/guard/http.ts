// HTTP: `/stats` is closed, and what a request makes the server throw is answered.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fence, type GuardCore } from './core.ts'
import { count } from './counters.ts'

const INTERNAL = 'd14:failure reason24:internal: internal errore'

/** Puts the guard around the server's HTTP door. */
export function guardHttp(core: GuardCore): void {
  const { server, counters } = core
  const { http } = server
  if (!http) return
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
    const done = fence(core, 'HTTP request', () => inner.call(server, request, response, ...rest))
    if (!done && !response.writableEnded) response.end(INTERNAL)
    if (counters.messages === before && !isStats(request)) count(counters, 'unreadable')
  }
}

function isStats({ url = '' }: IncomingMessage): boolean {
  return /^\/stats(\.json)?(\?|$)/.test(url)
}
