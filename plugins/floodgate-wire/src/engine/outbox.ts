/**
 * Joins the small messages that a wire sends in one turn. bittorrent-protocol pushes each by itself, and every push
 * travels through three streams and a system call; a piece's 64 requests become one. Blocks pass uncopied: joining
 * them as well was measured, and cost the seller twice the CPU, in garbage collection. Order is kept, and nothing waits
 * longer than to the end of the turn. A TCP socket is corked meanwhile: what leaves in one turn is one system call, and the
 * other side wakes once for it, not once for each block.
 */
import type Wire from 'bittorrent-protocol'
import type { WireDoors } from './doors.ts'

/** From here on a copy costs more than a push. */
const SMALL_BYTES_MAX = 4096

/** What is used of a connection. Others than TCP sockets cork too, but know no system calls to save. */
export interface Corkable {
  setNoDelay?(on: boolean): unknown
  cork?(): void
  uncork?(): void
  prependListener?(event: 'drain', listener: () => void): unknown
}

export class Outbox {
  readonly #wire: Wire & WireDoors
  readonly #conn: Corkable | null
  readonly #push: (chunk: Uint8Array | null) => boolean
  #parts: Uint8Array[] = []
  #bytes = 0
  #due = false
  #corked = false

  constructor(wire: Wire & WireDoors, conn: Corkable | null) {
    this.#wire = wire
    this.#conn = conn?.setNoDelay && conn.cork && conn.uncork ? conn : null
    this.#push = wire.push.bind(wire)
    wire.push = (chunk) => this.#add(chunk)
    // What waited behind a full socket goes on then, header by header and block by block.
    this.#conn?.prependListener?.('drain', () => this.#cork())
  }

  /** Bytes that the socket has not taken yet. */
  get backlog(): number {
    return this.#bytes + this.#wire._readableState.buffered
  }

  /** Until the other streams have passed on what is pushed in this turn. */
  #cork(): void {
    if (this.#corked || this.#conn === null) return
    this.#corked = true
    this.#conn.cork!()
    setImmediate(() => {
      this.#corked = false
      this.#conn!.uncork!()
    })
  }

  #add(chunk: Uint8Array | null): boolean {
    this.#cork()
    if (chunk === null || chunk.length > SMALL_BYTES_MAX) {
      this.#flush()
      return this.#push(chunk)
    }
    this.#parts.push(chunk)
    this.#bytes += chunk.length
    if (!this.#due) {
      this.#due = true
      queueMicrotask(() => {
        this.#due = false
        this.#flush()
      })
    }
    return true
  }

  /** Hands everything to the stream now. */
  #flush(): void {
    if (this.#bytes === 0) return
    const joined = this.#parts.length === 1 ? this.#parts[0]! : join(this.#parts, this.#bytes)
    this.#parts = []
    this.#bytes = 0
    this.#push(joined)
  }
}

function join(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const joined = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
