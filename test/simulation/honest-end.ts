// An honest peer's side of a connection: the real conversation, on an engine that moves whole pieces.

import { equal } from '@floodgate/protocol'
import { Conversation, type Buying, type Selling, type WireEngine } from '@floodgate/wire'
import { PIECE_LENGTH } from './film.ts'
import type { Honest, Process } from './honest.ts'
import type { End, Line } from './line.ts'

/** A piece that does not come is given back after so long; the real engine's is 15 s without progress. */
const PIECE_TIMEOUT_MS = 20_000
/** Half a piece is on its way for as long, at most. */
const HALF_MS = 60

export class HonestEnd implements End, WireEngine {
  readonly isChoking = false
  readonly #peer: Honest
  readonly #process: Process
  readonly #to: string
  readonly conversation: Conversation
  line: Line | undefined
  #buying: Buying | undefined
  #selling: Selling | undefined
  /** Pieces the other side wants, until they are sent. */
  readonly #wants = new Set<number>()
  readonly #bound = new Set<number>()
  #isPicking = false
  #isGone = false

  /** `to`: the uid (hex) of who was dialled. */
  constructor(peer: Honest, process: Process, to: string) {
    this.#peer = peer
    this.#process = process
    this.#to = to
    this.conversation = new Conversation(process.market, this, (frame) => {
      const copy = frame.slice()
      this.line?.carry(this, (far) => far.frame(copy))
    })
  }

  start(): void {
    this.#process.ends.add(this)
    this.conversation.start()
  }

  isTo({ uid }: Honest): boolean {
    return this.#to === uid
  }

  step(action: () => void): void {
    this.#peer.step(this.#process.life, action)
  }

  /** Is this account on the other side? */
  isWith(uid: Uint8Array): boolean {
    const other = this.conversation.uid
    return other !== undefined && equal(other, uid)
  }

  /** Can this side still do anything? */
  get #isOpen(): boolean {
    return !this.#isGone && this.#process.life.alive && this.line?.isOpen === true
  }

  // — from the other side —

  has(index: number): boolean {
    return this.#peer.disk.pieces.has(index)
  }

  frame(bytes: Uint8Array): void {
    if (this.#isOpen) this.conversation.receive(bytes)
  }

  wanted(index: number): void {
    if (!this.#isOpen) return
    // The signed request may still be on its way, as messages here overtake each other.
    this.#wants.add(index)
    if (this.#selling?.admission(index, PIECE_LENGTH) === 'admitted') this.admit(index)
  }

  piece(index: number, bytes: Uint8Array): void {
    if (!this.#isOpen || !this.#bound.delete(index)) return
    const { film } = this.#peer.world
    if (!equal(bytes, film.bytes[index] ?? new Uint8Array())) {
      this.#process.bound.delete(index)
      this.#buying?.junk(index)
      return this.wake()
    }
    this.#peer.world.truth.arrived(this.#peer, this.conversation.uid, index)
    const stored = this.#peer.disk.put(this.#peer, this.#process.life, index, bytes)
    void stored.then(() => {
      this.#process.bound.delete(index)
      this.#peer.world.came()
    })
    this.#buying?.got(index, stored)
    this.wake()
  }

  refused(index: number): void {
    if (this.#bound.has(index)) this.#release(index, 'refused')
  }

  gone(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#process.ends.delete(this)
    if (!this.#process.life.alive) return
    this.conversation.close()
    for (const index of [...this.#bound]) this.#release(index, 'close')
    this.#process.wakeAll()
  }

  // — from the conversation —

  open(buying: Buying, selling: Selling): void {
    this.#buying = buying
    this.#selling = selling
    this.wake()
  }

  wake(): void {
    this.#process.after(0, () => void this.#pick())
  }

  async #pick(): Promise<void> {
    const buying = this.#buying
    if (buying === undefined || this.#isPicking || !this.#isOpen) return
    this.#isPicking = true
    while (this.#isOpen && buying.room() > 0) {
      const { bound } = this.#process
      const far = this.line!.farOf(this)
      const able = this.#peer
        .missing()
        .filter((index) => far.has(index) && !bound.has(index) && buying.mayBuy(index))
      if (able.length === 0) break
      const index = this.#peer.world.network.chance.pick(able)
      bound.add(index)
      this.#bound.add(index)
      if (await buying.bind([index])) this.#ask(index)
      else this.#release(index, 'refused')
    }
    this.#isPicking = false
  }

  #ask(index: number): void {
    this.line!.carry(this, (far) => far.wanted(index), true)
    this.#process.after(PIECE_TIMEOUT_MS, () => {
      if (this.#bound.has(index)) this.#release(index, 'timeout')
    })
  }

  #release(index: number, why: 'timeout' | 'refused' | 'close'): void {
    this.#bound.delete(index)
    this.#process.bound.delete(index)
    this.#buying?.released(index, why)
  }

  admit(index: number): void {
    if (!this.#wants.delete(index)) return
    const bytes = this.#peer.disk.pieces.get(index)!
    const { chance } = this.#peer.world.network
    this.#process.after(chance.between(0, HALF_MS), () => {
      if (!this.#isOpen) return
      this.#peer.world.truth.began(this.#peer, this.conversation.uid, index)
      this.#selling!.sent(index, PIECE_LENGTH / 2)
      this.#process.after(chance.between(0, HALF_MS), () => {
        if (!this.#isOpen) return
        this.#selling!.sent(index, PIECE_LENGTH / 2)
        this.line!.carry(this, (far) => far.piece(index, bytes), true)
      })
    })
  }

  refuse(index: number): void {
    if (this.#wants.delete(index)) this.#turnDown(index)
  }

  #turnDown(index: number): void {
    this.line?.carry(this, (far) => far.refused(index), true)
  }

  drop(): () => void {
    this.line?.cut()
    return () => undefined
  }

  free(): void {
    throw new Error('the swarm is closed')
  }
}
