/**
 * What a client sends in all, and to whom first: whoever came least far for his time. So the least of them all get as much as the
 * uplink allows, which is what a promise to nearly everybody needs (F78). No more is on the line than it carries in a moment, piece
 * after piece. Who waits too long is choked (BEP 3), so that he gets what he wants from others, and unchoked when it is his turn:
 * what lay in a full line was lost to both, as no piece is fetched from two peers (F22).
 */

import { aside } from './aside.ts'
import { Flight } from './flight.ts'

/** One who has something to send. */
export interface Turn {
  /** How fast its peer came on so far, whoever served it; bytes per second. */
  pace(): number
  /** Bytes of a piece. */
  readonly pieceLength: number
  /** Is the piece that comes next half sent? It is finished before others are begun, as its buyer can get it nowhere else (F22). */
  isBegun(): boolean
  /** It is its turn now: it sends a piece or `QUANTUM_BYTES`, or has nothing to send. */
  go(): void
  /** Chokes its peer; false when a piece is half sent. */
  park(): boolean
  /** Unchokes it. */
  unpark(): void
}

/** What may go out in one turn, so that a rate is kept also with large pieces. */
const QUANTUM_BYTES = 64 * 1024
/** What may go out at once after a rest, in milliseconds at the full rate. */
const BURST_MS = 100
/** Who waited so long is choked, and who would have to wait so long; milliseconds. */
const WAIT_MS = 750
/** Who was choked stays so for so long: longer than a round trip, so that nothing asked before is on its way. Milliseconds. */
const CHOKED_MS = 2000
const LOOK_MS = 250
/** Of those who were choked, so many are unchoked at a look while there is something left for them. */
const UNPARK_SHARE = 0.25

export class Uplink {
  /** Without turns everybody is served as fast as his socket takes it. */
  readonly inTurns: boolean
  readonly #now: () => number
  /** Who waits for a turn, and who is choked; since when. */
  readonly #waiting = new Map<Turn, number>()
  readonly #parked = new Map<Turn, number>()
  readonly #flight = new Flight<Turn>()
  #rate = Infinity
  #bytes = 0
  #filledAt: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #clock: ReturnType<typeof setInterval> | undefined
  #current: Turn | undefined
  #left = 0
  #due = false

  /** `now` in milliseconds, never falling. */
  constructor(inTurns: boolean, now: () => number = () => performance.now()) {
    this.inTurns = inTurns
    this.#now = now
    this.#filledAt = now()
  }

  /** Bytes per second from now on; 0 sends nothing, Infinity whatever the sockets take. */
  setRate(bytesPerSecond: number): void {
    this.#fill()
    this.#rate = bytesPerSecond
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.isLimited) this.#bytes = 0
    if (!this.isLimited) for (const turn of [...this.#parked.keys()]) this.#unpark(turn)
    this.#run()
  }

  get isLimited(): boolean {
    return this.#rate !== Infinity
  }

  /** May it send now? If not, it is called when it may. */
  isTurnOf(turn: Turn): boolean {
    if (!this.inTurns || this.#current === turn || this.#isFreeFor(turn)) return true
    if (!this.#waiting.has(turn)) this.#waiting.set(turn, this.#now())
    this.#clock ??= aside(setInterval(() => this.#look(), LOOK_MS))
    this.#soon()
    return false
  }

  #isFreeFor(turn: Turn): boolean {
    if (turn.isBegun()) return this.#mayEnd
    return !this.isLimited && this.#waiting.size === 0 && this.#hasRoomFor(turn)
  }

  /** A rate that is given is what the line carries; else there is only what came lately. */
  #hasRoomFor(turn: Turn): boolean {
    const now = this.#now()
    return this.#flight.hasRoomFor(turn, now) && (this.isLimited || this.#flight.hasRoom(now))
  }

  /** May what is begun go on? Also at no rate at all: half a piece is a debt that nobody can pay. */
  get #mayEnd(): boolean {
    return !this.isLimited || this.#rate === 0
  }

  /** `bytes` of piece `index` went out; `isLast` of what is wanted of it. */
  sent(turn: Turn, index: number, bytes: number, isLast: boolean): void {
    if (!this.inTurns) return
    this.#flight.sent(turn, index, bytes, this.#now())
    if (this.#current !== turn) return
    if (this.isLimited) this.#bytes -= bytes // a block may overdraw: rates below one block a moment still serve
    this.#left -= bytes
    if (isLast || this.#left <= 0) this.#current = undefined
  }

  /** It has nothing to send any more. */
  leave(turn: Turn): void {
    this.#waiting.delete(turn)
    if (this.#current === turn) this.#current = undefined
  }

  /** Its peer is gone. */
  remove(turn: Turn): void {
    this.leave(turn)
    this.#parked.delete(turn)
    this.#flight.left(turn)
    if (this.#waiting.size > 0) this.#soon()
  }

  /** Its peer says that it has a piece. */
  came(turn: Turn, index: number): void {
    this.#flight.came(turn, index, this.#now())
    if (this.#waiting.size > 0) this.#soon()
  }

  /** At the end of this turn of the event loop: who asks is busy, and others may come yet. */
  #soon(): void {
    if (this.#due || this.#timer !== undefined) return
    this.#due = true
    queueMicrotask(() => {
      this.#due = false
      this.#run()
    })
  }

  get #burst(): number {
    return this.isLimited ? (this.#rate * BURST_MS) / 1000 : 0
  }

  #fill(): void {
    const now = this.#now()
    const gained = this.isLimited ? ((now - this.#filledAt) / 1000) * this.#rate : 0
    this.#bytes = Math.min(this.#burst, this.#bytes + gained)
    this.#filledAt = now
  }

  get #hasBytes(): boolean {
    return this.#bytes > 0 || !this.isLimited
  }

  /** Whose turn it is: who has begun, else who came least far, if one more may be begun. */
  #next(): Turn | undefined {
    if (!this.#hasBytes && !this.#mayEnd) return undefined
    for (const turn of this.#waiting.keys()) if (turn.isBegun()) return turn
    return this.#hasBytes ? this.#inOrder().find((turn) => this.#hasRoomFor(turn)) : undefined
  }

  /** Who waits, who came least far first. */
  #inOrder(): Turn[] {
    return slowestFirst(this.#waiting.keys())
  }

  /** Gives turns while there are bytes. A turn that is given is no longer waiting, so this ends. */
  #run(): void {
    this.#fill()
    for (let turn = this.#next(); turn !== undefined; turn = this.#next()) {
      this.#waiting.delete(turn)
      this.#current = turn
      this.#left = QUANTUM_BYTES
      turn.go()
      this.#current = undefined
    }
    if (this.#waiting.size === 0 || this.#bytes > 0 || !(this.#rate > 0 && this.isLimited)) return
    const waitMs = Math.max(1, Math.ceil(((1 - this.#bytes) / this.#rate) * 1000))
    this.#timer ??= aside(
      setTimeout(() => {
        this.#timer = undefined
        this.#run()
      }, waitMs)
    )
  }

  /** Chokes who waits in vain, but not the next in line, and unchokes who comes before all that wait, or whom there is something left for. */
  #look(): void {
    const now = this.#now()
    this.#flight.expire(now)
    this.#run()
    const perMs = this.isLimited ? this.#rate / 1000 : this.#flight.rate(now)
    const able = this.#able(now)
    const next = this.#rate > 0 ? able.find((turn) => !turn.isBegun()) : undefined
    let ahead = 0
    for (const turn of able) {
      const waitsMs = Math.max(now - this.#waiting.get(turn)!, perMs > 0 ? ahead / perMs : 0)
      ahead += turn.pieceLength
      if (turn === next || waitsMs < WAIT_MS || !turn.park()) continue
      this.#waiting.delete(turn)
      this.#parked.set(turn, now)
    }
    const rested = [...this.#parked].filter(([, since]) => now - since >= CHOKED_MS)
    const returning = slowestFirst(rested.map(([turn]) => turn))
    for (const turn of returning.slice(0, this.#places(returning))) this.#unpark(turn)
    if (this.#waiting.size + this.#parked.size > 0) return
    clearInterval(this.#clock)
    this.#clock = undefined
  }

  /** Who waits for us, and not for what is on its way to himself; in order. */
  #able(now: number): Turn[] {
    return this.#inOrder().filter((turn) => this.#flight.hasRoomFor(turn, now))
  }

  /** How many of those who were choked may come back: some while nobody waits, one who comes before all that wait. */
  #places([next, ...others]: readonly Turn[]): number {
    const [first] = this.#able(this.#now())
    if (next === undefined) return 0
    if (first !== undefined) return next.pace() < first.pace() ? 1 : 0
    const isLeft = this.#rate > 0 && this.#bytes >= this.#burst && this.#hasRoomFor(next)
    return isLeft ? Math.ceil(UNPARK_SHARE * (1 + others.length)) : 0
  }

  #unpark(turn: Turn): void {
    this.#parked.delete(turn)
    turn.unpark()
  }
}

/** Each is asked once: what he answers changes with the clock. */
function slowestFirst(turns: Iterable<Turn>): Turn[] {
  return Array.from(turns, (turn) => ({ turn, pace: turn.pace() }))
    .sort((one, other) => one.pace - other.pace)
    .map(({ turn }) => turn)
}
