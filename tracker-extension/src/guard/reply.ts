// How the guard answers: a refusal on each of the three transports, and exactly one answer when the
// server threw.
import { ACTIONS } from '../attach/server.ts'
import type { RawParams, TrackerReply, TrackerResponse, TrackerSocket } from '../attach/server.ts'

/**
 * Why a message is refused. The asker reads `code: reason`, or the reason alone where there is no
 * code.
 */
export interface Refusal {
  code?: string
  reason: string
  /** Further keys of the answer, over HTTP; over websockets bytes travel as base64url. */
  extra?: Record<string, Uint8Array>
}

/** For whom sends more than its rate. */
export const TOO_MANY: Refusal = {
  code: 'too-many-requests',
  reason: 'too many messages from this address; try later'
}

/** A refusal as keys of an answer. */
export function failureOf({ code, reason }: Refusal): TrackerResponse {
  const failure = code === undefined ? reason : `${code}: ${reason}`
  return { 'failure reason': failure, ...(code !== undefined && { 'fg code': code }) }
}

/** Answers a refusal. The server emits no event for it, and the asker joins no swarm. */
export function refuse(params: RawParams, reply: TrackerReply, refusal: Refusal): void {
  const response = failureOf(refusal)
  if (params.type === 'ws') refuseSocket(params, { ...response, ...asText(refusal.extra) })
  else {
    // The server emits `start` and the like for whatever still says "announce" when it was
    // answered.
    params.action = ACTIONS.error
    reply(null, { action: ACTIONS.error, ...response, ...refusal.extra })
  }
}

// Not through the server: it would note the socket as a member, and knows no keys beside the
// reason.
function refuseSocket(params: RawParams, response: TrackerResponse): void {
  const socket = params['socket'] as TrackerSocket
  if (!isOpen(socket)) return
  const infoHash = params['info_hash']
  response['action'] = params.action === ACTIONS.announce ? 'announce' : 'scrape'
  if (typeof infoHash === 'string') {
    response['info_hash'] = Buffer.from(infoHash, 'hex').toString('latin1')
  }
  socket.send(JSON.stringify(response), socket.onSend)
}

function asText(bytes: Refusal['extra'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bytes).map(([key, value]) => [key, Buffer.from(value).toString('base64url')])
  )
}

/** Can the socket still be written to? (1 is `OPEN`.) */
export function isOpen(socket: TrackerSocket): boolean {
  return socket.readyState === 1 && socket.destroyed !== true
}
