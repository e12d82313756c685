// Installs Floodgate into a WebTorrent client: every torrent that this wallet's provider sells is traded;
// all others are left exactly as they were.

import { FloodgateError, decodeOffer, equal, errorOf } from '@floodgate/protocol'
import type { Wallet } from '@floodgate/wallet'
import type WebTorrent from 'webtorrent'
import type { Torrent } from 'webtorrent'
import { Clerk } from './clerk.ts'
import { systemClock } from './clock.ts'
import { infoOf } from './content.ts'
import { Uplink } from './engine/index.ts'
import { FloodgateTarget, type FloodgateEvents } from './events.ts'
import type { Approve } from './shopping.ts'
import { Swarm } from './swarm.ts'
import { DEFAULT_TERMS, type Terms } from './trade/terms.ts'

export interface FloodgateOptions extends Partial<Terms> {
  /** The person's wallet, registered with the provider. */
  wallet: Wallet
  /** The provider's base URL, if it is to be checked against the wallet's. */
  provider?: string
  /** The port on which others reach this client, where a router maps it to ours. Default: the client's own. */
  port?: number
  /** What peers without Floodgate get of an open swarm, all together. Default 1 MiB/s. */
  freeBytesPerSecond?: number
  /**
   * Trade with browsers too, over WebRTC; the provider's tracker must offer websockets. Default false. In a
   * browser it is the only way, and always on.
   */
  webrtc?: boolean
  /**
   * Asked before pieces are bought, with how many: first for those that are selected when the torrent is ready, and again
   * when more are selected. By default every paid torrent added to the client is bought.
   */
  approve?: Approve
  /**
   * Send in turns: no more than the line carries in a moment, first to who came least far for his time, and choke who would
   * wait. For swarms on slow lines; on fast ones there is nothing to gain. Experimental. Default false.
   */
  turns?: boolean
  /**
   * Every purse of this client is paid by the provider, and what it does not pay is not bought: for contents that it pushes
   * before their release (F77). Default false.
   */
  pushed?: boolean
}

/** Trackers that a torrent names; WebTorrent documents it as `torrent.announce`. */
type Announced = Torrent & { announce: string[] }

export class Floodgate extends FloodgateTarget {
  readonly wallet: Wallet
  readonly #swarms = new Map<Torrent, Swarm>()
  readonly #options: FloodgateOptions
  readonly #terms: Terms
  readonly #clerk: Clerk
  readonly #uplink: Uplink
  readonly #uninstall: () => void

  constructor(client: WebTorrent, options: FloodgateOptions) {
    super()
    this.wallet = options.wallet
    this.#options = options
    this.#uplink = new Uplink(options.turns ?? false)
    this.#terms = checkTerms(options)
    this.#clerk = new Clerk(this.wallet, this.#terms, systemClock, this)
    const onAdd = (torrent: Torrent): void => {
      torrent.once('infoHash', () => this.#consider(torrent))
    }
    client.on('add', onAdd)
    this.#uninstall = () => client.removeListener('add', onAdd)
  }

  #consider(torrent: Torrent): void {
    try {
      if (!this.#isOurs(torrent)) return
      const { announce } = torrent as Announced
      // We announce ourselves, signed; WebTorrent's own announces would only be refused.
      ;(torrent as Announced).announce = announce.filter((url) => !this.#isProvider(url))
      const swarm = new Swarm(
        torrent,
        {
          wallet: this.wallet,
          terms: this.#terms,
          clerk: this.#clerk,
          freeBytesPerSecond: this.#options.freeBytesPerSecond,
          uplink: this.#uplink,
          port: this.#options.port,
          webrtc: this.#options.webrtc ?? false,
          approve: this.#options.approve ?? (() => true),
          pushed: this.#options.pushed ?? false
        },
        this
      )
      this.#swarms.set(torrent, swarm)
      torrent.once('close', () => this.#swarms.delete(torrent))
    } catch (error) {
      const shown = errorOf(error)
      this.emit('warning', { infoHash: torrent.infoHash, code: shown.code, error: shown })
    }
  }

  #isProvider(url: string): boolean {
    const http = url.replace(/^ws/, 'http')
    return http === this.wallet.api || http.startsWith(`${this.wallet.api}/`)
  }

  /** By its offer, or for a magnet by its tracker: its offer comes with the metadata. */
  #isOurs(torrent: Torrent): boolean {
    const info = infoOf(torrent)
    if (info === undefined)
      return (torrent as Announced).announce.some((url) => this.#isProvider(url))
    if (info['floodgate'] === undefined) return false
    return equal(decodeOffer(this.wallet.crypto, info).rootKey, this.wallet.rootKey)
  }

  /**
   * What all paid torrents of this client send from now on, in bytes per second; Infinity is no limit. In turns, where
   * WebTorrent's own throttle shares evenly among all that lies ready to be sent. Throws `bad-option` without `turns`.
   */
  setUploadRate(bytesPerSecond: number): void {
    if (!(bytesPerSecond >= 0) || !this.#uplink.inTurns)
      throw new FloodgateError('bad-option', 'bytesPerSecond')
    this.#uplink.setRate(bytesPerSecond)
  }

  /**
   * Resolves when every seller has its money and said so; call it before leaving a swarm. It gives up after `timeoutMs`,
   * true or false saying which: what is unpaid then, as to a seller that went away, is paid when we meet again.
   */
  async settled(timeoutMs = 10_000): Promise<boolean> {
    const isSettled = (): boolean => ![...this.#swarms.values()].some((swarm) => swarm.owing)
    return this.#until(isSettled, ['receipted', 'closed'], timeoutMs)
  }

  /** Pieces that were asked for, cost something, and are not here yet. */
  get fetching(): number {
    return [...this.#swarms.values()].reduce((sum, swarm) => sum + swarm.fetching, 0)
  }

  /**
   * Asks for nothing more from now on, and resolves when what sellers had begun to send is here: what they sent and were not paid,
   * they take to the court. Call it before `settled` when leaving in the middle. False: it gave up after `timeoutMs`.
   */
  async finish(timeoutMs = 5000): Promise<boolean> {
    for (const swarm of this.#swarms.values()) swarm.finish()
    return this.#until(() => this.fetching === 0, ['paid', 'statement', 'closed'], timeoutMs)
  }

  /** Resolves with true when `isSo`, which one of these events brings about, or with false after `timeoutMs`. */
  async #until(
    isSo: () => boolean,
    events: (keyof FloodgateEvents)[],
    timeoutMs: number
  ): Promise<boolean> {
    if (isSo()) return true
    return new Promise((resolve) => {
      const end = (result: boolean): void => {
        clearTimeout(timer)
        for (const stop of stops) stop()
        resolve(result)
      }
      const timer = setTimeout(() => end(false), timeoutMs)
      const look = (): void => {
        if (isSo()) end(true)
      }
      const stops = events.map((event) => this.on(event, look))
    })
  }

  /** Ends all trading of this client. Tokens earned stay in the wallet. */
  async close(): Promise<void> {
    this.#uninstall()
    await Promise.all([...this.#swarms.values()].map((swarm) => swarm.close()))
    await this.#clerk.close()
    this.#swarms.clear()
  }
}

/** What 0 turns off. */
const MAY_BE_NEVER: ReadonlySet<keyof Terms> = new Set(['complainAfterMs', 'originAfterMs'])

function checkTerms(options: FloodgateOptions): Terms {
  const terms = { ...DEFAULT_TERMS }
  for (const name of Object.keys(terms) as (keyof Terms)[]) {
    const value = options[name]
    if (value === undefined) continue
    const isNever = MAY_BE_NEVER.has(name) && value === 0
    if (!Number.isFinite(value) || (value <= 0 && !isNever))
      throw new FloodgateError('bad-option', name)
    terms[name] = value
  }
  if (!Number.isInteger(terms.limitMax) || terms.limitMax > 32) {
    throw new FloodgateError('bad-option', 'limitMax is 1 to 32')
  }
  const { provider, wallet, port = 1 } = options
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new FloodgateError('bad-option', 'port')
  if (provider !== undefined && provider.replace(/\/+$/, '') !== wallet.api) {
    throw new FloodgateError('wrong-provider', provider)
  }
  if (!wallet.registered)
    throw new FloodgateError('unknown-account', 'the wallet is not registered')
  return terms
}

/** Installs Floodgate into `client`. Throws `bad-option`, `wrong-provider` or `unknown-account`. */
export function floodgate(client: WebTorrent, options: FloodgateOptions): Floodgate {
  return new Floodgate(client, options)
}
