/**
 * The selling half of one wire: in front of WebTorrent's own `request` listener. Requests wait here until the trade
 * admits their piece, are checked to the byte, served once per admission, and only as fast as the socket drains.
 */
import type Wire from 'bittorrent-protocol'
import type { Respond } from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import { AskedBlocks, type Asked } from './asked.ts'
import { BLOCK_BYTES, lengthOf } from './bound-piece.ts'
import { Choking } from './choking.ts'
import type { TorrentDoors, WireDoors } from './doors.ts'
import type { FreeShare } from './free-share.ts'
import type { Outbox } from './outbox.ts'
import { PieceShelf } from './piece-shelf.ts'
import { turnOf } from './progress.ts'
import type { Selling } from './seam.ts'
import type { Turn, Uplink } from './uplink.ts'

type Inner = (index: number, offset: number, length: number, respond: Respond) => void

/** Bytes that may wait for the socket before we stop serving. */
const BACKLOG_BYTES_MAX = 512 * 1024
/** The same while the uplink is limited: what waits in a full line was taken from who comes after. */
const BACKLOG_BYTES_LIMITED = 64 * 1024
/** Requests for a piece we lack, or for a block twice, that are rejected before the wire is ended. */
const ODD_MAX = 256
const WHOLE = 'whole'

export class Gate {
  selling: Selling | null = null
  free = false

  readonly #torrent: Torrent & TorrentDoors
  readonly #wire: Wire & WireDoors
  readonly #outbox: Outbox
  readonly #freeShare: FreeShare
  readonly #heldMax: number
  readonly #shelf: PieceShelf
  readonly #uplink: Uplink
  readonly #choking: Choking
  readonly #turn: Turn
  /** WebTorrent's own listeners. */
  readonly #inner: Inner[] = []
  readonly #asked = new AskedBlocks()
  /** Per piece the blocks that were served under its admission; `WHOLE` once all were. */
  readonly #served = new Map<number, Set<number> | typeof WHOLE>()
  /** Bytes that WebTorrent is reading from the store for a free wire. */
  #loading = 0
  /** Refused pieces, and how many of their blocks may still be asked for: those were on their way. */
  readonly #refused = new Map<number, number>()
  #serving = -1
  /** The piece that was sent last. */
  #begun = -1
  #odd = 0
  #pumping = false
  readonly #pumpAgain = () => this.#pump()

  constructor(
    torrent: Torrent & TorrentDoors,
    wire: Wire & WireDoors,
    outbox: Outbox,
    { freeShare, uplink }: { freeShare: FreeShare; uplink: Uplink },
    heldMax: number
  ) {
    this.#freeShare = freeShare
    this.#torrent = torrent
    this.#wire = wire
    this.#outbox = outbox
    this.#heldMax = heldMax
    this.#shelf = new PieceShelf(torrent)
    this.#uplink = uplink
    this.#turn = turnOf(torrent, wire, uplink, {
      isBegun: () => this.#begun >= 0 && this.#asked.head?.index === this.#begun,
      go: this.#pumpAgain,
      park: () => this.#park(),
      unpark: () => void this.#choking.takeUp()
    })
    wire.on('uninterested', () => this.selling?.unwanted())
    this.#takeOverRequests()
    this.#choking = new Choking(wire, () => this.#choked())
    const read = wire._read.bind(wire)
    wire._read = (done) => {
      read(done)
      if (this.#asked.queued > 0) queueMicrotask(() => this.#pump())
    }
  }

  /** Serves from now on, as far as the trade admits; or, without a trade, as WebTorrent does. */
  open(selling: Selling | null): void {
    this.selling = selling
    this.free = selling === null
    this.#choking.open()
  }

  admit(index: number): void {
    this.#served.delete(index)
    this.#refused.delete(index)
    for (const one of this.#asked.takeHeld(index)) this.#enqueue(one)
    this.#pump()
  }

  refuse(index: number): void {
    const asked = [...this.#asked.takeHeld(index), ...this.#takeQueued(index)]
    this.#refused.set(index, this.#blocksOf(index) - asked.length)
    for (const one of asked) one.respond(new Error('refused'))
  }

  close(): void {
    for (const { index, length } of this.#asked.clear()) this.selling?.unsent(index, length)
    this.#uplink.leave(this.#turn)
    this.#shelf.clear()
  }

  /** Admitted, and none of it is out: it may still be refused. */
  #takeQueued(index: number): Asked[] {
    const taken = this.#asked.takeQueued(index)
    if (taken.length > 0) this.#served.delete(index)
    return taken
  }

  /** Chokes a buyer who waits for too long, but not in the middle of a piece. */
  #park(): boolean {
    if (this.#asked.queued === 0 || this.#turn.isBegun()) return false
    this.#choking.passOver(this.selling !== null)
    return true
  }

  #takeOverRequests(): void {
    const wire = this.#wire
    const gate: Inner = (index, offset, length, respond) =>
      this.#ask({ index, offset, length, respond })
    const replace = (listener: Inner) => {
      wire.removeListener('request', listener)
      this.#inner.push(listener)
    }
    for (const listener of wire.listeners('request')) replace(listener as Inner)
    wire.on('cancel', (index, offset) => this.#cancel(index, offset))
    wire.on('request', gate)
    wire.on('newListener', (event, listener) => {
      if (event === 'request' && listener !== gate) queueMicrotask(() => replace(listener as Inner))
    })
  }

  /** Debt is the trade's business: what we owe nobody any more is forgotten here, nothing else. */
  #choked(): void {
    this.close()
    this.#served.clear()
    this.#refused.clear()
    this.#begun = -1
    this.selling?.choked()
  }

  #ask(asked: Asked): void {
    if (this.free) {
      // WebTorrent never answers for a piece it lacks.
      if (!this.#torrent.bitfield.get(asked.index)) return this.#reject(asked)
      this.#asked.push(asked)
      return this.#pump()
    }
    if (!this.selling) return
    const { index } = asked
    if (!this.#exact(asked)) return this.#wire.destroy()
    if (!this.#torrent.bitfield.get(index)) return this.#reject(asked)
    if (this.#wasRefused(index)) return asked.respond(new Error('refused'))
    const admission = this.selling.admission(index, asked.length)
    if (admission === 'free') return this.#give(asked)
    if (admission === 'refused') return this.#reject(asked)
    if (admission === 'held') return this.#hold(asked)
    this.#enqueue(asked)
    this.#pump()
  }

  /** A piece that costs nothing: the trade counts its bytes, so a block may go out twice. */
  #give(asked: Asked): void {
    if (this.#asked.queued >= this.#heldMax) return this.#reject(asked)
    this.#asked.push(asked)
    this.#pump()
  }

  #wasRefused(index: number): boolean {
    const left = this.#refused.get(index)
    if (!left) return false
    this.#refused.set(index, left - 1)
    return true
  }

  /** Aligned, whole blocks only: then a piece can be counted, and nobody gets it twice. */
  #exact({ index, offset, length }: Asked): boolean {
    if (!(index >= 0 && index < this.#torrent.pieces.length)) return false
    const bytes = lengthOf(this.#torrent, index)
    if (!(offset >= 0 && offset < bytes) || offset % BLOCK_BYTES !== 0) return false
    return length === Math.min(BLOCK_BYTES, bytes - offset)
  }

  #hold(asked: Asked): void {
    const isHeld = this.#asked.held < this.#heldMax && this.#asked.hold(asked)
    if (!isHeld) return this.#reject(asked)
    this.#readAhead()
  }

  #readAhead(): void {
    const next = this.#asked.nextIndex
    if (next !== undefined) this.#shelf.prefetch(next, this.#asked.head?.index)
  }

  /** What was cancelled may be asked for again. */
  #cancel(index: number, offset: number): void {
    const asked = this.#asked.cancel(index, offset)
    if (asked === undefined) return
    this.selling?.unsent(index, asked.length)
    const served = this.#served.get(index)
    if (served === undefined) return
    const all = served === WHOLE ? this.#offsetsOf(index) : served
    // Half a piece is not asked for again: all of it is, by a request of its own.
    if (all.size > this.#asked.queuedOf(index) + 1) return
    all.delete(offset)
    this.#served.set(index, all)
  }

  #offsetsOf(index: number): Set<number> {
    return new Set(Array.from({ length: this.#blocksOf(index) }, (_, block) => block * BLOCK_BYTES))
  }

  #blocksOf(index: number): number {
    return Math.ceil(lengthOf(this.#torrent, index) / BLOCK_BYTES)
  }

  #enqueue(asked: Asked): void {
    const served = this.#served.get(asked.index) ?? new Set()
    if (served === WHOLE || served.has(asked.offset)) return this.#reject(asked)
    served.add(asked.offset)
    const whole = served.size === this.#blocksOf(asked.index)
    this.#served.set(asked.index, whole ? WHOLE : served)
    this.#asked.push(asked)
  }

  #reject(asked: Asked): void {
    if (++this.#odd > ODD_MAX) this.#wire.destroy()
    else asked.respond(new Error('refused'))
  }

  /** Serves from the queue while the socket takes it. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    const most = this.#uplink.isLimited ? BACKLOG_BYTES_LIMITED : BACKLOG_BYTES_MAX
    while (this.#outbox.backlog + this.#loading < most) {
      const next = this.#asked.head
      if (next === undefined) break
      if (this.free) {
        if (!this.#uplink.isTurnOf(this.#turn)) break
        if (!this.#freeShare.take(next.length, this.#pumpAgain)) break
        this.#asked.shift()
        this.#serveFreely(next)
        this.#uplink.sent(this.#turn, next.index, next.length, false)
        continue
      }
      const bytes = this.#shelf.take(next.index, this.#pumpAgain)
      if (next.index !== this.#serving) {
        this.#serving = next.index
        this.#readAhead()
      }
      if (bytes === null || !this.#uplink.isTurnOf(this.#turn)) break
      this.#asked.shift()
      this.#begun = next.index
      const sent = this.#serve(next, bytes)
      const isLast = this.#asked.head?.index !== next.index
      if (sent > 0) this.#uplink.sent(this.#turn, next.index, sent, isLast)
    }
    this.#pumping = false
  }

  #serveFreely({ index, offset, length, respond }: Asked): void {
    this.#loading += length
    const answered: Respond = (error, block) => {
      this.#loading -= length
      respond(error, block)
      this.#pump()
    }
    for (const inner of this.#inner) inner(index, offset, length, answered)
  }

  /** Answers how many bytes went out. */
  #serve(asked: Asked, piece: Uint8Array | Error): number {
    if (piece instanceof Error) {
      asked.respond(piece)
      return 0
    }
    const before = this.#wire.uploaded
    asked.respond(null, piece.subarray(asked.offset, asked.offset + asked.length))
    const sent = this.#wire.uploaded - before
    if (sent > 0) this.selling?.sent(asked.index, sent)
    return sent
  }
}
