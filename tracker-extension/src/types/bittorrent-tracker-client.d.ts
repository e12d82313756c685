/** What we call of bittorrent-tracker 11's client (the package ships no types). */
declare module 'bittorrent-tracker/client' {
  import type { EventEmitter } from 'node:events'

  export interface TrackerClientOptions {
    infoHash: string | Uint8Array
    peerId: string | Uint8Array
    announce: string | string[]
    port: number
    getAnnounceOpts?: () => object
    rtcConfig?: object
    wrtc?: object | false
  }

  export default class Client extends EventEmitter {
    constructor(options: TrackerClientOptions)
    start(options?: object): void
    stop(options?: object): void
    complete(options?: object): void
    update(options?: object): void
    scrape(options?: object): void
    destroy(done?: () => void): void
  }
}
