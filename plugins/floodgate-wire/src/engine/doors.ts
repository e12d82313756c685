/**
 * The doors: every private member of WebTorrent 3.0 and bittorrent-protocol 5.0 that the engine goes through, in one
 * table. They are checked when the engine attaches, and a contract test fails when an upgrade closes one. No other
 * file may name a private member that is not declared here.
 */
import type Wire from 'bittorrent-protocol'
import type { BlockRequest } from 'bittorrent-protocol'
import type { ChunkStore, Torrent } from 'webtorrent'

type Kind = 'function' | 'object' | 'array' | 'number'

/** One private member: where it is, what it must be, from when on, and what we use it for. */
export interface Door {
  of: 'torrent' | 'metadata' | 'wire' | 'wires' | 'peer' | 'piece' | 'ut_metadata' | 'files'
  name: string
  is: Kind
  why: string
}

export const doors: readonly Door[] = [
  {
    of: 'torrent',
    name: '_update',
    is: 'function',
    why: 'replaced: wakes our picker, once a tick'
  },
  { of: 'torrent', name: '_updateWire', is: 'function', why: 'kept for web seeds only' },
  {
    of: 'torrent',
    name: '_request',
    is: 'function',
    why: 'replaced: no block outside a bound piece'
  },
  { of: 'torrent', name: '_updateSelections', is: 'function', why: 'wrapped: selections changed' },
  { of: 'torrent', name: '_selections', is: 'object', why: 'what is wanted, and its priority' },
  {
    of: 'torrent',
    name: '_rechokeNumSlots',
    is: 'number',
    why: 'raised: the gate decides, no timer'
  },
  { of: 'torrent', name: '_critical', is: 'array', why: 'what a stream waits for' },
  { of: 'torrent', name: '_markVerified', is: 'function', why: 'a piece is in the store' },
  {
    of: 'torrent',
    name: '_checkDone',
    is: 'function',
    why: 'files and torrent done, selections swept'
  },
  { of: 'torrent', name: '_destroy', is: 'function', why: 'the store failed, with its error' },
  {
    of: 'torrent',
    name: '_peers',
    is: 'object',
    why: 'the peer of a wire: its socket and its retries'
  },
  {
    of: 'torrent',
    name: '_addPeer',
    is: 'function',
    why: 'wrapped: a dropped address stays dropped'
  },
  { of: 'torrent', name: '_store', is: 'function', why: 'which store: is it the one for files?' },
  { of: 'metadata', name: '_hashes', is: 'array', why: 'piece hashes, hex' },
  { of: 'piece', name: 'missing', is: 'number', why: 'torrent.progress counts pieces under way' },
  { of: 'piece', name: '_reservations', is: 'number', why: 'a web seed is fetching this piece' },
  { of: 'peer', name: 'wire', is: 'object', why: 'finds the peer of a wire' },
  {
    of: 'peer',
    name: 'conn',
    is: 'object',
    why: 'TCP_NODELAY: small messages must not wait for acknowledgements'
  },
  { of: 'peer', name: 'retries', is: 'number', why: 'Infinity: no reconnect' },
  {
    of: 'wire',
    name: '_write',
    is: 'function',
    why: 'replaced: frames are cut by us, refused at the prefix'
  },
  { of: 'wire', name: '_parse', is: 'function', why: 'stops the old frame cutter' },
  { of: 'wire', name: '_parser', is: 'function', why: 'how far the old frame cutter got' },
  { of: 'wire', name: '_parserSize', is: 'number', why: 'how far the old frame cutter got' },
  { of: 'wire', name: '_buffer', is: 'array', why: 'bytes that came before us' },
  { of: 'wire', name: '_bufferSize', is: 'number', why: 'bytes that came before us' },
  {
    of: 'wire',
    name: '_onMessageLength',
    is: 'function',
    why: 'the first prefix after the handshake'
  },
  { of: 'wire', name: '_onMessage', is: 'function', why: 'where a checked frame goes' },
  { of: 'wire', name: '_onKeepAlive', is: 'function', why: 'where an empty frame goes' },
  {
    of: 'wire',
    name: '_onPiece',
    is: 'function',
    why: 'where a block goes that was read into its piece'
  },
  { of: 'wire', name: '_read', is: 'function', why: 'the socket wants more: go on serving' },
  {
    of: 'wire',
    name: '_readableState',
    is: 'object',
    why: 'bytes that the socket has not taken yet'
  },
  {
    of: 'wires',
    name: '_onMessageLength',
    is: 'function',
    why: 'guarded: bytes that come before the wire is shown'
  },
  {
    of: 'wires',
    name: '_onExtended',
    is: 'function',
    why: 'guarded: bytes that come before the wire is shown'
  },
  { of: 'ut_metadata', name: 'setMetadata', is: 'function', why: 'wrapped: hash before decoding' },
  {
    of: 'files',
    name: 'chunkMap',
    is: 'array',
    why: 'where a piece lies, to read it once; closed: read as WebTorrent does'
  }
]

/** Private half of a torrent, as far as we use it. */
export interface TorrentDoors {
  _update(): void
  _updateWire(wire: Wire): unknown
  _request(wire: Wire, index: number, hotswap: boolean): boolean
  _updateSelections(): void
  _selections: { length: number; get(at: number): Selection }
  _critical: (boolean | undefined)[]
  _rechokeNumSlots: number
  _markVerified(index: number): void
  _checkDone(): unknown
  _destroy(error: Error): void
  _peers: Map<string, PeerDoors> | null
  _addPeer(peer: unknown, type: string, source?: string): unknown
  _hashes: string[]
  pieces: (PieceDoors | null)[]
}

export interface Selection {
  from: number
  to: number
  offset: number
  priority: number
  isStreamSelection: boolean
}

export interface PieceDoors {
  length: number
  missing: number
  _reservations: number
}

export interface PeerDoors {
  addr: string | null
  wire: Wire | null
  conn: { setNoDelay?(on: boolean): unknown; cork?(): void; uncork?(): void } | null
  retries: number
}

/** Private half of a wire, as far as we use it. */
export interface WireDoors {
  _write(data: Uint8Array, done: (error: Error | null) => void): void
  _parse(bytes: number, parser: (bytes: Uint8Array) => void): void
  _parser: unknown
  _parserSize: number
  _buffer: Uint8Array[]
  _bufferSize: number
  _encryptor: { decrypt(data: Uint8Array): Uint8Array } | null
  _finished: boolean
  _onMessageLength(prefix: Uint8Array): void
  _onMessage(frame: Uint8Array): void
  _onKeepAlive(): void
  _onPiece(index: number, offset: number, block: Uint8Array): void
  _read(done: (error: Error | null) => void): void
  _readableState: { buffered: number }
  requests: BlockRequest[]
  ut_metadata?: MetadataDoors
}

/** What a torrent keeps its pieces in: under caches, what the application named or gave. */
export interface StoreDoors {
  _store: unknown
  _preloadedStore?: unknown
  store: (ChunkStore & { store?: { store?: object } }) | null
}

/** The store of files, as far as we use it: where each piece lies. */
export interface FilesDoors {
  chunkMap: { from: number; to: number; offset: number; file: FileDoors }[][]
}

export type FileStoreClass = new (chunkLength: number, options?: object) => FilesDoors

export interface FileDoors {
  open(
    done: (
      error: Error | null,
      file?: { read(offset: number, length: number, done: ReadDone): void }
    ) => void
  ): void
}

type ReadDone = (error: Error | null, bytes?: Uint8Array) => void

/** The class of all wires. */
export interface WireClassDoors {
  _onMessageLength(this: Wire, prefix: Uint8Array): void
  _onExtended(this: Wire, extension: number, payload: Uint8Array): void
}

export interface MetadataDoors {
  metadata?: Uint8Array
  _infoHash?: string
  setMetadata(metadata: Uint8Array): Promise<boolean>
  onExtendedHandshake(handshake: object): void
}

/** A door is not what the table says: WebTorrent is of another version. */
export class DoorClosed extends Error {
  readonly code = 'engine-door-closed'
  readonly door: string

  constructor(door: Door, found: string) {
    super(
      `engine-door-closed: ${door.of}.${door.name} should be ${door.is}, is ${found} (${door.why}); ` +
        'this engine is made for webtorrent ~3.0.21'
    )
    this.name = 'DoorClosed'
    this.door = `${door.of}.${door.name}`
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** Throws `engine-door-closed` when a member of `holder` is not what the table says. */
export function checkDoors(of: Door['of'], holder: object): void {
  for (const door of doors) {
    if (door.of !== of) continue
    const found = kindOf(Reflect.get(holder, door.name))
    if (found !== door.is) throw new DoorClosed(door, found)
  }
}

/** The torrent with its private half, checked. */
export function openTorrent(torrent: Torrent): Torrent & TorrentDoors {
  checkDoors('torrent', torrent)
  return torrent as Torrent & TorrentDoors
}

/** The wire with its private half, checked. */
export function openWire(wire: Wire): Wire & WireDoors {
  checkDoors('wire', wire)
  return wire as Wire & WireDoors
}

/** The peer that holds this wire, checked; null once it is gone. */
export function peerOf(torrent: Torrent & TorrentDoors, wire: Wire): PeerDoors | null {
  if (!torrent._peers) return null
  for (const peer of torrent._peers.values()) {
    if (peer.wire !== wire) continue
    checkDoors('peer', peer)
    return peer
  }
  return null
}
