/**
 * The engine of one torrent: makes WebTorrent fetch whole pieces from one wire each, and serve a block only once the
 * trade admitted its piece. It moves bytes and knows nothing of money, keys or messages; the trade sits behind `seam.ts`.
 */
import type Wire from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import { aside } from './aside.ts'
import { Buyer } from './buyer.ts'
import { echoChoke, onChoked } from './choking.ts'
import {
  openTorrent,
  openWire,
  peerOf,
  type PeerDoors,
  type TorrentDoors,
  type WireDoors
} from './doors.ts'
import { readPiece } from './files.ts'
import type { Refused } from './frames.ts'
import { FreeShare } from './free-share.ts'
import { Gate } from './gate.ts'
import { guardWire } from './guard.ts'
import { guardProtocol } from './guard-protocol.ts'
import { shapeOf } from './guard-torrent.ts'
import { Outbox } from './outbox.ts'
import { Picker } from './picker.ts'
import { Uplink } from './uplink.ts'
import type { Buying, Selling, WireEngine } from './seam.ts'
import { wireClass } from '#wire-class'

export interface EngineOptions {
  /** Bytes asked for and not here, per wire. More does not make it faster, only memory fuller. Default 4 MiB. */
  pipelineBytes?: number
  /** A bound piece that gets no byte for so long is given back. Default 30 s. */
  progressTimeoutMs?: number
  /** Requests held per wire for pieces that are not admitted yet. Default 4,096 (64 MiB). */
  heldMax?: number
  /** What all peers without the plugin get together in an open swarm. Default 1 MiB/s. */
  freeBytesPerSecond?: number
  /** The turns in which this torrent and others are sent. Default: whoever asks, as fast as his socket takes it. */
  uplink?: Uplink
  /** Uniform in [0, 1); for tests. */
  random?: () => number
  /** Told when other pieces are selected than before. */
  selected?: () => void
  /** Told when the guard ended a wire. */
  refused?: (wire: Wire, ...why: Parameters<Refused>) => void
}

export interface TorrentEngine {
  /** The engine's half of this wire; the same one each time. Call it from `torrent.on('wire')`. */
  wire(wire: Wire): WireEngine
  /** Bitmap of the pieces that are selected and not here. */
  missing(): Uint8Array
  /** The bytes of a piece that is here. Rejects when the store fails. */
  read(index: number): Promise<Uint8Array>
  /**
   * Takes in a piece that came from elsewhere: checked, stored, announced. Resolves with false when it does not fit its hash,
   * rejects when it cannot be stored.
   */
  give(index: number, bytes: Uint8Array): Promise<boolean>
  /** Wanted pieces that suit and that no wire fetches, at most so many, in the order of picking. */
  idle(most: number, suits: (index: number) => boolean): number[]
  /** Asks for nothing more: what sellers have begun to send comes yet. */
  finish(): void
  /** Pieces on their way, or on their way into the store. */
  fetching(): Iterable<number>
  /** Gives every piece back and stops the clock. The torrent's own destruction does it too. */
  stop(): void
}

/** What the wires of one torrent share. */
interface Shared {
  picker: Picker
  freeShare: FreeShare
  uplink: Uplink
  /** Addresses that are not dialled again. */
  dropped: Set<string>
}

interface AttachedWire {
  engine: WireEngine
  finish(): void
  close(): void
}

/** How often it is looked for pieces that are late, and for who may be asked again; milliseconds. */
const LOOK_MS = 1000
/** Addresses of dropped peers that are remembered per torrent. */
const DROPPED_MAX = 1_000

/**
 * Attaches the engine to a torrent, before its first wire (`client.on('add')`).
 * @throws DoorClosed (`engine-door-closed`) when WebTorrent is of a version the engine does not know.
 */
export function attachEngine(torrent: Torrent, options: EngineOptions = {}): TorrentEngine {
  const open = openTorrent(torrent)
  if (wireClass) guardProtocol(wireClass)
  const progressTimeoutMs = options.progressTimeoutMs ?? 30_000
  const picker = new Picker(open, {
    pipelineBytes: options.pipelineBytes ?? 4 * 1024 * 1024,
    progressTimeoutMs,
    random: options.random ?? Math.random
  })
  takeOverPicking(open, picker, options.selected)
  // Who is served is decided by signed requests and debt. WebTorrent's timer would choke buyers in mid-piece (W2).
  if (open._rechokeNumSlots > 0) open._rechokeNumSlots = Number.MAX_SAFE_INTEGER
  const freeShare = new FreeShare(options.freeBytesPerSecond ?? 1024 * 1024)
  const shared = {
    picker,
    freeShare,
    uplink: options.uplink ?? new Uplink(false),
    dropped: refuseDropped(open)
  }
  const lookMs = Math.min(LOOK_MS, progressTimeoutMs / 4)
  const clock = aside(setInterval(() => picker.expire(Date.now()), lookMs))
  const engines = new Map<Wire, AttachedWire>()
  let isFinishing = false
  const stop = () => {
    clearInterval(clock)
    freeShare.stop()
    for (const { close } of engines.values()) close()
    engines.clear()
  }
  torrent.once('close', stop)

  return {
    wire(wire) {
      let attached = engines.get(wire)
      if (!attached) {
        attached = attachWire(open, openWire(wire), shared, options)
        engines.set(wire, attached)
        if (isFinishing) attached.finish()
        wire.once('close', () => engines.delete(wire))
      }
      return attached.engine
    },
    read: (index) =>
      new Promise((resolve, reject) => {
        readPiece(open, index, (error, bytes) => {
          if (bytes) resolve(bytes)
          else reject(error ?? new Error('store gave nothing'))
        })
      }),
    missing: () => missingOf(open),
    give: (index, bytes) => picker.give(index, bytes),
    idle: (most, suits) => picker.idle(most, suits),
    finish() {
      isFinishing = true
      for (const attached of engines.values()) attached.finish()
    },
    fetching: picker.fetching,
    stop
  }
}

/** WebTorrent's picker is called after every block for every wire; ours takes its place. Web seeds keep theirs. */
function takeOverPicking(
  torrent: Torrent & TorrentDoors,
  picker: Picker,
  selected: () => void = () => undefined
): void {
  const request = torrent._request.bind(torrent)
  const updateSelections = torrent._updateSelections.bind(torrent)
  torrent._request = (wire, index, hotswap) =>
    wire.type === 'webSeed' && !picker.bound(index) && request(wire, index, hotswap)
  torrent._update = () => {
    if (torrent.destroyed) return
    picker.changed(false)
  }
  torrent._updateSelections = () => {
    picker.changed(true)
    updateSelections()
    selected()
  }
}

function missingOf(torrent: Torrent & TorrentDoors): Uint8Array {
  const missing = new Uint8Array(Math.ceil(torrent.pieces.length / 8))
  for (let at = 0; at < torrent._selections.length; at++) {
    const { from, to } = torrent._selections.get(at)
    for (let index = from; index <= Math.min(to, torrent.pieces.length - 1); index++) {
      if (!torrent.bitfield.get(index)) missing[index >> 3]! |= 0x80 >> (index & 7)
    }
  }
  return missing
}

/** A tracker names a dropped peer again at every announce. */
function refuseDropped(torrent: Torrent & TorrentDoors): Set<string> {
  const dropped = new Set<string>()
  const addPeer = torrent._addPeer.bind(torrent)
  torrent._addPeer = (peer, type, source) =>
    typeof peer === 'string' && dropped.has(peer) ? null : addPeer(peer, type, source)
  return dropped
}

function attachWire(
  torrent: Torrent & TorrentDoors,
  wire: Wire & WireDoors,
  { picker, dropped, ...shared }: Shared,
  options: EngineOptions
): AttachedWire {
  const frames = guardWire(wire, {
    shape: () => shapeOf(torrent),
    infoHash: torrent.infoHash,
    unreadBytesMax: 4 * 1024 * 1024,
    refused: (...why) => options.refused?.(wire, ...why)
  })
  calmChokeTimer(torrent, wire)
  const outbox = new Outbox(wire, peerOf(torrent, wire)?.conn ?? null)
  const gate = new Gate(torrent, wire, outbox, shared, options.heldMax ?? 4096)
  const buyer = new Buyer(wire, picker)
  frames.sink = buyer
  picker.add(buyer)
  peerOf(torrent, wire)?.conn?.setNoDelay?.(true)
  wire.setTimeout(2 * (options.progressTimeoutMs ?? 30_000), true)
  const close = () => {
    gate.close()
    picker.remove(buyer)
  }
  onChoked(wire, () => {
    if (frames.current !== 0) return close() // `end` looks like a choke that no frame carried
    buyer.release(buyer.pieces, 'choke')
    if (buyer.buying) echoChoke(wire)
  })
  wire.once('finish', close)
  wire.once('close', close)

  const engine: WireEngine = {
    get isChoking() {
      return wire.amChoking
    },
    open(buying: Buying, selling: Selling) {
      buyer.buying = buying
      gate.open(selling)
      picker.wake()
    },
    free: () => gate.open(null),
    admit: (index) => gate.admit(index),
    refuse: (index) => gate.refuse(index),
    wake() {
      buyer.barrenAt = -1
      picker.wake()
    },
    drop() {
      const peer = peerOf(torrent, wire)
      dropPeer(peer, wire, dropped)
      wire.destroy()
      return () => {
        if (peer?.addr) dropped.delete(peer.addr)
      }
    }
  }
  return { engine, finish: () => buyer.finish(), close }
}

/**
 * WebTorrent ends a wire that keeps us choked for 5 s while other peers wait. Ours are unchoked only after the trade's
 * handshake, which takes longer in a crowd, and choked when their line is full; pieces would be lost unpaid. The event is
 * the one that calls the timer off; the wire's own state stays choked. It is given once WebTorrent has set the timer: on
 * ready or a choke, in a later task.
 */
function calmChokeTimer(torrent: Torrent, wire: Wire): void {
  const calm = () => setTimeout(() => wire.emit('unchoke'), 0)
  onChoked(wire, calm)
  if (torrent.ready) calm()
  else torrent.once('ready', calm)
}

/** An incoming peer's address is of one connection only; its key is what the trade refuses. */
function dropPeer(peer: PeerDoors | null, wire: Wire, dropped: Set<string>): void {
  if (!peer) return
  peer.retries = Infinity
  if (!peer.addr || !wire.type.endsWith('Outgoing')) return
  for (const oldest of dropped) {
    if (dropped.size < DROPPED_MAX) break
    dropped.delete(oldest)
  }
  dropped.add(peer.addr)
}
