/**
 * Joins what a wire sends in one turn. bittorrent-protocol pushes each message by itself (a block even in two parts),
 * and every push travels through three streams and one system call; joined, a piece needs a handful of them.
 * Order is kept; nothing waits longer than to the end of the turn.
 */
import type Wire from 'bittorrent-protocol'
import type { WireDoors } from './doors.ts'

/** A joined push is at most this long: what the kernel takes at once on most systems. */
const JOIN_BYTES_MAX = 256 * 1024

export class Outbox {
  readonly #wire: Wire & WireDoors
  readonly #push: (chunk: Uint8Array | null) => boolean
  #parts: Uint8Array[] = []
  #bytes = 0
  #due = false

  constructor(wire: Wire & WireDoors) {
    this.#wire = wire
    this.#push = wire.push.bind(wire)
    wire.push = (chunk) => this.#add(chunk)
  }

  /** Bytes that the socket has not taken yet. */
  get backlog(): number {
    return this.#bytes + this.#wire._readableState.buffered
  }

  #add(chunk: Uint8Array | null): boolean {
    if (chunk === null) {
      this.flush()
      return this.#push(null)
    }
    this.#parts.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes >= JOIN_BYTES_MAX) this.flush()
    else if (!this.#due) {
      this.#due = true
      queueMicrotask(() => {
        this.#due = false
        this.flush()
      })
    }
    return true
  }

  /** Hands everything to the stream now. */
  flush(): void {
    if (this.#bytes === 0) return
    const parts = this.#parts
    const joined = parts.length === 1 ? parts[0]! : join(parts, this.#bytes)
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
