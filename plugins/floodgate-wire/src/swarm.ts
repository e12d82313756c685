// One paid torrent in a WebTorrent client: finds out what is offered, buys a purse by announcing, and holds
// a conversation on every wire. Documented events of WebTorrent only; what is private stands in engine/.

import {
  FloodgateError,
  decodeOffer,
  equal,
  errorOf,
  fromHex,
  toHex,
  type ErrorCode,
  type Offer
} from '@floodgate/protocol'
import type { AnnounceAnswer, Purse } from '@floodgate/wallet'
import type Wire from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import { Announcer, whenListening } from './announcer.ts'
import { systemClock } from './clock.ts'
import { contentOf, infoOf, leftOf } from './content.ts'
import { Dialing } from './dialing.ts'
import { attachEngine, type TorrentEngine } from './engine/index.ts'
import type { FloodgateTarget } from './events.ts'
import { wtFloodgate, type WireUser } from './extension.ts'
import { Links, type Link } from './links.ts'
import { dropLost } from './lost-purses.ts'
import { measureTorrent } from './measure-torrent.ts'
import type { Measuring } from './measuring.ts'
import { OriginFetch } from './origin/origin.ts'
import { seatOf } from './seat.ts'
import { Shopping, type Asked } from './shopping.ts'
import { Signalling } from './signalling.ts'
import type { SwarmOptions } from './swarm-options.ts'
import { Conversation } from './trade/conversation.ts'
import { Grace } from './trade/grace.ts'
import { Samples } from './trade/samples.ts'
import type { Market } from './trade/terms.ts'

/** A hello and its repeats; everything later is an answer to us. */
const EARLY_MAX = 4

export class Swarm {
  readonly torrent: Torrent
  readonly #options: SwarmOptions
  readonly #events: FloodgateTarget
  readonly #engine: TorrentEngine
  readonly #signalling: Signalling
  readonly #announcer: Announcer
  readonly #dialing: Dialing
  readonly #links = new Links()
  readonly #grace: Grace
  #offer: Offer | undefined
  #market: Market | undefined
  #shopping: Shopping | undefined
  /** Purses that were told about. */
  readonly #told = new Set<string>()
  #leaveCourt: () => void = () => undefined
  #origin: OriginFetch | undefined
  #measuring: Measuring | undefined
  #closed = false

  constructor(torrent: Torrent, options: SwarmOptions, events: FloodgateTarget) {
    this.torrent = torrent
    this.#options = options
    this.#events = events
    this.#engine = attachEngine(torrent, {
      freeBytesPerSecond: options.freeBytesPerSecond,
      uplink: options.uplink,
      selected: () => queueMicrotask(() => this.#shop()),
      refused: () => this.#refuse('bad-field')
    })
    this.#grace = new Grace(systemClock, options.terms.graceMs)
    this.#signalling = new Signalling(torrent)
    this.#announcer = new Announcer(options.wallet, this.#announceSource())
    const needs = {
      connected: () => this.#links.addresses(),
      needed: () => this.#shopping?.isMissing !== false || this.owing,
      announce: () => this.#announcer.now()
    }
    this.#dialing = new Dialing(torrent, needs, systemClock)
    torrent.on('wire', (wire) => this.#onWire(wire))
    torrent.on('ready', () => this.#fenced(() => this.#openMarket()))
    torrent.on('done', () => this.#announcer.now('completed'))
    torrent.once('close', () => void this.close())
    // A magnet's metadata come from peers, so these are asked for first, without a purse.
    if (infoOf(torrent) === undefined) whenListening(torrent, () => this.#announcer.now())
  }

  #announceSource() {
    const { torrent } = this
    // A destroyed torrent forgets its client, and still says goodbye to the tracker.
    const { client } = torrent
    const { port, webrtc, pushed } = this.#options
    return {
      infoHash: fromHex(torrent.infoHash),
      peerId: fromHex(client.peerId),
      port: () => port ?? client.torrentPort,
      ...{ signalling: this.#signalling.carry, webrtc, pushed },
      left: () => leftOf(torrent),
      wanted: (asked: Asked) => this.#shopping?.wish(asked),
      answered: (answer: AnnounceAnswer) => this.#onAnswer(answer),
      failed: (error: FloodgateError) => {
        this.#warn(error)
        // Who is revoked learns why from the court's notices, and from nothing else.
        if (error.code === 'revoked') this.#options.clerk.heard({ notices: 1 })
      }
    }
  }

  readonly #missing = (): Uint8Array => this.#engine.missing()

  /** Other pieces are wanted than before: buys what is not bought. */
  #shop(): void {
    this.#measuring?.look()
    this.#fenced(async () => {
      if ((await this.#shopping?.look()) === true) this.#announcer.now()
    })
  }

  #fenced(task: () => Promise<void>): void {
    task().catch((error: unknown) => this.#failed(error))
  }

  #warn(error: FloodgateError): void {
    this.#events.emit('warning', { infoHash: this.torrent.infoHash, code: error.code, error })
  }

  #onAnswer(answer: AnnounceAnswer): void {
    const { infoHash } = this.torrent
    const { peers, purse, complete, incomplete } = answer
    // Who left measures nothing more; the wallet has the purse all the same.
    if (purse !== undefined && !this.#closed) this.#onPurse(purse)
    this.#events.emit('announced', { infoHash, peers: peers.length, complete, incomplete })
    if (answer.fault !== undefined) this.#warn(answer.fault)
    this.#options.clerk.heard(answer)
    this.#dialing.listed(peers)
  }

  #onPurse(purse: Purse): void {
    const { infoHash } = this.torrent
    if (purse.payees().length === 0) purse.keepOwn((index) => this.torrent.bitfield.get(index))
    for (const link of this.#links.all()) {
      this.#fenced(async () => link.conversation?.purseChanged())
    }
    this.#measuring?.bought(purse)
    const id = toHex(purse.id)
    if (this.#told.has(id)) return // renewed
    this.#told.add(id)
    const { covered: count, price, currency } = purse
    this.#events.emit('purchase', { infoHash, count, price, currency })
    this.#shop() // one purse may not cover all that is wanted
  }

  async #openMarket(): Promise<void> {
    const { torrent } = this
    const { wallet, terms, approve, clerk } = this.#options
    const offer = decodeOffer(wallet.crypto, infoOf(torrent))
    if (!equal(offer.rootKey, wallet.rootKey)) throw new FloodgateError('wrong-provider')
    const content = contentOf(torrent, offer)
    for (const purse of wallet.purses.of(content.infoHash)) purse.settleUncertain(content.has)
    await dropLost(wallet, content.infoHash, (error) => this.#warn(error))
    const shopping = new Shopping(offer, {
      ...{ wallet, content, missing: this.#missing },
      approve: (pieces) => approve(offer, torrent, pieces)
    })
    await shopping.look()
    if (this.#closed) return
    this.#shopping = shopping
    this.#offer = offer
    const { promise } = offer
    if (promise !== undefined) {
      const measured = { torrent, content, wallet, promise, missing: this.#missing }
      this.#measuring = measureTorrent(this.#events, measured)
    }
    this.#market = {
      ...{ wallet, content, terms, clock: systemClock },
      ...{ grace: this.#grace, samples: new Samples(content) },
      selling: new Set(),
      junk: new Map(),
      wakeAll: () => {
        for (const link of this.#links.all()) link.engine.wake()
      },
      emit: (event, detail) => {
        if (event === 'open') queueMicrotask(() => this.#links.dropDuplicates())
        this.#events.emit(event, { ...detail, infoHash: torrent.infoHash } as never)
      },
      accuse: (offence) => clerk.accuse(offence),
      met: (uid) => clerk.met(uid),
      dropAll: (uid) => this.#links.dropAll(uid)
    }
    this.#leaveCourt = clerk.seat(seatOf(this.#market, this.#engine, this.#links))
    this.#announcer.now()
    const needs = { ...this.#market, torrent, engine: this.#engine }
    this.#origin = new OriginFetch(needs, (error) => this.#warn(error))
    for (const link of this.#links.all()) this.#advance(link)
  }

  #failed(error: unknown): void {
    this.#warn(errorOf(error))
  }

  #onWire(wire: Wire): void {
    if (wire.type === 'webSeed') return
    const link: Link = {
      engine: this.#engine.wire(wire),
      ...{ send: undefined, silent: false },
      conversation: undefined,
      early: []
    }
    this.#links.add(wire, link)
    wire.once('close', () => {
      link.conversation?.close()
      this.#links.delete(wire)
      const uid = link.conversation?.uid
      if (uid === undefined) this.#dialing.again()
      else this.#dialing.broke()
      const { infoHash } = this.torrent
      if (uid !== undefined) this.#events.emit('closed', { infoHash, uid: toHex(uid) })
    })
    wire.extendedHandshake['p'] = this.#options.port ?? this.torrent.client.torrentPort
    wire.use(wtFloodgate(() => this.#userOf(link)))
  }

  #userOf(link: Link): WireUser {
    return {
      speaks: (send) => {
        link.send = send
        this.#advance(link)
      },
      silent: () => {
        link.silent = true
        this.#advance(link)
      },
      frame: (frame) => {
        if (link.conversation !== undefined) link.conversation.receive(frame)
        else if (link.early.length < EARLY_MAX) link.early.push(frame)
      },
      failed: (error) => this.#failed(error)
    }
  }

  /** Begins what can be begun on a wire, now that the torrent or the other side is known better. */
  #advance(link: Link): void {
    if (this.#market === undefined || link.conversation !== undefined) return
    if (link.silent) return this.#meetStranger(link)
    if (link.send === undefined) return
    link.conversation = new Conversation(this.#market, link.engine, link.send)
    link.conversation.start()
    for (const frame of link.early.splice(0)) link.conversation.receive(frame)
  }

  /** A peer without the plugin: a free share in an open swarm, a polite refusal in a closed one. */
  #meetStranger(link: Link): void {
    if (this.#offer?.open === true) return link.engine.free()
    this.#refuse('not-floodgate')
    link.engine.drop()
  }

  /** Tells the application that a stranger was turned away. */
  #refuse(code: ErrorCode): void {
    const { infoHash } = this.torrent
    this.#events.emit('refused', { infoHash, uid: '', by: 'us', code, indexes: [] })
  }

  /** Does a seller wait for its money, or we for its receipt: a connected one, or one whose connection broke? */
  get owing(): boolean {
    if (this.#links.owing) return true
    const market = this.#market
    if (market === undefined) return false
    return market.wallet.purses.owes(market.content.infoHash, market.content.has)
  }

  /** Pieces that were asked for, cost something, and are not here yet. */
  get fetching(): number {
    const free = this.#offer?.free ?? 0
    return [...this.#engine.fetching()].filter((index) => index >= free).length
  }

  /** Asks for nothing more: what sellers have begun to send comes yet. */
  finish(): void {
    this.#origin?.close()
    this.#engine.finish()
  }

  /** Stops trading; the torrent itself is left alone. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#leaveCourt()
    this.#origin?.close()
    await this.#measuring?.close()
    for (const link of this.#links.all()) link.conversation?.close()
    this.#engine.stop()
    this.#dialing.close()
    this.#grace.close()
    await this.#announcer.stop()
    this.#signalling.close()
  }
}
