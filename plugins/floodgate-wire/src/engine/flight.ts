/**
 * What a seeder has sent and nobody has said to have: what is on the line, and in its buffers. Nobody tells us what our line
 * carries; but who has a piece says so to all (BEP 3, HAVE), and so to who sent it.
 */

/** So many pieces may be on their way whatever the line: in all, and to each. */
const PIECES_MIN = 2
/**
 * And as much as comes in so much time, beside what it takes when nobody waits (Little's law); milliseconds. To one it is less:
 * what waits at his end is his line's, and others can be sent to meanwhile.
 */
const SLACK_MS = { all: 1000, one: 750 }
/** The time in which what came is forgotten, beside twice what it takes; milliseconds. */
const MEMORY_MS = 1000
/**
 * What did not come so long after its last byte went out is waited for no more: nobody has to say what he has. And twice what it
 * takes at the best, up to so long, which is when a buyer gives up. Milliseconds.
 */
const LOST_MS = 5000
const LOST_MS_MAX = 30_000
/** Who was waited for in vain so often, one time after the other, is waited for no more. */
const LOST_TIMES_MAX = 3

/** On its way. */
interface Piece {
  bytes: number
  beganAt: number
  sentAt: number
}

/** A road: what is on it, and what came by it lately. */
class Road {
  pieces = 0
  bytes = 0
  /** Bytes, and bytes × milliseconds that they take at the best. */
  #came = 0
  #cameMs = 0
  #cameAt = 0

  hasRoom(slackMs: number, now: number): boolean {
    return this.pieces < PIECES_MIN || this.bytes < this.rate(now) * (slackMs + this.#takesMs)
  }

  /** Bytes per millisecond that came lately. */
  rate(now: number): number {
    return (this.#came * this.#fade(now)) / this.#memoryMs
  }

  came(bytes: number, leastMs: number, now: number): void {
    const fade = this.#fade(now)
    this.#came = this.#came * fade + bytes
    this.#cameMs = this.#cameMs * fade + bytes * leastMs
    this.#cameAt = now
  }

  get #takesMs(): number {
    return this.#came > 0 ? this.#cameMs / this.#came : 0
  }

  get #memoryMs(): number {
    return MEMORY_MS + 2 * this.#takesMs
  }

  #fade(now: number): number {
    return Math.exp((this.#cameAt - now) / this.#memoryMs)
  }
}

class Receiver {
  readonly road = new Road()
  readonly out = new Map<number, Piece>()
  /** Given up, and when they began. While there are some nothing is waited for. */
  readonly lost = new Map<number, number>()
  timesLost = 0
  /** From a piece's first byte to its HAVE, at the best. */
  leastMs = Infinity
}

export class Flight<To> {
  readonly #receivers = new Map<To, Receiver>()
  readonly #all = new Road()

  /** May one more piece be begun, whoever gets it? */
  hasRoom(now: number): boolean {
    return this.#all.hasRoom(SLACK_MS.all, now)
  }

  /** May he get one more? */
  hasRoomFor(to: To, now: number): boolean {
    return this.#receivers.get(to)?.road.hasRoom(SLACK_MS.one, now) ?? true
  }

  /** Bytes per millisecond that came lately. */
  rate(now: number): number {
    return this.#all.rate(now)
  }

  sent(to: To, index: number, bytes: number, now: number): void {
    let receiver = this.#receivers.get(to)
    if (receiver === undefined) this.#receivers.set(to, (receiver = new Receiver()))
    if (receiver.lost.size > 0) return
    const piece = receiver.out.get(index) ?? { bytes: 0, beganAt: now, sentAt: now }
    const pieces = piece.bytes === 0 ? 1 : 0
    receiver.out.set(index, piece)
    piece.bytes += bytes
    piece.sentAt = now
    this.#count(receiver, pieces, bytes)
  }

  /** It says that it has this piece. */
  came(to: To, index: number, now: number): void {
    const receiver = this.#receivers.get(to)
    if (receiver === undefined) return
    const piece = receiver.out.get(index)
    const beganAt = receiver.lost.get(index) ?? piece?.beganAt
    if (beganAt !== undefined) receiver.leastMs = Math.min(receiver.leastMs, now - beganAt)
    if (receiver.lost.has(index) && receiver.timesLost < LOST_TIMES_MAX) receiver.lost.clear()
    if (piece === undefined) return
    receiver.timesLost = 0
    this.#forget(receiver, index)
    for (const road of [this.#all, receiver.road]) road.came(piece.bytes, receiver.leastMs, now)
  }

  #forget(receiver: Receiver, index: number): void {
    const piece = receiver.out.get(index)
    if (piece === undefined) return
    receiver.out.delete(index)
    this.#count(receiver, -1, -piece.bytes)
  }

  #count({ road }: Receiver, pieces: number, bytes: number): void {
    for (const one of [this.#all, road]) {
      one.pieces += pieces
      one.bytes += bytes
    }
  }

  /** Gives up what is out for too long. */
  expire(now: number): void {
    for (const receiver of this.#receivers.values()) {
      const known = receiver.leastMs === Infinity ? 0 : 2 * receiver.leastMs
      const lostMs = Math.min(LOST_MS_MAX, LOST_MS + known)
      const lost = [...receiver.out].filter(([, { sentAt }]) => now - sentAt >= lostMs)
      if (lost.length > 0) receiver.timesLost++
      for (const [index, { beganAt }] of lost) {
        receiver.lost.set(index, beganAt)
        this.#forget(receiver, index)
      }
    }
  }

  /** It is gone. */
  left(to: To): void {
    const receiver = this.#receivers.get(to)
    if (receiver === undefined) return
    for (const index of [...receiver.out.keys()]) this.#forget(receiver, index)
    this.#receivers.delete(to)
  }
}
