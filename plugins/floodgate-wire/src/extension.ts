// The BEP 10 extension `lt_floodgate` on a bare bittorrent-protocol wire. It knows nothing of trade: it
// tells whether the other side speaks Floodgate, and carries frames. Everything a stranger can trigger is
// fenced: an exception here would end the host's process.

import type Wire from 'bittorrent-protocol'
import type { Extension, ExtensionClass } from 'bittorrent-protocol'

/** Name of the extension in the BEP 10 handshake. */
export const EXTENSION_NAME = 'lt_floodgate'
/** A peer that sent no extended handshake for this long does not speak Floodgate. */
const SILENCE_MS = 10_000

/** What becomes of a wire: one of `speaks` and `silent` is called once, `frame` for each frame received. */
export interface WireUser {
  /** The other side speaks Floodgate: frames may be sent. */
  speaks(send: (frame: Uint8Array) => void): void
  /** It does not. */
  silent(): void
  frame(frame: Uint8Array): void
  /** Our own fault in one of the above, for the application's log. */
  failed(error: unknown): void
}

/** The extension for `wire.use()`, for whoever `user` makes of each wire. */
export function wtFloodgate(user: (wire: Wire) => WireUser): ExtensionClass {
  return class LtFloodgate implements Extension {
    readonly #wire: Wire
    readonly #user: WireUser
    readonly #timer: ReturnType<typeof setTimeout>
    #decided = false

    constructor(wire: Wire) {
      this.#wire = wire
      this.#user = user(wire)
      this.#timer = setTimeout(() => this.#decide(false), SILENCE_MS)
      wire.once('close', () => clearTimeout(this.#timer))
      wire.on('extended', (name) => {
        if (name === 'handshake') this.#read()
      })
      // Attached late to an incoming wire, the extended handshake may have been read already.
      queueMicrotask(() => {
        if (Object.keys(wire.peerExtendedMapping).length > 0) this.#read()
      })
    }

    get name(): string {
      return EXTENSION_NAME
    }

    onHandshake(_infoHash: string, _peerId: string, extensions: Record<string, boolean>): void {
      if (!extensions['extended']) this.#decide(false)
    }

    /** The extended handshake is here: it names the extensions of the other side, or not ours. */
    #read(): void {
      this.#decide(EXTENSION_NAME in this.#wire.peerExtendedMapping)
    }

    onMessage(bytes: Uint8Array): void {
      this.#fenced(() => {
        this.#decide(true)
        // The host reuses and mixes buffers: ours outlive the call.
        this.#user.frame(new Uint8Array(bytes))
      })
    }

    /** Said once; a repeated handshake with other content changes nothing. */
    #decide(speaks: boolean): void {
      if (this.#decided) return
      this.#decided = true
      clearTimeout(this.#timer)
      this.#fenced(() => {
        if (speaks) this.#user.speaks((frame) => this.#send(frame))
        else this.#user.silent()
      })
    }

    #send(frame: Uint8Array): void {
      if (!this.#wire.destroyed) this.#wire.extended(EXTENSION_NAME, frame)
    }

    #fenced(action: () => void): void {
      try {
        action()
      } catch (error) {
        this.#user.failed(error)
      }
    }
  }
}
