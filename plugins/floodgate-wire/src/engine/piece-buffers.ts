/**
 * The memory of pieces under way, used again once a piece is on disk: V8 answers every 64 MB of new buffers with a collection
 * of the whole heap, however short they live. Only where the store is known to keep nothing of what it wrote.
 */
import type { Torrent } from 'webtorrent'
import { filesOf } from './files.ts'

/** What a torrent keeps for the next pieces. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024

export class PieceBuffers {
  readonly #torrent: Torrent
  #kept: Uint8Array<ArrayBuffer>[] = []

  constructor(torrent: Torrent) {
    this.#torrent = torrent
    torrent.on('done', () => (this.#kept = []))
  }

  /** Memory for a piece; what is in it is of no meaning. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const last = this.#kept.at(-1)
    return last?.length === length ? this.#kept.pop()! : new Uint8Array(length)
  }

  /** The store has written these bytes, and nobody looks at them any more. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    const { pieceLength } = this.#torrent
    const isFull = (this.#kept.length + 1) * pieceLength > KEPT_BYTES_MAX
    if (bytes.length === pieceLength && !isFull && filesOf(this.#torrent)) this.#kept.push(bytes)
  }
}
