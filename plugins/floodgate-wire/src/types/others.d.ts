/** What we call of ut_metadata 5, create-torrent 6, fs-chunk-store 5 and the client half of bittorrent-tracker 11 (none ships types). */
declare module 'ut_metadata' {
  import type { ExtensionClass } from 'bittorrent-protocol'
  export default function utMetadata(metadata?: Uint8Array): ExtensionClass
}

declare module 'fs-chunk-store' {
  import type { ChunkStore } from 'webtorrent'
  import type { FilesDoors } from '../engine/doors.ts'
  const FSChunkStore: new (chunkLength: number, options?: object) => ChunkStore & FilesDoors
  export default FSChunkStore
}

declare module 'create-torrent' {
  export interface CreateTorrentOptions {
    name?: string
    comment?: string
    createdBy?: string
    private?: boolean
    pieceLength?: number
    announceList?: string[][]
    urlList?: string[]
    info?: Record<string, unknown>
  }
  export default function createTorrent(
    input: unknown,
    options: CreateTorrentOptions,
    done: (error: Error | null, torrentFile: Uint8Array) => void
  ): void
}

declare module 'bittorrent-tracker' {
  export interface TrackerClientOptions {
    infoHash: string | Uint8Array
    peerId: string | Uint8Array
    announce: string | string[]
    port?: number
    getAnnounceOpts?: () => object
    rtcConfig?: object
    userAgent?: string
    wrtc?: object | false
  }
  interface TrackerClientEvents {
    update: [response: Record<string, unknown>]
    peer: [peer: string | object]
    scrape: [response: Record<string, unknown>]
    warning: [error: Error]
    error: [error: Error]
  }
  export class Client {
    constructor(options: TrackerClientOptions)
    start(options?: object): void
    stop(options?: object): void
    complete(options?: object): void
    update(options?: object): void
    scrape(options?: object): void
    destroy(done?: () => void): void
    on<E extends keyof TrackerClientEvents>(
      event: E,
      listener: (...values: TrackerClientEvents[E]) => void
    ): this
    once<E extends keyof TrackerClientEvents>(
      event: E,
      listener: (...values: TrackerClientEvents[E]) => void
    ): this
  }
  export default Client
}
