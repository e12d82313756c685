/** A piece bound to one wire: its bytes, which of its blocks were asked for and which are here, and its hash so far. */
import type { Torrent } from 'webtorrent'
import { pieceHash } from '#hash'
import type { PieceBuffers } from './piece-buffers.ts'
import type { PieceHash } from './piece-hash.ts'

/** What everyone requests (BEP 3). */
export const BLOCK_BYTES = 16_384

/** In bytes: the last piece may be shorter. */
export const lengthOf = (
  { pieces, pieceLength, lastPieceLength }: Torrent,
  index: number
): number => (index === pieces.length - 1 ? lastPieceLength : pieceLength)

const ASKED = 1
const HERE = 2

export class BoundPiece {
  readonly index: number
  readonly length: number
  readonly blocks: number
  /** Milliseconds. */
  readonly boundAt: number
  /** The signed request is on the wire: blocks may be asked for. */
  confirmed = false
  /** How many blocks, from the front, were asked for. */
  asked = 0
  here = 0
  /** When the last byte came, or the piece was bound; milliseconds. */
  progressAt: number
  /** Given back or handed over: whatever still comes is ignored. */
  over = false

  readonly #buffers: PieceBuffers
  readonly #state: Uint8Array
  #bytes: Uint8Array<ArrayBuffer> | null = null
  #hash: PieceHash | null = null
  #front = 0

  constructor(index: number, length: number, now: number, buffers: PieceBuffers) {
    this.#buffers = buffers
    this.index = index
    this.length = length
    this.blocks = Math.ceil(length / BLOCK_BYTES)
    this.#state = new Uint8Array(this.blocks)
    this.boundAt = now
    this.progressAt = now
  }

  get complete(): boolean {
    return this.here === this.blocks
  }

  lengthOf(block: number): number {
    return Math.min(BLOCK_BYTES, this.length - block * BLOCK_BYTES)
  }

  /** Marks the next block as asked for and returns its offset. */
  ask(): number {
    this.#state[this.asked] = ASKED
    return this.asked++ * BLOCK_BYTES
  }

  /** Where a block that was asked for goes; null when it was not, or is here already. */
  target(offset: number, length: number): Uint8Array | null {
    const block = offset / BLOCK_BYTES
    if (this.over || this.#state[block] !== ASKED || length !== this.lengthOf(block)) return null
    return this.bytes.subarray(offset, offset + length)
  }

  /** A block is whole. False when it belongs to an earlier binding of this piece. */
  arrived(offset: number, block: Uint8Array, now: number): boolean {
    const at = offset / BLOCK_BYTES
    if (this.over || block.buffer !== this.#bytes?.buffer || this.#state[at] !== ASKED) return false
    this.#state[at] = HERE
    this.here++
    this.progressAt = now
    while (this.#state[this.#front] === HERE) this.#front++
    const hash = (this.#hash ??= pieceHash(this.bytes))
    hash.upTo(Math.min(this.#front * BLOCK_BYTES, this.length))
    return true
  }

  /** Offsets of blocks that were asked for and are not here. */
  *awaited(): Generator<number> {
    for (let block = 0; block < this.asked; block++) {
      if (this.#state[block] === ASKED) yield block * BLOCK_BYTES
    }
  }

  hex(): string | Promise<string> {
    return (this.#hash ??= pieceHash(this.bytes)).hex()
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return (this.#bytes ??= this.#buffers.take(this.length))
  }

  /** The piece is in the store: its memory may serve another. */
  recycle(): void {
    if (this.#bytes) this.#buffers.giveBack(this.#bytes)
    this.#bytes = null
    this.#hash = null
  }
}
