// The connections of one torrent: who is on the other side of each, and which of them end.

import { equal, toHex } from '@floodgate/protocol'
import type Wire from 'bittorrent-protocol'
import type { WireEngine } from './engine/index.ts'
import type { Conversation } from './trade/conversation.ts'

export interface Link {
  engine: WireEngine
  /** Sends a frame, once the other side is known to speak Floodgate. */
  send: ((frame: Uint8Array) => void) | undefined
  silent: boolean
  conversation: Conversation | undefined
  /** Frames that came before the torrent was ready. */
  early: Uint8Array[]
}

export class Links {
  readonly #links = new Map<Wire, Link>()

  add(wire: Wire, link: Link): void {
    this.#links.set(wire, link)
  }

  delete(wire: Wire): void {
    this.#links.delete(wire)
  }

  all(): Link[] {
    return [...this.#links.values()]
  }

  /** Where the peers that we are connected to listen, as far as they said (BEP 10, `p`). */
  addresses(): Set<string> {
    const hosts = [...this.#links.keys()].map((wire) => {
      const host = wire.remoteAddress?.replace(/^::ffff:/, '')
      return `${host} ${Number(wire.peerExtendedHandshake?.['p'] ?? wire.remotePort)}`
    })
    return new Set(hosts)
  }

  /** Uids of the other sides, as far as they proved them; each once. */
  uids(): Uint8Array[] {
    const uids = this.all().flatMap(({ conversation }) => conversation?.uid ?? [])
    return uids.filter((uid, i) => uids.findIndex((other) => equal(other, uid)) === i)
  }

  /** Ends every connection with this uid for good. */
  dropAll(uid: Uint8Array): void {
    for (const { conversation, engine } of this.all()) {
      if (conversation?.uid === undefined || !equal(conversation.uid, uid)) continue
      conversation.close()
      engine.drop()
    }
  }

  /** Ends the connections with whom the list names, and says with whom and why. */
  dropWhere(list: { has(uid: Uint8Array): { reason: string } | undefined }) {
    return this.uids().flatMap((uid) => {
      const reason = list.has(uid)?.reason
      if (reason !== undefined) this.dropAll(uid)
      return reason === undefined ? [] : [{ uid, reason }]
    })
  }

  /**
   * Two peers that dial each other at once have two connections. Both sides keep the one whose session id is
   * smaller; the other address may be dialled again once that one is gone.
   */
  dropDuplicates(): void {
    const kept = new Map<string, Wire>()
    const open = [...this.#links].filter(([, link]) => link.conversation?.uid !== undefined)
    open.sort(([, a], [, b]) => (a.conversation!.sessionId! < b.conversation!.sessionId! ? -1 : 1))
    for (const [wire, { conversation, engine }] of open) {
      const peer = `${toHex(conversation!.uid!)} ${wire.peerId ?? ''}`
      const first = kept.get(peer)
      if (first === undefined) kept.set(peer, wire)
      else first.once('close', engine.drop())
    }
  }

  /** Is a seller that we are connected to still waiting for its money or for us to see its receipt? */
  get owing(): boolean {
    return this.all().some(({ conversation }) => conversation?.owing === true)
  }
}
