// A bad road between two TCP peers: it stalls for moments, and breaks connections after a random number of bytes.

import { connect, createServer, type Server, type Socket } from 'node:net'

/** Bytes after which a connection breaks, on average. */
const BREAK_AFTER_BYTES = 2_000_000
const STALL_MAX_MS = 60
/** Share of chunks before which it stalls. */
const STALLS = 0.02

/** Listens on `port` and passes everything to the port that `target` says, as far as the road holds. */
export async function lossyProxy(
  port: number,
  target: () => number,
  random: () => number
): Promise<{ breaks(): number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  let breaks = 0
  const server = createServer((here) => {
    const there = connect(target(), '127.0.0.1')
    const end = (): void => {
      for (const one of [here, there]) {
        sockets.delete(one)
        one.destroy()
      }
    }
    let left = -Math.log(1 - random()) * BREAK_AFTER_BYTES
    for (const [from, to] of [
      [here, there],
      [there, here]
    ] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', end).on('close', end)
      from.on('data', (bytes) => {
        left -= bytes.length
        if (left < 0) {
          breaks++
          return end()
        }
        if (!to.write(bytes)) {
          from.pause()
          to.once('drain', () => from.resume())
        } else if (random() < STALLS) {
          from.pause()
          setTimeout(() => from.resume(), random() * STALL_MAX_MS)
        }
      })
    }
  })
  await listening(server, port)
  return {
    breaks: () => breaks,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
