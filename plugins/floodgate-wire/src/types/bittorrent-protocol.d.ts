/** What we call of bittorrent-protocol 5.0 (it ships no types). Private members stand in engine/doors.ts, not here. */
declare module 'bittorrent-protocol' {
  export interface PeerBitField {
    readonly buffer: Uint8Array
    get(index: number): boolean
    set(index: number, value?: boolean): void
  }

  export type Respond = (error: Error | null, block?: Uint8Array) => void

  export interface BlockRequest {
    piece: number
    offset: number
    length: number
    callback: Respond
  }

  export interface ExtendedHandshake {
    m?: Record<string, number>
    [field: string]: unknown
  }

  export interface Extension {
    onHandshake?(infoHash: string, peerId: string, extensions: Record<string, boolean>): void
    onExtendedHandshake?(handshake: ExtendedHandshake): void
    onMessage?(payload: Uint8Array): void
  }

  export interface ExtensionClass {
    new (wire: Wire): Extension | object
    prototype: { readonly name: string }
  }

  interface WireEvents {
    handshake: [infoHash: string, peerId: string, extensions: Record<string, boolean>]
    bitfield: [bitfield: PeerBitField]
    have: [index: number]
    'have-all': []
    'have-none': []
    'allowed-fast': [index: number]
    choke: []
    unchoke: []
    interested: []
    uninterested: []
    request: [index: number, offset: number, length: number, respond: Respond]
    piece: [index: number, offset: number, block: Uint8Array]
    cancel: [index: number, offset: number, length: number]
    reject: [index: number, offset: number, length: number]
    extended: [extension: string | number, payload: unknown]
    upload: [bytes: number]
    download: [bytes: number]
    'keep-alive': []
    timeout: []
    finish: []
    end: []
    close: []
    error: [error: Error]
    newListener: [event: string, listener: (...values: never[]) => void]
    unknownmessage: [frame: Uint8Array]
  }

  export default class Wire {
    constructor(type?: string, secure?: number)
    readonly type: string
    readonly peerId: string | null
    remoteAddress?: string
    remotePort?: number
    readonly destroyed: boolean
    readonly destroying: boolean
    amChoking: boolean
    amInterested: boolean
    peerChoking: boolean
    peerInterested: boolean
    peerPieces: PeerBitField
    requests: BlockRequest[]
    peerRequests: BlockRequest[]
    hasFast: boolean
    allowedFastSet: number[]
    peerAllowedFastSet: number[]
    extendedHandshake: ExtendedHandshake
    peerExtendedHandshake: ExtendedHandshake
    extendedMapping: Record<number, string>
    peerExtendedMapping: Record<string, number>
    peerExtensions: Record<string, boolean>
    uploaded: number
    downloaded: number
    uploadSpeed(bytes?: number): number
    downloadSpeed(bytes?: number): number
    use(extension: ExtensionClass): void
    setTimeout(timeoutMs: number, unref?: boolean): void
    keepAlive(): void
    allowedFast(index: number): void
    setKeepAlive(enable: boolean): void
    handshake(infoHash: string | Uint8Array, peerId: string | Uint8Array, extensions?: object): void
    choke(): void
    unchoke(): void
    interested(): void
    uninterested(): void
    have(index: number): void
    bitfield(bitfield: Uint8Array | { buffer: Uint8Array }): void
    haveAll(): void
    haveNone(): void
    request(index: number, offset: number, length: number, done: Respond): void
    piece(index: number, offset: number, block: Uint8Array): void
    cancel(index: number, offset: number, length: number): void
    reject(index: number, offset: number, length: number): void
    extended(extension: string | number, payload: Uint8Array | object): void
    destroy(): void
    end(): void
    push(chunk: Uint8Array | null): boolean
    write(chunk: Uint8Array): boolean
    pipe<T>(target: T): T
    listeners(event: string): ((...values: never[]) => void)[]
    listenerCount(event: string): number
    on<E extends keyof WireEvents>(event: E, listener: (...values: WireEvents[E]) => void): this
    once<E extends keyof WireEvents>(event: E, listener: (...values: WireEvents[E]) => void): this
    off<E extends keyof WireEvents>(event: E, listener: (...values: WireEvents[E]) => void): this
    removeListener<E extends keyof WireEvents>(
      event: E,
      listener: (...values: WireEvents[E]) => void
    ): this
    emit<E extends keyof WireEvents>(event: E, ...values: WireEvents[E]): boolean
  }
}
