/**
 * When a wire chokes: until the trade is open, and while its peer is passed over. What WebTorrent wants meanwhile is done
 * afterwards.
 */
import type Wire from 'bittorrent-protocol'
import { aside } from './aside.ts'

/** An echo that did not come in so long will not come; milliseconds. */
const ECHO_MS = 10_000

export class Choking {
  readonly #wire: Wire
  readonly #unchoke: () => void
  #isOpen = false
  #isPassedOver = false
  #wantsUnchoke = false
  /** Until its peer has heard of the choke, what comes was asked before. */
  #heard: Promise<void> | undefined

  /** `choked` is called when a wire that was unchoked has been choked: what is said then comes behind it. */
  constructor(wire: Wire, choked: () => void) {
    this.#wire = wire
    this.#unchoke = wire.unchoke.bind(wire)
    const choke = wire.choke.bind(wire)
    wire.unchoke = () => {
      if (this.#isOpen && !this.#isPassedOver) this.#unchoke()
      else this.#wantsUnchoke = true
    }
    wire.choke = () => {
      this.#wantsUnchoke = false
      if (wire.amChoking) return
      choke()
      choked()
    }
  }

  /** The trade is open, or there is none. */
  open(): void {
    this.#isOpen = true
    if (this.#wantsUnchoke) this.#wire.unchoke()
  }

  /** A peer that `echoes` says its interest anew when it is choked (see `echoChoke`). */
  passOver(echoes: boolean): void {
    if (!this.#wire.amChoking) {
      this.#wire.choke()
      this.#wantsUnchoke = true
      if (echoes) this.#heard = this.#echo()
    }
    this.#isPassedOver = true
  }

  #echo(): Promise<void> {
    return new Promise((resolve) => {
      const timer = aside(setTimeout(resolve, ECHO_MS))
      this.#wire.once('interested', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** Soon, if its peer has not yet heard. */
  async takeUp(): Promise<void> {
    await this.#heard
    if (this.#wire.destroyed) return
    this.#isPassedOver = false
    if (this.#wantsUnchoke) this.#wire.unchoke()
  }
}

/** Calls back once for all chokes up to an unchoke. */
export function onChoked(wire: Wire, choked: () => void): void {
  let isChoked = false
  wire.on('choke', () => {
    if (isChoked) return
    isChoked = true
    choked()
  })
  // The event alone says nothing: it is also given to call a timer of WebTorrent off.
  wire.on('unchoke', () => (isChoked = wire.peerChoking))
}

/**
 * Says to who choked us that we have heard: NOT INTERESTED and INTERESTED (BEP 3). All that we asked of him before is in front of
 * it, so he knows when it is void no more.
 */
export function echoChoke(wire: Wire): void {
  if (!wire.amInterested) return
  wire.uninterested()
  wire.interested()
}
