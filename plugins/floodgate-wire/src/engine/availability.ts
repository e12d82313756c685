/**
 * How many peers have each piece. WebTorrent's own map forgets `have-all` peers when they come and counts them when
 * they go; this one counts anew when in doubt, at most once per order, and adds single pieces as they are announced.
 * Peers that have everything are left out: they make no piece rarer than another.
 */
import type Wire from 'bittorrent-protocol'

export class Availability {
  readonly counts: Uint16Array
  #stale = true

  constructor(pieces: number) {
    this.counts = new Uint16Array(pieces)
  }

  /** A peer announced one more piece. */
  add(index: number): void {
    if (!this.#stale && index < this.counts.length) this.counts[index]! += 1
  }

  /** A peer came, went, or replaced its bitfield. */
  forget(): void {
    this.#stale = true
  }

  /** Brings the counts up to date. */
  recount(wires: Iterable<Wire>): void {
    if (!this.#stale) return
    this.#stale = false
    this.counts.fill(0)
    for (const wire of wires) {
      const { buffer } = wire.peerPieces
      for (let index = 0; index < this.counts.length && index < buffer.length * 8; index++) {
        if ((buffer[index >> 3]! >> (7 - (index & 7))) & 1) this.counts[index]! += 1
      }
    }
  }
}
