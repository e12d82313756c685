/**
 * Decides which piece is bound to which wire: whole pieces only, each to one wire at a time (F22), no duplicates at the end.
 *
 * No wake-up is lost. A wire can take a piece only after one of these: a piece became wanted (selections), was given back, or
 * was announced; the wire was opened, unchoked, has room again, its pipe is half empty, or its rest is over; the torrent became
 * ready. Each asks for one pass a turn, taken back before the pass looks at anything. A pass leaves a wire only when it has no
 * room, nothing for it (`barrenAt`; every event that could end that changes `#generation` or the note), or would be too slow.
 */
import { afterReading } from './aside.ts'
import { Availability } from './availability.ts'
import { BoundPiece, lengthOf } from './bound-piece.ts'
import type { Buyer, BuyerHome } from './buyer.ts'
import type { TorrentDoors } from './doors.ts'
import { handOver, store } from './handover.ts'
import { orderPieces, type Wanted } from './order.ts'
import { PieceBuffers } from './piece-buffers.ts'
import { inTime, isSoon, nextMs } from './slow-lines.ts'
import type Wire from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'

/** The order may be this stale while peers announce pieces; changed selections show at once. Milliseconds. */
const ORDER_AGE_MAX = 250
/** So few pieces left are shared out among the wires, not taken by the first. */
const SHARE_OUT = 256

export interface PickerOptions {
  pipelineBytes: number
  progressTimeoutMs: number
  random(): number
}

export class Picker implements BuyerHome {
  readonly pipelineBytes: number
  readonly #torrent: Torrent & TorrentDoors
  readonly #options: PickerOptions
  readonly #buffers: PieceBuffers
  readonly #buyers = new Map<Wire, Buyer>()
  readonly #bound = new Map<number, BoundPiece>()
  #availability: Availability | null = null
  #order: Int32Array = new Int32Array(0)
  /** Everything in the order before this is here. */
  #head = 0
  #orderAt = 0
  #orderStale = true
  #selectionsChanged = true
  #generation = 0
  #due = false
  /** Did the last pass leave pieces to faster wires? */
  #leftOut = false

  constructor(torrent: Torrent & TorrentDoors, options: PickerOptions) {
    this.#torrent = torrent
    this.#options = options
    this.#buffers = new PieceBuffers(torrent)
    this.pipelineBytes = options.pipelineBytes
  }

  add(buyer: Buyer): void {
    const { wire } = buyer
    this.#buyers.set(wire, buyer)
    const changed = () => {
      this.#availability?.forget()
      this.#orderStale = true
      buyer.barrenAt = -1
      this.wake()
    }
    changed()
    wire.on('bitfield', changed)
    wire.on('have-all', changed)
    wire.on('have', (index) => {
      this.#availability?.add(index)
      if (this.#torrent.bitfield.get(index)) return
      this.#orderStale = true
      buyer.barrenAt = -1
      if (!this.#bound.has(index)) this.wake()
    })
    wire.on('unchoke', () => this.wake())
  }

  remove(buyer: Buyer): void {
    this.#buyers.delete(buyer.wire)
    this.#availability?.forget()
    this.#orderStale = true
    buyer.close()
  }

  /** WebTorrent says that something changed, perhaps what is wanted. */
  changed(selections: boolean): void {
    if (selections) this.#selectionsChanged = true
    this.#generation++
    this.wake()
  }

  /** Asks for one pass for all that comes in this turn. */
  wake(): void {
    if (this.#due) return
    this.#due = true
    afterReading(() => {
      this.#due = false
      if (this.#torrent.ready && !this.#torrent.destroyed) this.#pass()
    })
  }

  readonly fetching = (): Iterable<number> => this.#bound.keys()

  readonly bound = (index: number): BoundPiece | undefined => this.#bound.get(index)

  gaveBack(piece: BoundPiece): void {
    this.#bound.delete(piece.index)
    const own = this.#torrent.pieces[piece.index]
    if (own) own.missing = own.length
    this.#generation++
  }

  progress(piece: BoundPiece, bytes: number): void {
    const own = this.#torrent.pieces[piece.index]
    if (own) own.missing -= bytes
  }

  complete(buyer: Buyer, piece: BoundPiece): void {
    handOver(this.#torrent, buyer, piece, (good) => {
      if (good) {
        this.#bound.delete(piece.index)
        piece.recycle()
      } else {
        buyer.rest()
        this.gaveBack(piece)
      }
      this.wake()
    })
    this.wake()
  }

  /** Takes in a piece that came by another way; whoever was fetching it stops. False when it does not fit its hash. */
  async give(index: number, bytes: Uint8Array): Promise<boolean> {
    const torrent = this.#torrent
    const piece = this.#open(index)
    piece.over = true // bound to no wire: nothing that comes over one is part of it
    if (bytes.length !== piece.length) return false
    piece.bytes.set(bytes)
    if ((await piece.hex()) !== torrent._hashes[index]) return false
    const isComing = torrent.bitfield.get(index) || this.#bound.get(index)?.over === true
    if (isComing) return true // over a wire, meanwhile
    for (const buyer of this.#buyers.values()) {
      buyer.release(
        buyer.pieces.filter((one) => one.index === index),
        'timeout'
      )
    }
    this.#bound.set(index, piece)
    return new Promise((resolve, reject) => {
      store(torrent, piece, (error) => {
        this.#bound.delete(index)
        if (error) return reject(error)
        resolve(true)
        this.wake()
      })
    })
  }

  /** Wanted pieces that no wire fetches, in the order of picking. */
  idle(most: number, suits: (index: number) => boolean): number[] {
    if (!this.#torrent.ready || this.#torrent.destroyed) return []
    this.#refreshOrder()
    return this.#next(most, suits)
  }

  /** Gives back what makes no progress, and asks again who was too slow. Called by the engine's clock. */
  expire(now: number): void {
    const oldest = now - this.#options.progressTimeoutMs
    for (const buyer of this.#buyers.values()) {
      const head = buyer.pieces[0]
      if (!head) continue
      const stuck = buyer.progressAt < oldest ? buyer.pieces : []
      // A peer that serves others first may do so for one time-out more.
      const passedOver = head.progressAt < oldest - this.#options.progressTimeoutMs ? [head] : []
      const late = stuck.length > 0 ? stuck : passedOver
      if (late.length === 0) continue
      buyer.rest()
      buyer.release(late, 'timeout')
    }
    if (this.#leftOut) this.wake()
  }

  #pass(): void {
    for (const wire of this.#torrent.wires) {
      if (wire.type === 'webSeed') this.#torrent._updateWire(wire)
    }
    const eager = [...this.#buyers.values()].filter(
      (buyer) => buyer.barrenAt !== this.#generation && buyer.room() > 0
    )
    if (eager.length === 0) return
    this.#refreshOrder()
    const start = Math.floor(this.#options.random() * eager.length)
    const inTurn = eager.map((_, turn) => eager[(start + turn) % eager.length]!)
    const left = this.#leftUpTo(SHARE_OUT)
    this.#leftOut = false
    if (left === SHARE_OUT) return inTurn.forEach((buyer) => this.#serve(buyer, Infinity))
    const now = Date.now()
    const slow = inTurn.filter((buyer) => !isSoon(buyer.lineAt(now)))
    const soon = inTurn.filter((buyer) => !slow.includes(buyer))
    for (const buyer of soon) this.#serve(buyer, Math.ceil(left / soon.length))
    if (slow.length > 0) this.#serveSlow(slow)
  }

  /** Slow wires take what is left: all of it if they are in time, else what no faster one has that brings something now. */
  #serveSlow(slow: readonly Buyer[]): void {
    const left = this.#leftUpTo(SHARE_OUT)
    const now = Date.now()
    const lineOf = (buyer: Buyer) => ({ buyer, ...buyer.lineAt(now) })
    const busy = [...this.#buyers.values()]
      .filter((buyer) => buyer.isBringing && !slow.includes(buyer))
      .map(lineOf)
    const lines = slow.map(lineOf)
    const able = inTime(lines, busy, left + this.#bound.size)
    for (const line of lines) {
      const faster = busy.filter((other) => nextMs(other) < nextMs(line))
      const isLeft = (index: number) =>
        !faster.some(({ buyer }) => buyer.wire.peerPieces.get(index))
      const isAble = able.includes(line) || faster.length === 0
      if (!isAble) this.#leftOut = true
      this.#serve(line.buyer, Math.ceil(left / slow.length), isAble ? undefined : isLeft)
    }
  }

  /** Binds as many pieces to this wire as it takes. */
  #serve(buyer: Buyer, share: number, only?: (index: number) => boolean): void {
    const pieceLength = this.#torrent.pieceLength
    const pipe = Math.ceil(buyer.freeBytes(pieceLength) / pieceLength)
    const count = Math.min(buyer.room(), pipe, Math.max(1, share))
    if (count < 1) return
    const indexes = this.#pick(buyer, count, only)
    if (indexes.length < count && only === undefined) buyer.barrenAt = this.#generation
    if (indexes.length === 0) return
    const pieces = indexes.map((index) => this.#open(index))
    for (const piece of pieces) this.#bound.set(piece.index, piece)
    buyer.bind(pieces)
  }

  #open(index: number): BoundPiece {
    return new BoundPiece(index, lengthOf(this.#torrent, index), Date.now(), this.#buffers)
  }

  #pick({ wire, buying }: Buyer, count: number, only?: (index: number) => boolean): number[] {
    const isOffered = (index: number) => wire.peerPieces.get(index) && buying!.mayBuy(index)
    return this.#next(count, only ? (index) => only(index) && isOffered(index) : isOffered)
  }

  /** The first pieces that are wanted, that nobody fetches, and that suit. */
  #next(count: number, suits: (index: number) => boolean): number[] {
    const { bitfield, pieces } = this.#torrent
    const found: number[] = []
    while (this.#head < this.#order.length && bitfield.get(this.#order[this.#head]!)) this.#head++
    for (let at = this.#head; at < this.#order.length && found.length < count; at++) {
      const index = this.#order[at]!
      const own = pieces[index]
      if (!own || own._reservations > 0 || this.#bound.has(index)) continue
      if (suits(index)) found.push(index)
    }
    return found
  }

  /** How many pieces are wanted and not bound, counted no further than `most`. */
  #leftUpTo(most: number): number {
    let left = 0
    for (let at = this.#head; at < this.#order.length && left < most; at++) {
      const index = this.#order[at]!
      if (this.#torrent.pieces[index] && !this.#bound.has(index)) left++
    }
    return left
  }

  #refreshOrder(): void {
    const now = Date.now()
    const aged = this.#orderStale && now - this.#orderAt >= ORDER_AGE_MAX
    if (!this.#selectionsChanged && !aged) return
    const torrent = this.#torrent
    this.#availability ??= new Availability(torrent.pieces.length)
    this.#availability.recount(this.#buyers.keys())
    const selections: Wanted[] = []
    for (let at = 0; at < torrent._selections.length; at++) {
      const { from, to, priority, isStreamSelection } = torrent._selections.get(at)
      selections.push({ from, to, priority, isStreamSelection })
    }
    this.#order = orderPieces({
      pieces: torrent.pieces.length,
      selections,
      have: (index) => torrent.pieces[index] === null,
      critical: (index) => torrent._critical[index] === true,
      availability: this.#availability.counts,
      random: this.#options.random
    })
    this.#head = 0
    this.#orderAt = now
    this.#orderStale = false
    this.#selectionsChanged = false
    this.#generation++
  }
}
