/**
 * When a wire chokes: until the trade is open, and while its peer is passed over. What WebTorrent wants meanwhile is done
 * afterwards.
 */
import type Wire from 'bittorrent-protocol'

export class Choking {
  readonly #wire: Wire
  readonly #unchoke: () => void
  #isOpen = false
  #isPassedOver = false
  #wantsUnchoke = false
  /** Did its peer hear of the choke? Until then what comes was asked before. */
  #isHeard = true

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
      this.#isHeard = !echoes
      if (echoes) this.#wire.once('interested', () => (this.#isHeard = true))
    }
    this.#isPassedOver = true
  }

  /** Soon, if its peer has not yet heard. */
  takeUp(): void {
    if (!this.#isHeard) return void this.#wire.once('interested', () => this.takeUp())
    this.#isPassedOver = false
    if (this.#wantsUnchoke) this.#wire.unchoke()
  }
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
