// Dials whom the provider's signed list names, and dials again when connections break: WebTorrent gives an address up
// after its third break, for good, and who has only one seller, or still owes to one that is done, would wait for the
// next announce.

import type { Torrent } from 'webtorrent'
import { Backoff } from './pace.ts'
import type { Clock } from './trade/terms.ts'

const AGAIN_MIN_MS = 2000
const AGAIN_MAX_MS = 60_000

export interface Address {
  host: string
  port: number
}

/** What is used here of a torrent. */
export interface DialledTorrent extends Pick<Torrent, 'addPeer'> {
  /** Its port is 0 when it listens on none. */
  readonly client: Pick<Torrent['client'], 'torrentPort'>
}

export interface DialingSource {
  /** Where the peers listen that we are connected to: `host port`. */
  connected(): Set<string>
  /** Is there anything that we want of others: pieces, or receipts? */
  needed(): boolean
  /** Who cannot dial, as in browsers, asks the provider to be introduced once more. */
  announce(): void
}

export class Dialing {
  readonly #torrent: DialledTorrent
  readonly #source: DialingSource
  readonly #clock: Clock
  #listed: readonly Address[] = []
  readonly #backoff = new Backoff(AGAIN_MIN_MS, AGAIN_MAX_MS)
  #callOff: (() => void) | undefined
  #closed = false

  constructor(torrent: DialledTorrent, source: DialingSource, clock: Clock) {
    this.#torrent = torrent
    this.#source = source
    this.#clock = clock
  }

  /** The provider's list; the one before is forgotten. */
  listed(peers: readonly Address[]): void {
    this.#listed = peers
    if (this.#torrent.client.torrentPort === 0) return
    this.#dial()
    if (this.#missing().length > 0) this.again()
  }

  #missing(): Address[] {
    const connected = this.#source.connected()
    return this.#listed.filter(({ host, port }) => !connected.has(`${host} ${port}`))
  }

  #dial(): void {
    for (const { host, port } of this.#missing()) {
      this.#torrent.addPeer(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
    }
  }

  /** The connection of somebody who had proved who he is broke: he is tried again soon, whatever others keep us waiting. */
  broke(): void {
    this.#callOff?.()
    this.#callOff = undefined
    this.#backoff.reset()
    this.again()
  }

  /** A connection ended before it was of use, or never came about: tried again after a while, longer each time. */
  again(): void {
    if (this.#callOff !== undefined || this.#closed) return
    this.#callOff = this.#clock.after(this.#backoff.next(), () => {
      this.#callOff = undefined
      if (!this.#source.needed()) return
      // Who cannot listen cannot dial.
      if (this.#torrent.client.torrentPort === 0) return this.#source.announce()
      this.#dial()
      if (this.#missing().length > 0) this.again()
    })
  }

  close(): void {
    this.#closed = true
    this.#callOff?.()
  }
}
