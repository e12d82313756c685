/** What we call of WebTorrent 3.0 (it ships no types; @types/webtorrent is of version 0). */
declare module 'webtorrent' {
  import type Wire from 'bittorrent-protocol'
  import type { PeerBitField } from 'bittorrent-protocol'

  export interface ChunkStore {
    get(
      index: number,
      options: { offset?: number; length?: number } | null,
      done: (error: Error | null, chunk?: Uint8Array) => void
    ): void
    put(index: number, chunk: Uint8Array, done: (error?: Error | null) => void): void
    close(done?: (error?: Error | null) => void): void
    destroy(done?: (error?: Error | null) => void): void
  }

  export interface TorrentFile {
    readonly name: string
    readonly path: string
    readonly length: number
    readonly offset: number
    readonly done: boolean
    readonly progress: number
    select(priority?: number): void
    deselect(): void
    createReadStream(options?: { start?: number; end?: number }): AsyncIterable<Uint8Array>
    arrayBuffer(options?: { start?: number; end?: number }): Promise<ArrayBuffer>
    [Symbol.asyncIterator](options?: { start?: number; end?: number }): AsyncIterator<Uint8Array>
  }

  interface TorrentEvents {
    infoHash: [infoHash: string]
    metadata: []
    ready: []
    wire: [wire: Wire, address?: string]
    verified: [index: number]
    done: []
    idle: []
    interested: []
    download: [bytes: number]
    upload: [bytes: number]
    peer: [peer: string]
    invalidPeer: [peer: string]
    noPeers: [source: string]
    warning: [error: Error | string]
    error: [error: Error | string]
    close: []
  }

  export interface TorrentOptions {
    path?: string
    announce?: string[]
    private?: boolean
    store?: unknown
    storeOpts?: object
    storeCacheSlots?: number
    preloadedStore?: unknown
    skipVerify?: boolean
    strategy?: 'rarest' | 'sequential'
    uploads?: number | false
    deselect?: boolean
    maxWebConns?: number
    destroyStoreOnDestroy?: boolean
    name?: string
    pieceLength?: number
    urlList?: string[]
    getAnnounceOpts?: () => object
  }

  export interface Torrent {
    readonly infoHash: string
    readonly name: string
    readonly length: number
    readonly pieceLength: number
    readonly lastPieceLength: number
    readonly private?: boolean
    readonly ready: boolean
    readonly done: boolean
    readonly destroyed: boolean
    readonly progress: number
    readonly downloaded: number
    readonly uploaded: number
    readonly received: number
    readonly downloadSpeed: number
    readonly uploadSpeed: number
    readonly numPeers: number
    readonly metadata: Uint8Array | null
    readonly torrentFile: Uint8Array
    readonly magnetURI: string
    readonly path: string
    readonly client: WebTorrent
    readonly files: TorrentFile[]
    readonly wires: Wire[]
    readonly bitfield: PeerBitField
    readonly store: ChunkStore
    readonly pieces: ({ length: number; missing: number } | null)[]
    readonly strategy: 'rarest' | 'sequential'
    readonly discovery: { tracker?: { update(): void } } | null
    addPeer(peer: string | object, source?: string): boolean
    removePeer(peer: string | object): void
    addWebSeed(urlOrConnection: string | object): void
    select(start: number, end: number, priority?: number, notify?: () => void): void
    deselect(start: number, end: number): void
    critical(start: number, end: number): void
    rescanFiles(done?: (error?: Error | null) => void): void
    pause(): void
    resume(): void
    destroy(
      options?: { destroyStore?: boolean } | null,
      done?: (error?: Error | null) => void
    ): void
    on<E extends keyof TorrentEvents>(
      event: E,
      listener: (...values: TorrentEvents[E]) => void
    ): this
    once<E extends keyof TorrentEvents>(
      event: E,
      listener: (...values: TorrentEvents[E]) => void
    ): this
    off<E extends keyof TorrentEvents>(
      event: E,
      listener: (...values: TorrentEvents[E]) => void
    ): this
    emit<E extends keyof TorrentEvents>(event: E, ...values: TorrentEvents[E]): boolean
  }

  interface ClientEvents {
    add: [torrent: Torrent]
    torrent: [torrent: Torrent]
    ready: []
    listening: []
    error: [error: Error | string]
    download: [bytes: number]
    upload: [bytes: number]
  }

  export interface ClientOptions {
    peerId?: string | Uint8Array
    maxConns?: number
    tracker?: boolean | object
    dht?: boolean | object
    lsd?: boolean
    utp?: boolean
    utPex?: boolean
    natUpnp?: boolean
    natPmp?: boolean
    webSeeds?: boolean
    secure?: number
    torrentPort?: number
    downloadLimit?: number
    uploadLimit?: number
    seedOutgoingConnections?: boolean
  }

  export default class WebTorrent {
    constructor(options?: ClientOptions)
    readonly peerId: string
    readonly torrentPort: number
    /** As given; an empty object by default. */
    readonly tracker: boolean | { rtcConfig?: object }
    readonly listening: boolean
    readonly destroyed: boolean
    readonly torrents: Torrent[]
    readonly maxConns: number
    readonly downloadSpeed: number
    readonly uploadSpeed: number
    add(
      torrent: string | Uint8Array | object,
      options?: TorrentOptions,
      ready?: (torrent: Torrent) => void
    ): Torrent
    seed(input: unknown, options?: TorrentOptions, seeding?: (torrent: Torrent) => void): Torrent
    get(torrent: string | Uint8Array | object): Promise<Torrent | null>
    remove(torrent: string | Torrent, options?: object, done?: (error?: Error | null) => void): void
    throttleDownload(rate: number): void
    throttleUpload(rate: number): void
    destroy(done?: (error?: Error | null) => void): void
    on<E extends keyof ClientEvents>(event: E, listener: (...values: ClientEvents[E]) => void): this
    once<E extends keyof ClientEvents>(
      event: E,
      listener: (...values: ClientEvents[E]) => void
    ): this
    off<E extends keyof ClientEvents>(
      event: E,
      listener: (...values: ClientEvents[E]) => void
    ): this
    removeListener<E extends keyof ClientEvents>(
      event: E,
      listener: (...values: ClientEvents[E]) => void
    ): this
  }
}
