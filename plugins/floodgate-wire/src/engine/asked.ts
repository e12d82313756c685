/** Blocks that a peer asked for and has not got yet: those whose piece waits for the trade, and those that are sent next. */
import type { Respond } from 'bittorrent-protocol'

export interface Asked {
  index: number
  offset: number
  length: number
  respond: Respond
}

export class AskedBlocks {
  /** By piece and offset. */
  readonly #held = new Map<number, Map<number, Asked>>()
  #heldCount = 0
  readonly #queue: Asked[] = []

  /** What is sent next. */
  get head(): Asked | undefined {
    return this.#queue[0]
  }

  get queued(): number {
    return this.#queue.length
  }

  get held(): number {
    return this.#heldCount
  }

  push(asked: Asked): void {
    this.#queue.push(asked)
  }

  shift(): void {
    this.#queue.shift()
  }

  /** Answers false when it is held already. */
  hold(asked: Asked): boolean {
    let blocks = this.#held.get(asked.index)
    if (blocks === undefined) this.#held.set(asked.index, (blocks = new Map()))
    if (blocks.has(asked.offset)) return false
    blocks.set(asked.offset, asked)
    this.#heldCount++
    return true
  }

  takeHeld(index: number): Asked[] {
    const taken = [...(this.#held.get(index)?.values() ?? [])]
    this.#heldCount -= taken.length
    this.#held.delete(index)
    return taken
  }

  takeQueued(index: number): Asked[] {
    const taken = this.#queue.filter((asked) => asked.index === index)
    if (taken.length > 0) {
      this.#queue.splice(0, Infinity, ...this.#queue.filter((asked) => asked.index !== index))
    }
    return taken
  }

  /**
   * It is not wanted any more. Without this an answer to what was cancelled would be taken for one to what was asked for anew,
   * and neither would be sent: the wire knows requests by their place. Answers what was to be sent.
   */
  cancel(index: number, offset: number): Asked | undefined {
    if (this.#held.get(index)?.delete(offset)) this.#heldCount--
    const at = this.#queue.findIndex((asked) => asked.index === index && asked.offset === offset)
    return at < 0 ? undefined : this.#queue.splice(at, 1)[0]
  }

  /** How many blocks of a piece are to be sent. */
  queuedOf(index: number): number {
    return this.#queue.filter((asked) => asked.index === index).length
  }

  /** The piece after the one that is sent now: the next one to be sent, or the first that is held. */
  get nextIndex(): number | undefined {
    const now = this.head?.index
    const queued = this.#queue.find((asked) => asked.index !== now)?.index
    return queued ?? this.#held.keys().next().value
  }

  /** Answers what was to be sent. */
  clear(): Asked[] {
    this.#held.clear()
    this.#heldCount = 0
    return this.#queue.splice(0)
  }
}
