/** Blocks that a peer asked for and has not got yet: those whose piece waits for the trade, and those that are sent next. */
import type { Respond } from 'bittorrent-protocol'

export interface Asked {
  index: number
  offset: number
  length: number
  respond: Respond
}

export class AskedBlocks {
  readonly #held = new Map<number, Asked[]>()
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

  /** Answers whether it is the first of its piece. */
  hold(asked: Asked): boolean {
    this.#heldCount++
    const list = this.#held.get(asked.index)
    if (list) list.push(asked)
    else this.#held.set(asked.index, [asked])
    return list === undefined
  }

  takeHeld(index: number): Asked[] {
    const taken = this.#held.get(index) ?? []
    this.#heldCount -= taken.length
    this.#held.delete(index)
    return taken
  }

  takeQueued(index: number): Asked[] {
    return this.#takeFromQueue((asked) => asked.index === index)
  }

  /**
   * It is not wanted any more. Without this an answer to what was cancelled would be taken for one to what was asked for anew,
   * and neither would be sent: the wire knows requests by their place. Answers whether it was to be sent.
   */
  cancel(index: number, offset: number): boolean {
    const left = this.takeHeld(index).filter((asked) => asked.offset !== offset)
    for (const asked of left) this.hold(asked)
    const isIt = (asked: Asked): boolean => asked.index === index && asked.offset === offset
    return this.#takeFromQueue(isIt).length > 0
  }

  #takeFromQueue(isTaken: (asked: Asked) => boolean): Asked[] {
    const taken = this.#queue.filter(isTaken)
    if (taken.length === 0) return taken
    this.#queue.splice(0, Infinity, ...this.#queue.filter((asked) => !isTaken(asked)))
    return taken
  }

  /** The piece after the one that is sent now: the next one to be sent, or the first that is held. */
  get nextIndex(): number | undefined {
    const now = this.head?.index
    const queued = this.#queue.find((asked) => asked.index !== now)?.index
    return queued ?? this.#held.keys().next().value
  }

  clear(): void {
    this.#held.clear()
    this.#heldCount = 0
    this.#queue.length = 0
  }
}
