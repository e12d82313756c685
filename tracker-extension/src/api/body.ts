// Reads a request's body within its limits: who declares too much is refused unread, who sends too much or too slowly
// is cut off.

import type { IncomingMessage } from 'node:http'
import { FloodgateError } from '@floodgate/protocol'

/** A claim of the longest kind takes half of it at 0.5 Mbit/s. */
const BODY_TIMEOUT_MS = 20_000

/**
 * The whole body. Throws `too-long` and `bad-request` (too slow, or the connection broke), after which the connection is to
 * be closed: what is still to come is not read.
 */
export function readBody(
  request: IncomingMessage,
  bytesMax: number,
  timeoutMs = BODY_TIMEOUT_MS
): Promise<Uint8Array> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > bytesMax) {
    return Promise.reject(new FloodgateError('too-long', `at most ${bytesMax} bytes`))
  }
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const onData = (chunk: Uint8Array): void => {
      length += chunk.length
      if (length > bytesMax) stop(new FloodgateError('too-long', `at most ${bytesMax} bytes`))
      else chunks.push(chunk)
    }
    const onEnd = (): void => {
      stop()
      resolve(new Uint8Array(Buffer.concat(chunks)))
    }
    const onBroken = (): void => stop(new FloodgateError('bad-request', 'the body broke off'))
    const onLate = (): void => stop(new FloodgateError('bad-request', 'the body came too slowly'))
    const timer = setTimeout(onLate, timeoutMs)
    const stop = (error?: FloodgateError): void => {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('close', onBroken)
      if (error === undefined) return
      request.pause()
      reject(error)
    }
    request.on('data', onData).on('end', onEnd).on('close', onBroken)
  })
}
