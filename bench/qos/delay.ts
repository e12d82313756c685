// Delay, where the kernel has none to give: a TCP proxy that hands on late, both ways. Bytes and their order stay; who sends
// faster than the other takes has to wait, as on a line; ends and resets travel as bytes do.

import { connect, createServer, type Server, type Socket } from 'node:net'

export interface Delay {
  /** The server behind it, on this machine. */
  port: number
  /** One way. */
  delayMs: number
  /** Where it connects from, by who connected to it; the system's choice without. */
  sourceOf?: (remote: string) => string
}

/**
 * Under way in one direction, at the most; one read of 64 KiB comes on top. It is many times bandwidth × delay of these lines; one
 * of more than 6 MB/s and 40 ms would be held back by it.
 */
export const UNDER_WAY_MAX = 256 * 1024
const BEHIND = '127.0.0.1'

/** The proxy; it listens where its owner lets it. */
export function delayServer({ port, delayMs, sourceOf }: Delay): Server {
  const options = { allowHalfOpen: true, noDelay: true }
  return createServer({ ...options, pauseOnConnect: true }, (near) => {
    // The system has answered at once; a handshake takes a round trip.
    const timer = setTimeout(() => {
      const localAddress = sourceOf?.(near.remoteAddress!)
      const far = connect({ ...options, port, host: BEHIND, localAddress })
      handOn(near, far, delayMs)
      handOn(far, near, delayMs)
    }, 2 * delayMs)
    near.once('close', () => clearTimeout(timer))
  })
}

/** What is under way; the end has no bytes. */
interface Parcel {
  dueAt: number
  bytes: Buffer | undefined
}

function handOn(from: Socket, to: Socket, delayMs: number): void {
  const parcels: Parcel[] = []
  let underWay = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function take(bytes: Buffer | undefined): void {
    parcels.push({ dueAt: performance.now() + delayMs, bytes })
    underWay += bytes?.length ?? 0
    if (underWay >= UNDER_WAY_MAX) from.pause()
    timer ??= setTimeout(give, delayMs)
  }

  function give(): void {
    clearTimeout(timer)
    timer = undefined
    while (parcels.length > 0 && !to.writableNeedDrain) {
      const { dueAt, bytes } = parcels[0]!
      const waitMs = dueAt - performance.now()
      if (waitMs > 0) {
        timer = setTimeout(give, Math.ceil(waitMs))
        break
      }
      parcels.shift()
      if (bytes === undefined) return void to.end()
      underWay -= bytes.length
      to.write(bytes)
    }
    if (underWay < UNDER_WAY_MAX) from.resume()
  }

  from.on('data', take)
  from.once('end', take)
  from.on('error', () => undefined) // its `close` says so
  from.once('close', (hadError) => {
    if (hadError) setTimeout(() => to.resetAndDestroy(), delayMs)
  })
  to.on('drain', give)
  to.once('close', () => clearTimeout(timer))
  from.resume()
}
