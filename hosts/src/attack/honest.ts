// An honest peer of the lab: a real WebTorrent client with the plugin, its store and wallet in
// memory. The bed listens to what it reports, and to the bytes that reach it.

import { toHex } from '@floodgate/protocol'
import type { Wallet } from '@floodgate/wallet'
import {
  floodgate,
  type Floodgate,
  type FloodgateEvents,
  type FloodgateOptions
} from '@floodgate/wire'
import type Wire from 'bittorrent-protocol'
import type WebTorrent from 'webtorrent'
import type { Torrent } from 'webtorrent'
import { createClient, destroyClient } from '../client.ts'
import type { Content } from './content.ts'
import { WITHIN_MS, within } from './line.ts'
import { memoryStore } from './store.ts'

/**
 * Eight small pieces over loopback take a tenth of a second, and on a busy machine ten times that.
 */
const COMPLETE_MS = 10_000

export interface HonestOptions extends Omit<FloodgateOptions, 'wallet'> {
  /** Pieces that it has from the first: all, none, or those for which this is true. */
  has?: boolean | ((index: number) => boolean)
  /** What it adds to its client in place of the torrent file, such as a magnet link. */
  add?: string
}

/** What the bed is told of. */
export interface Watch {
  /** A code was said, by us or to us. */
  saw(code: string): void
  /** A block reached `to` over this wire. */
  came(wire: Wire, to: string, index: number, offset: number, block: Uint8Array): void
}

export class Honest {
  readonly name: string
  readonly wallet: Wallet
  readonly client: WebTorrent
  readonly floodgate: Floodgate
  readonly torrent: Torrent
  readonly has: (index: number) => boolean
  readonly #complains: boolean
  #leaving: Promise<void> | undefined

  private constructor(
    name: string,
    wallet: Wallet,
    client: WebTorrent,
    content: Content,
    { has = false, add, ...terms }: HonestOptions,
    watch: Watch
  ) {
    this.name = name
    this.wallet = wallet
    this.client = client
    this.#complains = terms.complainAfterMs !== 0
    this.has = typeof has === 'function' ? has : () => has
    client.on('error', (error) => watch.saw(String(error)))
    this.floodgate = floodgate(client, { wallet, ...terms })
    this.floodgate.on('warning', ({ code }) => watch.saw(code))
    this.floodgate.on('refused', ({ by, code }) => by === 'us' && watch.saw(code))
    this.floodgate.on('blacklisted', ({ code }) => watch.saw(`blacklisted ${code}`))
    this.floodgate.on('verdict', ({ outcome }) => watch.saw(`complaint ${outcome}`))
    this.floodgate.on('notice', ({ answer }) => answer !== '' && watch.saw(`answered ${answer}`))
    const store = memoryStore((index) => (this.has(index) ? content.piece(index) : undefined))
    this.torrent = client.add(add ?? content.torrent, { store })
    this.torrent.on('wire', (wire) => {
      wire.on('piece', (...block) => watch.came(wire, this.uid, ...block))
    })
  }

  /** Resolves when it knows what it has, and listens; with a magnet link only the latter. */
  static async join(
    name: string,
    wallet: Wallet,
    content: Content,
    options: HonestOptions,
    watch: Watch
  ): Promise<Honest> {
    const client = await createClient()
    const honest = new Honest(name, wallet, client, content, options, watch)
    const listening = client.listening || new Promise<void>((go) => client.once('listening', go))
    const { torrent } = honest
    const ready = options.add !== undefined || torrent.ready
    await Promise.all([listening, ready || new Promise<void>((go) => torrent.once('ready', go))])
    return honest
  }

  get uid(): string {
    return toHex(this.wallet.uid)
  }

  get port(): number {
    return this.client.torrentPort
  }

  /** Resolves when it has everything. */
  async done(): Promise<void> {
    const { torrent } = this
    if (torrent.done) return
    await within(new Promise<void>((go) => torrent.once('done', go)), COMPLETE_MS)
    if (!torrent.done) throw new Error(`${this.name} did not get everything`)
  }

  /** The next event of this name. Throws when none comes. */
  async next<E extends keyof FloodgateEvents>(event: E): Promise<FloodgateEvents[E]> {
    let stop: (() => void) | undefined
    const told = new Promise<FloodgateEvents[E]>((go) => (stop = this.floodgate.on(event, go)))
    const detail = await within(told, WITHIN_MS)
    stop!()
    if (detail === undefined) throw new Error(`no ${event} at ${this.name}`)
    return detail
  }

  /**
   * Is all that it is owed before the court, and every case as far as it goes before its purse
   * closes?
   */
  get isHeard(): boolean {
    const { sales, court } = this.wallet
    if (!this.#complains) return true
    const owed = sales.all().reduce((sum, sale) => sum + sale.owed.size, 0)
    const open = court.disputes.open()
    return open.length >= owed && open.every(({ stage }) => stage === 'proved')
  }

  /** Leaves the swarm. */
  leave(): Promise<void> {
    this.#leaving ??= this.floodgate.close().then(() => destroyClient(this.client))
    return this.#leaving
  }

  async close(): Promise<void> {
    await this.leave()
    await this.wallet.close()
  }
}
