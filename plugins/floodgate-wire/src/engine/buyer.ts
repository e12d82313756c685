/**
 * The buying half of one wire: the pieces bound to it, in the order in which they were bound, and the blocks that are
 * on their way. It never decides what to bind; the picker does.
 */
import type Wire from 'bittorrent-protocol'
import { BLOCK_BYTES, BoundPiece } from './bound-piece.ts'
import type { WireDoors } from './doors.ts'
import type { BlockSink } from './frames.ts'
import type { Buying, ReleaseReason } from './seam.ts'
import { holdOf, type Line } from './slow-lines.ts'

/** After a refusal a wire rests, twice as long each time; milliseconds. */
const REST_FIRST = 250
const REST_MAX = 16_000
/** Blocks that may come without having been asked for before the wire is ended: 4 MiB. */
const UNASKED_MAX = 256

/** What a wire's buyer needs of the torrent's. */
export interface BuyerHome {
  readonly pipelineBytes: number
  /** The piece that is bound, to whatever wire. */
  bound(index: number): BoundPiece | undefined
  /** A piece was given back: others may have it. */
  gaveBack(piece: BoundPiece): void
  /** All blocks are here. */
  complete(buyer: Buyer, piece: BoundPiece): void
  /** `bytes` more of this piece are here. */
  progress(piece: BoundPiece, bytes: number): void
  /** Something changed that a picker should know. */
  wake(): void
}

export class Buyer implements BlockSink {
  readonly wire: Wire & WireDoors
  buying: Buying | null = null
  closed = false
  /** The picker's note: nothing was to be had here at this generation. */
  barrenAt = -1
  readonly pieces: BoundPiece[] = []
  progressAt = 0

  readonly #home: BuyerHome
  /** From one piece to the next, smoothed, and when the last one came; milliseconds, 0 before the first. */
  #pieceMs = 0
  #pieceAt = 0
  #outstanding = 0
  /** Blocks that came and were not asked for, less those that were cancelled. */
  #unasked = 0
  #restMs = REST_FIRST
  #rest: ReturnType<typeof setTimeout> | null = null
  #finishing = false

  constructor(wire: Wire & WireDoors, home: BuyerHome) {
    this.wire = wire
    this.#home = home
  }

  /** How many pieces the picker may bind now. Zero while blocks of bound pieces are still to be asked for. */
  room(): number {
    if (!this.buying || this.closed || this.#finishing) return 0
    if (this.#rest || this.wire.peerChoking) return 0
    for (const piece of this.pieces) if (piece.confirmed && piece.asked < piece.blocks) return 0
    return this.buying.room()
  }

  /** How it does with its pieces. */
  lineAt(now: number): Line {
    const head = this.pieces[0]
    const waitedMs = head ? now - Math.max(head.boundAt, this.#pieceAt) : 0
    return { pieceMs: Math.max(this.#pieceMs, waitedMs), held: this.pieces.length }
  }

  /** Are pieces on their way here? */
  get isBringing(): boolean {
    return this.pieces.length > 0 && !this.closed && !this.wire.peerChoking
  }

  /** Bytes that may be bound before the pipe is full: what is bound and not here fills it. */
  freeBytes(pieceLength: number): number {
    let bytes = Math.min(this.#home.pipelineBytes, holdOf(this.#pieceMs) * pieceLength)
    for (const piece of this.pieces) bytes -= piece.length - piece.here * BLOCK_BYTES
    return bytes
  }

  /** Binds pieces that the picker chose. */
  bind(pieces: BoundPiece[]): void {
    if (this.pieces.length === 0) this.progressAt = Date.now()
    this.pieces.push(...pieces)
    const settle = (agreed: boolean) => {
      const still = pieces.filter((piece) => !piece.over)
      if (!agreed) return this.#refused(still)
      if (this.#finishing) return this.release(still, 'close')
      for (const piece of still) piece.confirmed = true
      this.pump()
      this.#home.wake()
    }
    const answer = this.buying!.bind(pieces.map((piece) => piece.index))
    if (typeof answer === 'boolean') settle(answer)
    else void answer.then(settle, () => settle(false))
  }

  /** Asks for blocks of bound pieces, oldest piece first, until the pipe is full. */
  pump(): void {
    const limit = this.#home.pipelineBytes / BLOCK_BYTES
    for (const piece of this.pieces) {
      if (!piece.confirmed) continue
      while (piece.asked < piece.blocks) {
        if (this.#outstanding >= limit || this.wire.peerChoking || this.closed || piece.over) return
        this.#ask(piece)
      }
    }
  }

  #ask(piece: BoundPiece): void {
    const block = piece.asked
    const offset = piece.ask()
    this.#outstanding++
    this.wire.request(piece.index, offset, piece.lengthOf(block), (error) => {
      if (error && !piece.over && !this.closed) this.#refused([piece])
    })
  }

  target(index: number, offset: number, length: number): Uint8Array | null {
    const piece = this.#home.bound(index)
    const target = piece && this.pieces.includes(piece) ? piece.target(offset, length) : null
    if (!target && ++this.#unasked > UNASKED_MAX) this.wire.destroy()
    return target
  }

  arrived(index: number, offset: number, block: Uint8Array): void {
    const piece = this.#home.bound(index)
    const now = Date.now()
    if (!piece?.arrived(offset, block, now)) return
    this.#outstanding--
    this.progressAt = now
    this.#home.progress(piece, block.length)
    if (piece.complete) {
      const pieceMs = now - Math.max(piece.boundAt, this.#pieceAt)
      this.#pieceMs = this.#pieceMs === 0 ? pieceMs : (this.#pieceMs + pieceMs) / 2
      this.#pieceAt = now
      this.#take(piece)
      this.#home.complete(this, piece)
    }
    // Asking in halves of the pipe, not block by block, keeps the messages together.
    if (this.#outstanding * 2 * BLOCK_BYTES > this.#home.pipelineBytes) return
    this.pump()
    this.#home.wake()
  }

  /** Takes a piece off the list; the clock of the next one starts when it comes first. */
  #take(piece: BoundPiece): void {
    piece.over = true
    this.pieces.splice(this.pieces.indexOf(piece), 1)
    const head = this.pieces[0]
    if (head) head.progressAt = Date.now()
  }

  /** A piece was good: the wire is well again. */
  thrive(): void {
    this.#restMs = REST_FIRST
  }

  /** Gives pieces back, each once. */
  release(pieces: readonly BoundPiece[], why: ReleaseReason): void {
    for (const piece of [...pieces]) {
      if (piece.over) continue
      this.#take(piece)
      for (const offset of piece.awaited()) {
        this.#outstanding--
        this.#unasked--
        if (why !== 'close')
          this.wire.cancel(piece.index, offset, piece.lengthOf(offset / BLOCK_BYTES))
      }
      this.#home.gaveBack(piece)
      this.buying?.released(piece.index, why)
    }
    this.#home.wake()
  }

  #refused(pieces: readonly BoundPiece[]): void {
    this.rest()
    this.release(pieces, 'refused')
    this.pump()
  }

  /** Binds nothing for a while, so that a refusing peer costs little. */
  rest(): void {
    if (this.#rest || this.closed) return
    this.#rest = setTimeout(() => {
      this.#rest = null
      this.#home.wake()
    }, this.#restMs)
    this.#restMs = Math.min(this.#restMs * 2, REST_MAX)
  }

  /** Binds nothing more, and says so: the seller finishes what it has begun, and refuses the rest. */
  finish(): void {
    if (this.closed || this.#finishing) return
    this.#finishing = true
    const unasked = this.pieces.filter((piece) => piece.confirmed && piece.asked === 0)
    this.release(unasked, 'close')
    this.wire.uninterested()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    if (this.#rest) clearTimeout(this.#rest)
    this.release(this.pieces, 'close')
  }
}
