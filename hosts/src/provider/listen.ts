// The address of a provider: tried before anything is made on disk, and listened on when all is ready.

import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type Server from 'bittorrent-tracker/server'

/** Listens there for a moment, on port 0 on any. Throws what the system says, such as `EADDRINUSE` or `EACCES`. */
export async function expectListenable(host: string, port: number): Promise<void> {
  const probe = createServer()
  probe.listen(port, host)
  await once(probe, 'listening')
  probe.close()
  await once(probe, 'close')
}

/** Answers the port. Later errors go to `onError`. */
export function listen(
  server: Server,
  host: string,
  port: number,
  onError: (error: unknown) => void
): Promise<number> {
  return new Promise((resolve, reject) => {
    let listening = false
    // A port in use is told twice, by the HTTP and by the websocket server.
    server.on('error', (error: Error) => (listening ? onError(error) : reject(error)))
    server.listen(port, host, () => {
      listening = true
      resolve((server.http?.address() as AddressInfo).port)
    })
  })
}
