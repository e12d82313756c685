/** What we call of bittorrent-tracker 11's server (the package ships no types). The attachment itself needs none of
 *  this: it takes any server of the shape in `attach/server.ts`. */
declare module 'bittorrent-tracker/server' {
  import type { EventEmitter } from 'node:events'
  import type { Server as HttpServer } from 'node:http'
  import type { Socket as UdpSocket } from 'node:dgram'

  export interface TrackerServerOptions {
    interval?: number
    trustProxy?: boolean
    peersCacheLength?: number
    peersCacheTtl?: number
    http?: boolean | object
    udp?: boolean | object
    ws?: boolean | object
    stats?: boolean
    filter?: (
      infoHash: string,
      params: Record<string, unknown>,
      done: (error?: Error | null) => void
    ) => void
  }

  export default class Server extends EventEmitter {
    static Swarm: new (infoHash: string, server: Server) => object
    constructor(options?: TrackerServerOptions)
    http: HttpServer | null
    udp: UdpSocket | null
    ws: EventEmitter | null
    listen(port: number, hostname?: string | object, listening?: () => void): void
    close(done?: (error?: Error) => void): void
  }
}
