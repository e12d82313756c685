/**
 * The selling half of one wire: in front of WebTorrent's own `request` listener. Requests wait here until the trade
 * admits their piece, are checked to the byte, served once per admission, and only as fast as the socket drains.
 */
import type Wire from 'bittorrent-protocol'
import type { Respond } from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import { BLOCK_BYTES } from './bound-piece.ts'
import type { TorrentDoors, WireDoors } from './doors.ts'
import type { FreeShare } from './free-share.ts'
import type { Outbox } from './outbox.ts'
import { PieceShelf } from './piece-shelf.ts'
import type { Selling } from './seam.ts'

type Inner = (index: number, offset: number, length: number, respond: Respond) => void

interface Asked {
  index: number
  offset: number
  length: number
  respond: Respond
}

/** Bytes that may wait for the socket before we stop serving. */
const BACKLOG_BYTES_MAX = 512 * 1024
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
  /** WebTorrent's own listeners. */
  readonly #inner: Inner[] = []
  readonly #held = new Map<number, Asked[]>()
  #heldCount = 0
  readonly #queue: Asked[] = []
  /** Per piece the blocks that were served under its admission; `WHOLE` once all were. */
  readonly #served = new Map<number, Set<number> | typeof WHOLE>()
  /** Bytes that WebTorrent is reading from the store for a free wire. */
  #loading = 0
  /** Refused pieces, and how many of their blocks may still be asked for: those were on their way. */
  readonly #refused = new Map<number, number>()
  #serving = -1
  #wantsUnchoke = false
  #odd = 0
  #pumping = false
  readonly #pumpAgain = () => this.#pump()

  constructor(
    torrent: Torrent & TorrentDoors,
    wire: Wire & WireDoors,
    outbox: Outbox,
    freeShare: FreeShare,
    heldMax: number
  ) {
    this.#freeShare = freeShare
    this.#torrent = torrent
    this.#wire = wire
    this.#outbox = outbox
    this.#heldMax = heldMax
    this.#shelf = new PieceShelf(torrent)
    this.#takeOverRequests()
    this.#watchChoke()
    const read = wire._read.bind(wire)
    wire._read = (done) => {
      read(done)
      if (this.#queue.length > 0) queueMicrotask(() => this.#pump())
    }
  }

  /** Serves from now on, as far as the trade admits; or, without a trade, as WebTorrent does. */
  open(selling: Selling | null): void {
    this.selling = selling
    this.free = selling === null
    if (this.#wantsUnchoke) this.#wire.unchoke()
  }

  admit(index: number): void {
    this.#served.delete(index)
    this.#refused.delete(index)
    const asked = this.#held.get(index)
    if (!asked) return
    this.#forgetHeld(index)
    for (const one of asked) this.#enqueue(one)
    this.#pump()
  }

  refuse(index: number): void {
    const asked = [...(this.#held.get(index) ?? []), ...this.#takeQueued(index)]
    this.#forgetHeld(index)
    this.#refused.set(index, Math.ceil(this.#lengthOf(index) / BLOCK_BYTES) - asked.length)
    for (const one of asked) one.respond(new Error('refused'))
  }

  close(): void {
    this.#held.clear()
    this.#heldCount = 0
    this.#queue.length = 0
    this.#shelf.clear()
  }

  /** Admitted, and none of it is out: it may still be refused. */
  #takeQueued(index: number): Asked[] {
    const taken = this.#queue.filter((asked) => asked.index === index)
    if (taken.length === 0) return taken
    const others = this.#queue.filter((asked) => asked.index !== index)
    this.#queue.splice(0, this.#queue.length, ...others)
    this.#served.delete(index)
    return taken
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
    wire.on('request', gate)
    wire.on('newListener', (event, listener) => {
      if (event === 'request' && listener !== gate) queueMicrotask(() => replace(listener as Inner))
    })
  }

  #watchChoke(): void {
    const wire = this.#wire
    wire.on('uninterested', () => this.selling?.unwanted())
    const unchoke = wire.unchoke.bind(wire)
    const choke = wire.choke.bind(wire)
    wire.unchoke = () => {
      if (this.selling || this.free) unchoke()
      else this.#wantsUnchoke = true
    }
    wire.choke = () => {
      this.#wantsUnchoke = false
      if (wire.amChoking) return
      // Debt is the trade's business: what we owe nobody any more is forgotten here, nothing else.
      this.close()
      this.#served.clear()
      choke()
      this.selling?.choked()
    }
  }

  #ask(asked: Asked): void {
    if (this.free) {
      // WebTorrent never answers for a piece it lacks.
      if (!this.#torrent.bitfield.get(asked.index)) return this.#reject(asked)
      this.#queue.push(asked)
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
    if (this.#queue.length >= this.#heldMax) return this.#reject(asked)
    this.#queue.push(asked)
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
    const bytes = this.#lengthOf(index)
    if (!(offset >= 0 && offset < bytes) || offset % BLOCK_BYTES !== 0) return false
    return length === Math.min(BLOCK_BYTES, bytes - offset)
  }

  #hold(asked: Asked): void {
    if (this.#heldCount >= this.#heldMax) return this.#reject(asked)
    const list = this.#held.get(asked.index)
    if (list) list.push(asked)
    else {
      this.#held.set(asked.index, [asked])
      this.#readAhead()
    }
    this.#heldCount++
  }

  #forgetHeld(index: number): void {
    this.#heldCount -= this.#held.get(index)?.length ?? 0
    this.#held.delete(index)
  }

  /** Reads what comes after the piece in service: the next admitted one, or the first that is held. */
  #readAhead(): void {
    const now = this.#queue[0]?.index
    const queued = this.#queue.find((asked) => asked.index !== now)?.index
    const next = queued ?? this.#held.keys().next().value
    if (next !== undefined) this.#shelf.prefetch(next, now)
  }

  #enqueue(asked: Asked): void {
    const served = this.#served.get(asked.index) ?? new Set()
    if (served === WHOLE || served.has(asked.offset)) return this.#reject(asked)
    served.add(asked.offset)
    const whole = served.size === Math.ceil(this.#lengthOf(asked.index) / BLOCK_BYTES)
    this.#served.set(asked.index, whole ? WHOLE : served)
    this.#queue.push(asked)
  }

  #lengthOf(index: number): number {
    const { pieces, pieceLength, lastPieceLength } = this.#torrent
    return index === pieces.length - 1 ? lastPieceLength : pieceLength
  }

  #reject(asked: Asked): void {
    if (++this.#odd > ODD_MAX) this.#wire.destroy()
    else asked.respond(new Error('refused'))
  }

  /** Serves from the queue while the socket takes it. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    while (this.#queue.length > 0 && this.#outbox.backlog + this.#loading < BACKLOG_BYTES_MAX) {
      const next = this.#queue[0]!
      if (this.free) {
        if (!this.#freeShare.take(next.length, this.#pumpAgain)) break
        this.#queue.shift()
        this.#serveFreely(next)
        continue
      }
      const bytes = this.#shelf.take(next.index, this.#pumpAgain)
      if (next.index !== this.#serving) {
        this.#serving = next.index
        this.#readAhead()
      }
      if (bytes === null) break
      this.#queue.shift()
      this.#serve(next, bytes)
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

  #serve(asked: Asked, piece: Uint8Array | Error): void {
    if (piece instanceof Error) return asked.respond(piece)
    const before = this.#wire.uploaded
    asked.respond(null, piece.subarray(asked.offset, asked.offset + asked.length))
    const sent = this.#wire.uploaded - before
    if (sent > 0) this.selling?.sent(asked.index, sent)
  }
}
