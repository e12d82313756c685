// The one place where our WebTorrent clients get their settings, also those under test and under measurement: what a paid
// swarm needs, with the reason for each.

import type WebTorrent from 'webtorrent'
import type { ClientOptions } from 'webtorrent'

export const CLIENT_OPTIONS: ClientOptions = {
  // utp-native ends the process at 100 to 200 peers.
  utp: false,
  // MSE blocks the event loop for about 19 ms per connection and end, and our own messages are sealed anyway.
  secure: 0,
  // Paid torrents are private: peers come from the provider alone. WebTorrent does not switch LSD off by itself.
  dht: false,
  lsd: false,
  utPex: false,
  // Opening a router's port is the user's decision.
  natUpnp: false,
  natPmp: false,
  // A web seed would give pieces past the books.
  webSeeds: false,
  // The default contacts public STUN servers.
  tracker: { rtcConfig: { iceServers: [] } },
  // More connections cost more than they bring: each one is a handshake, a session and its messages.
  maxConns: 20
}

export interface ClientLimits {
  /** TCP port for incoming connections; 0 for any. */
  port?: number
  /** Bytes per second. */
  downloadLimit?: number
}

/** A client of our own. WebTorrent takes half a second to load, so only commands that trade do. */
export async function createClient(limits: ClientLimits = {}): Promise<WebTorrent> {
  const { default: Client } = await import('webtorrent')
  const { port, downloadLimit } = limits
  return new Client({
    ...CLIENT_OPTIONS,
    ...(port !== undefined && { torrentPort: port }),
    ...(downloadLimit !== undefined && { downloadLimit })
  })
}

/** Ends a client; resolves when its sockets and files are closed. */
export function destroyClient(client: WebTorrent): Promise<void> {
  return new Promise((resolve, reject) => {
    if (client.destroyed) resolve()
    else client.destroy((error) => (error ? reject(error) : resolve()))
  })
}
