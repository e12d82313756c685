// A peer of the simulation: the real wallet and the real conversation on an engine of sixty lines that moves
// numbered pieces instead of bytes.

import { toHex } from '@floodgate/protocol'
import type { Wallet } from '@floodgate/wallet'
import {
  Conversation,
  DEFAULT_TERMS,
  Grace,
  Samples,
  type Buying,
  type Market,
  type Selling,
  type WireEngine
} from '@floodgate/wire'
import type { Network } from './network.ts'

export const PIECE_LENGTH = 3

export interface Setting {
  infoHash: Uint8Array
  pieceCount: number
  network: Network
  limitMax: number
  /** Free pieces; none by default. */
  free?: number
}

const hashOf = (index: number): Uint8Array => new Uint8Array(20).fill(index % 251)

export class SimPeer {
  readonly name: string
  readonly wallet: Wallet
  readonly store: Set<number>
  readonly market: Market
  readonly links = new Map<SimPeer, SimLink>()
  readonly refused: string[] = []
  /** Pieces bound to some link, so that no piece comes from two. */
  readonly bound = new Set<number>()
  readonly setting: Setting
  /** Longest time that the store takes for a piece. */
  storeMs = 5

  constructor(name: string, wallet: Wallet, setting: Setting, seeder: boolean) {
    this.name = name
    this.wallet = wallet
    this.setting = setting
    const { pieceCount, infoHash, network, limitMax } = setting
    this.store = new Set(seeder ? Array.from({ length: pieceCount }, (_, i) => i) : [])
    this.market = {
      wallet,
      content: {
        infoHash,
        pieceCount,
        pieceLength: () => PIECE_LENGTH,
        pieceHash: hashOf,
        has: (index) => this.store.has(index),
        free: setting.free ?? 0,
        price: 2n,
        currency: 'EUR'
      },
      samples: new Samples({ free: setting.free ?? 0, pieceLength: () => PIECE_LENGTH }),
      terms: { ...DEFAULT_TERMS, limitMax, paymentTimeoutMs: 1e9 },
      clock: network.clock,
      grace: new Grace(network.clock, DEFAULT_TERMS.graceMs),
      selling: new Set(),
      junk: new Map(),
      accuse: () => {
        throw new Error('nobody cheats here')
      },
      met: () => undefined,
      dropAll: () => {
        throw new Error('nobody cheats here')
      },
      wakeAll: () => {
        for (const link of this.links.values()) link.wake()
      },
      emit: (event, detail) => {
        if (event === 'refused') this.refused.push((detail as { code: string }).code)
      }
    }
  }

  get uid(): string {
    return toHex(this.wallet.uid)
  }
}

/** One end of a connection. */
export class SimLink implements WireEngine {
  readonly isChoking = false
  readonly peer: SimPeer
  readonly other: SimPeer
  readonly conversation: Conversation
  #buying: Buying | undefined
  #selling: Selling | undefined
  readonly #wanted = new Set<number>()
  readonly #bound = new Set<number>()
  #far: SimLink | undefined
  #picking = false
  closed = false

  constructor(peer: SimPeer, other: SimPeer) {
    this.peer = peer
    this.other = other
    this.conversation = new Conversation(peer.market, this, (frame) => {
      const far = this.#far!
      peer.setting.network.send(() => {
        if (!far.closed && !this.closed) far.conversation.receive(frame.slice())
      })
    })
  }

  static connect(a: SimPeer, b: SimPeer): void {
    const near = new SimLink(a, b)
    const far = new SimLink(b, a)
    near.#far = far
    far.#far = near
    a.links.set(b, near)
    b.links.set(a, far)
    near.conversation.start()
    far.conversation.start()
  }

  open(buying: Buying, selling: Selling): void {
    this.#buying = buying
    this.#selling = selling
    this.wake()
  }

  wake(): void {
    if (!this.closed) this.peer.setting.network.clock.after(0, () => void this.#pick())
  }

  async #pick(): Promise<void> {
    const buying = this.#buying
    if (buying === undefined || this.#picking || this.closed) return
    this.#picking = true
    const { peer, other } = this
    while (buying.room() > 0) {
      const able = [...other.store].filter(
        (index) => !peer.store.has(index) && !peer.bound.has(index) && buying.mayBuy(index)
      )
      const index = able[Math.floor(peer.setting.network.random() * able.length)]
      if (index === undefined) break
      peer.bound.add(index)
      this.#bound.add(index)
      if (await buying.bind([index])) this.#ask(index)
      else this.#release(index, 'refused')
    }
    this.#picking = false
  }

  #ask(index: number): void {
    const { network } = this.peer.setting
    network.send(() => this.#far!.#serve(index), true)
    network.clock.after(60_000, () => {
      if (this.#bound.has(index)) this.#release(index, 'timeout')
    })
  }

  #release(index: number, why: 'timeout' | 'refused' | 'close'): void {
    this.#bound.delete(index)
    this.peer.bound.delete(index)
    this.#buying?.released(index, why)
  }

  #serve(index: number): void {
    if (this.closed) return
    this.#wanted.add(index)
    const admission = this.#selling?.admission(index, PIECE_LENGTH)
    if (admission === 'admitted') this.admit(index)
    if (admission === 'free') this.#send(index)
  }

  admit(index: number): void {
    if (!this.#wanted.delete(index)) return
    for (let i = 0; i < PIECE_LENGTH; i++) this.#selling!.sent(index, 1)
    this.#send(index)
  }

  #send(index: number): void {
    this.peer.setting.network.send(() => this.#far!.#arrive(index), true)
  }

  #arrive(index: number): void {
    if (!this.#bound.delete(index) || this.closed) return
    const stored = new Promise<void>((resolve) => {
      const { network } = this.peer.setting
      network.clock.after(network.random() * this.peer.storeMs, () => {
        this.peer.store.add(index)
        this.peer.bound.delete(index)
        for (const link of this.peer.links.values()) link.#far?.wake()
        resolve()
      })
    })
    this.#buying!.got(index, stored)
    this.wake()
  }

  refuse(index: number): void {
    this.#wanted.delete(index)
    this.peer.setting.network.send(() => {
      const far = this.#far!
      if (far.#bound.has(index)) far.#release(index, 'refused')
    }, true)
  }

  drop(): () => void {
    this.close()
    this.#far?.close()
    return () => undefined
  }

  free(): void {
    throw new Error('no strangers here')
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.conversation.close()
    for (const index of this.#bound) this.#release(index, 'close')
    if (this.peer.links.get(this.other) === this) this.peer.links.delete(this.other)
  }
}
