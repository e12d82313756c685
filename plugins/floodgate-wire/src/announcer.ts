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
import { systemClock } from './clock.ts'
import { Backoff } from './pace.ts'
import type { Asked, Wish } from './shopping.ts'
import type { Clock } from './trade/terms.ts'

const RETRY_MIN_MS = 2000
const RETRY_MAX_MS = 60_000
/** Money may come at any minute: all is asked for again after so long, later and later, a minute at most. */
const MONEY_MIN_MS = 4000
const MONEY_MAX_MS = 60_000
/** A timer may fire a little early. */
const TIMER_SLACK_MS = 50

/** What is asked for after a refusal, and for so many announces at least; then for all again. */
interface Less {
  asked: Asked
  announces: number
}

/**
 * Refusals that stand for a while: what is here can be sold, and what is bought fetched. Later certificates of what is owned
 * are to be had without money and after a withdrawal; who pays none renews none.
 */
const AFTER: Partial<Record<ErrorCode, Less>> = {
  'not-pushed': { asked: 'nothing', announces: 20 },
  withdrawn: { asked: 'owned', announces: 20 },
  'insufficient-funds': { asked: 'owned', announces: 0 }
}

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
  readonly #clock: Clock
  #callOff: (() => void) | undefined
  readonly #backoff = new Backoff(RETRY_MIN_MS, RETRY_MAX_MS)
  #running: Promise<void> | undefined
  #again = false
  #stopped = false
  #event = 'started'
  #asked: Asked = 'all'
  /** So many announces, or until then by the clock, ask for less than all. */
  #modest = 0
  #modestUntil = 0
  readonly #patience = new Backoff(MONEY_MIN_MS, MONEY_MAX_MS)
  #toldWithdrawn = false

  constructor(wallet: Wallet, source: AnnounceSource, clock: Clock = systemClock) {
    this.#wallet = wallet
    this.#source = source
    this.#clock = clock
  }

  /** Announces now, or once more after the announce under way. */
  now(event = ''): void {
    if (this.#stopped) return
    if (event !== '') this.#event = event
    if (this.#running !== undefined) {
      this.#again = true
      return
    }
    this.#callOff?.()
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
        this.#later(this.#untilNext(answer.intervalSeconds * 1000))
        this.#source.answered(answer)
      }
      if (this.#event === event) this.#event = ''
      this.#backoff.reset()
      if (this.#asked === 'all') this.#patience.reset()
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
      this.#asked = this.#asked === less.asked ? 'nothing' : less.asked
      this.#modest = less.announces
      const waitsForMoney = error.code === 'insufficient-funds'
      this.#modestUntil = waitsForMoney ? this.#clock.now() + this.#patience.next() : 0
    }
    if (error.code === 'withdrawn' && this.#toldWithdrawn) return
    this.#toldWithdrawn ||= error.code === 'withdrawn'
    this.#source.failed(error)
  }

  /** All that is wanted; after a refusal less for a while, and then all again: it may be for sale again. */
  #wish(): Wish | undefined {
    if (this.#modest > 0) this.#modest--
    else if (this.#clock.now() >= this.#modestUntil - TIMER_SLACK_MS) this.#asked = 'all'
    return this.#source.wanted(this.#asked)
  }

  /** As the tracker says; sooner when all is to be asked for again before. */
  #untilNext(intervalMs: number): number {
    const restMs = this.#modestUntil - this.#clock.now()
    return restMs > 0 ? Math.min(intervalMs, restMs) : intervalMs
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
    this.#callOff?.()
    this.#callOff = this.#clock.after(delayMs, () => this.now())
  }

  /** Says `stopped` once, and no more. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#callOff?.()
    await this.#running
    for (const carry of this.#carriers()) {
      // Best effort: the tracker forgets us by itself.
      await this.#send('stopped', carry).catch((error: unknown) => void error)
    }
  }
}
