// The WebRTC connections of one torrent until they are WebTorrent's: offers that nobody took yet, and which of two
// connections to one peer is kept. What other peers send is read here; who they are their certificates prove
// later, as on every wire.

import type { Torrent } from 'webtorrent'
import {
  answerPeer,
  offerPeer,
  onEnd,
  readDescription,
  type RtcOptions,
  type SessionDescription,
  type SimplePeer
} from './rtc.ts'

/** Stock clients make as many for one announce. */
const OFFERS = 5
/** As stock clients: an offer that nobody took by then reached nobody. */
const OFFER_LIFE_MS = 50_000
/** Connections made or in the making; further offers are left to others. */
const LINKS_MAX = 60

/** As the tracker's messages have it. */
export interface Offer {
  offer: SessionDescription
  offer_id: string
}

/** What is used here of a torrent and its client. */
export interface MeetingTorrent extends Pick<Torrent, 'destroyed' | 'addPeer' | 'removePeer'> {
  readonly client: Pick<Torrent['client'], 'peerId' | 'tracker'>
}

interface Link {
  peer: SimplePeer
  /** Did we offer it? */
  offered: boolean
}

export class Meetings {
  readonly #torrent: MeetingTorrent
  readonly #peerId: string
  readonly #rtc: RtcOptions
  readonly #offers = new Map<string, SimplePeer>()
  /** By peer id, hex, as the next. */
  readonly #links = new Map<string, Link>()
  /** Whose offers are being answered. */
  readonly #answering = new Set<string>()
  #closed = false

  constructor(torrent: MeetingTorrent, patienceMs = 10_000) {
    const { peerId, tracker } = torrent.client
    this.#torrent = torrent
    this.#peerId = peerId
    const config = typeof tracker === 'object' ? tracker.rtcConfig : undefined
    this.#rtc = { config, patienceMs }
  }

  /** As many as were taken or grew old since the last time. */
  async offers(): Promise<Offer[]> {
    const missing = Math.max(0, OFFERS - this.#offers.size)
    const made = await Promise.allSettled(
      Array.from({ length: missing }, () => offerPeer(this.#rtc))
    )
    return made.flatMap((result) =>
      result.status === 'fulfilled' ? [this.#keepOffer(...result.value)] : []
    )
  }

  #keepOffer(peer: SimplePeer, offer: SessionDescription): Offer {
    const offer_id = latin1(crypto.getRandomValues(new Uint8Array(20)))
    this.#offers.set(offer_id, peer)
    const timer = setTimeout(() => {
      if (this.#offers.has(offer_id)) peer.destroy()
    }, OFFER_LIFE_MS)
    onEnd(peer, () => {
      clearTimeout(timer)
      this.#offers.delete(offer_id)
    })
    if (this.#closed) peer.destroy()
    return { offer, offer_id }
  }

  /** Takes up a stranger's offer; its answer, or undefined when we would rather not. */
  async answer(from: string, given: unknown): Promise<SessionDescription | undefined> {
    const offer = readDescription(given, 'offer')
    if (offer === undefined || this.#answering.has(from) || !this.#wants(from, false))
      return undefined
    this.#answering.add(from)
    // An offer that leads nowhere is a stranger's fault or the network's: it is left unanswered, and nobody here need know.
    const made = await answerPeer(this.#rtc, offer).catch(() => undefined)
    this.#answering.delete(from)
    if (made === undefined) return undefined
    const [peer, answer] = made
    // Another connection to this peer may have been made meanwhile, or all be over.
    if (!this.#wants(from, false)) return void peer.destroy()
    this.#meet(from, { peer, offered: false })
    return answer
  }

  /** A stranger's answer to an offer of ours. */
  answered(from: string, offerId: unknown, given: unknown): void {
    const peer = this.#offers.get(String(offerId))
    const answer = readDescription(given, 'answer')
    if (peer === undefined || answer === undefined || peer.destroyed) return
    this.#offers.delete(String(offerId))
    if (!this.#wants(from, true)) return peer.destroy()
    this.#meet(from, { peer, offered: true })
    peer.signal(answer)
  }

  /**
   * Two peers that offer to each other at once would each give up what the other keeps. Both keep the
   * connection that the larger peer id offered.
   */
  #wants(from: string, offered: boolean): boolean {
    if (this.#closed || this.#torrent.destroyed || from === this.#peerId) return false
    const link = this.#links.get(from)
    if (link === undefined) return this.#links.size + this.#answering.size <= LINKS_MAX
    const oursCounts = this.#peerId > from
    return !link.peer.connected && link.offered !== oursCounts && offered === oursCounts
  }

  #meet(from: string, link: Link): void {
    const torrent = this.#torrent
    this.#links.set(from, link)
    link.peer.id = from
    onEnd(link.peer, () => {
      if (this.#links.get(from) === link) this.#links.delete(from)
    })
    torrent.removePeer(from)
    torrent.addPeer(link.peer, 'tracker')
  }

  /** Connections that were made stay. */
  close(): void {
    this.#closed = true
    for (const peer of this.#offers.values()) peer.destroy()
  }
}

/** Twenty bytes as the tracker's JSON has them: one character each. */
export const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** The inverse, in hex; undefined for anything else. */
export function hexOf(id: unknown): string | undefined {
  if (typeof id !== 'string' || !/^[\0-\xff]{20}$/.test(id)) return undefined
  return Array.from(id, (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}
