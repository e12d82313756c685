// Announces one torrent to the provider: signed, over HTTP or a websocket of our own, so that the event can
// be signed and the peers come inside the provider's signed list (F9, F10, F26, F27). An announce that wants a
// purse buys it; announced again it is the same purse (I7: one message to the provider per purchase).

import { errorOf, type ErrorCode, type FloodgateError } from '@floodgate/protocol'
import {
  announce,
  overHttp,
  type AnnounceAnswer,
  type Carrier,
  type Wallet
} from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import { Backoff } from './pace.ts'
import type { Asked, Wish } from './shopping.ts'

const RETRY_MIN_MS = 2000
const RETRY_MAX_MS = 60_000
/** So many announces ask for less after a refusal that stands: what is here can be sold, and what is bought fetched. */
const MODEST_ANNOUNCES = 20
/** What they ask for. A purse that was sold is renewed after a withdrawal too; who pays none renews none. */
const AFTER: Partial<Record<ErrorCode, Asked>> = { 'not-pushed': 'nothing', withdrawn: 'owned' }

/** The port that others are to connect to is known once the client listens. */
export function whenListening({ client }: Torrent, action: () => void): void {
  if (client.listening) action()
  else client.once('listening', action)
}

export interface AnnounceSource {
  infoHash: Uint8Array
  /** 20 bytes. */
  peerId: Uint8Array
  /** 0 when we listen on none, as browsers do. */
  port(): number
  /** The way to be known to browsers. */
  signalling: Carrier
  /** Be known to browsers too; who has no port is in any case. */
  webrtc: boolean
  /** Bytes still missing. */
  left(): number
  /** Does the provider pay what we buy? */
  pushed: boolean
  /** What to buy now, or undefined: no purse needed. */
  wanted(asked: Asked): Wish | undefined
  answered(answer: AnnounceAnswer): void
  /** Of a withdrawal it hears once, however often we ask whether it still stands. */
  failed(error: FloodgateError): void
}

export class Announcer {
  readonly #wallet: Wallet
  readonly #source: AnnounceSource
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #backoff = new Backoff(RETRY_MIN_MS, RETRY_MAX_MS)
  #running: Promise<void> | undefined
  #again = false
  #stopped = false
  #event = 'started'
  #asked: Asked = 'all'
  /** Announces that still are to ask for less than all. */
  #modest = 0
  #toldWithdrawn = false

  constructor(wallet: Wallet, source: AnnounceSource) {
    this.#wallet = wallet
    this.#source = source
  }

  /** Announces now, or once more after the announce under way. */
  now(event = ''): void {
    if (this.#stopped) return
    if (event !== '') this.#event = event
    if (this.#running !== undefined) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#running = this.#announce().finally(() => {
      this.#running = undefined
      if (!this.#again) return
      this.#again = false
      this.now()
    })
  }

  async #announce(): Promise<void> {
    const event = this.#event
    try {
      for (const carry of this.#carriers()) {
        const answer = await this.#send(event, carry)
        if (this.#stopped) return
        this.#later(answer.intervalSeconds * 1000)
        this.#source.answered(answer)
      }
      if (this.#event === event) this.#event = ''
      this.#backoff.reset()
    } catch (error) {
      if (this.#stopped) return
      this.#later(this.#backoff.next())
      this.#failed(errorOf(error))
    }
  }

  #failed(error: FloodgateError): void {
    const less = AFTER[error.code]
    if (less !== undefined) {
      // Not even what we take for ours: then there are peers.
      this.#asked = this.#asked === less ? 'nothing' : less
      this.#modest = MODEST_ANNOUNCES
    }
    if (error.code === 'withdrawn' && this.#toldWithdrawn) return
    this.#toldWithdrawn ||= error.code === 'withdrawn'
    this.#source.failed(error)
  }

  /** All that is wanted; after a refusal less for a while, and then all again: it may be for sale again. */
  #wish(): Wish | undefined {
    if (this.#modest > 0) this.#modest--
    else this.#asked = 'all'
    return this.#source.wanted(this.#asked)
  }

  /** Over HTTP whoever dials ports learns of ours, over the websocket whoever speaks WebRTC. */
  #carriers(): Carrier[] {
    const { port, signalling, webrtc } = this.#source
    const listens = port() > 0
    return [...(listens ? [overHttp] : []), ...(webrtc || !listens ? [signalling] : [])]
  }

  #send(event: string, carry: Carrier): Promise<AnnounceAnswer> {
    const { infoHash, peerId, port, left, pushed } = this.#source
    const wish = this.#wish()
    const options = {
      infoHash,
      peerId,
      port: port(),
      left: left(),
      event,
      want: wish !== undefined,
      pushed,
      ...(wish && { pieces: wish.pieces }),
      price: wish?.offer.price ?? 0n,
      currency: wish?.offer.currency ?? ''
    }
    return announce(this.#wallet, options, carry)
  }

  #later(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.now(), delayMs)
  }

  /** Says `stopped` once, and no more. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
    for (const carry of this.#carriers()) {
      // Best effort: the tracker forgets us by itself.
      await this.#send('stopped', carry).catch((error: unknown) => void error)
    }
  }
}
