/** The two pieces a gate has in hand: the one it serves and the one it will serve next. A piece is read once, whole. */
import type { Torrent } from 'webtorrent'
import { readPiece } from './files.ts'

interface Shelved {
  index: number
  bytes: Uint8Array | Error | null
  ready: (() => void) | null
}

const SHELF_PIECES = 2

export class PieceShelf {
  readonly #torrent: Torrent
  readonly #shelf: Shelved[] = []

  constructor(torrent: Torrent) {
    this.#torrent = torrent
  }

  /** The piece's bytes, or an error of the store; null while it is being read, and `ready` is called then. */
  take(index: number, ready: () => void): Uint8Array | Error | null {
    const shelved = this.#shelf.find((one) => one.index === index) ?? this.#read(index)
    if (shelved.bytes === null) shelved.ready = ready
    return shelved.bytes
  }

  /** Reads a piece ahead, in the place of any but the one `inUse`. */
  prefetch(index: number, inUse: number | undefined): void {
    if (this.#shelf.some((one) => one.index === index)) return
    const old = this.#shelf.findIndex((one) => one.index !== inUse)
    if (this.#shelf.length === SHELF_PIECES && old >= 0) this.#shelf.splice(old, 1)
    this.#read(index)
  }

  clear(): void {
    this.#shelf.length = 0
  }

  #read(index: number): Shelved {
    const shelved: Shelved = { index, bytes: null, ready: null }
    if (this.#shelf.length === SHELF_PIECES) this.#shelf.shift()
    this.#shelf.push(shelved)
    readPiece(this.#torrent, index, (error, bytes) => {
      shelved.bytes = bytes ?? error ?? new Error('store gave nothing')
      shelved.ready?.()
    })
    return shelved
  }
}
