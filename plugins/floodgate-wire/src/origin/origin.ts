// Fetches pieces from the provider's web origin while no peer gives any (F75, F78): after a time without a piece it takes
// some by HTTP, a few at a time, until peers give again. Pieces go through the engine, which checks their hashes; what must
// be paid is paid as the wallet says. State is level-triggered: what was paid and is not here is fetched, after a crash too.

import { FloodgateError, PROVIDER_UID, codeOf, errorOf, toHex } from '@floodgate/protocol'
import {
  freeUrl,
  originStanding,
  paidToOrigin,
  payOrigin,
  reserveToOrigin,
  type Purse,
  type Wallet
} from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import { systemClock } from '../clock.ts'
import type { TorrentEngine } from '../engine/index.ts'
import { Backoff } from '../pace.ts'
import type { Clock, Content, Market, Terms } from '../trade/terms.ts'
import { fetchPiece } from './http-piece.ts'

/** Pieces that are taken on at a time: one message to the provider for each batch. */
const BATCH = 4
const RETRY_MIN_MS = 2000
const RETRY_MAX_MS = 60_000

export interface OriginNeeds {
  readonly torrent: Torrent
  readonly content: Content
  readonly wallet: Wallet
  readonly engine: Pick<TorrentEngine, 'idle' | 'give'>
  readonly terms: Pick<Terms, 'originAfterMs'>
  readonly emit: Market['emit']
}

export class OriginFetch {
  readonly #needs: OriginNeeds
  readonly #warn: (error: FloodgateError) => void
  readonly #clock: Clock
  readonly #backoff = new Backoff(RETRY_MIN_MS, RETRY_MAX_MS)
  readonly #ended = new AbortController()
  /** Comes from here, not from a peer. */
  #coming: number | undefined
  #peerGaveAt: number
  #callOff: (() => void) | undefined

  constructor(
    needs: OriginNeeds,
    warn: (error: FloodgateError) => void,
    clock: Clock = systemClock
  ) {
    this.#needs = needs
    this.#warn = warn
    this.#clock = clock
    this.#peerGaveAt = clock.now()
    if (needs.terms.originAfterMs === 0) return
    needs.torrent.on('verified', (index) => {
      if (index !== this.#coming) this.#peerGaveAt = clock.now()
    })
    this.#after(0)
  }

  #after(delayMs: number): void {
    if (this.#ended.signal.aborted) return
    this.#callOff = this.#clock.after(delayMs, () => void this.#look())
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { torrent, terms } = this.#needs
    if (torrent.done || torrent.destroyed) return
    const waitMs = this.#peerGaveAt + terms.originAfterMs - this.#clock.now()
    if (waitMs > 0 && this.#owing().length === 0) return this.#after(waitMs)
    try {
      const some = await this.#fetchSome()
      if (some) this.#backoff.reset()
      this.#after(some ? 0 : this.#backoff.next())
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    if (this.#ended.signal.aborted) return
    const code = codeOf(error)
    // A provider that serves nothing by HTTP.
    if (code === 'not-found') return
    const isUsual = code === 'origin-busy' || code === 'unreachable' || code === 'unpaid'
    if (!isUsual) this.#warn(errorOf(error))
    this.#after(this.#backoff.next())
  }

  /** Purses that paid the provider for pieces that are not here. */
  #owing(): Purse[] {
    const { wallet, content } = this.#needs
    return wallet.purses.of(content.infoHash).filter((purse) => this.#owedBy(purse).length > 0)
  }

  #owedBy(purse: Purse): number[] {
    return paidToOrigin(purse).filter((index) => !this.#needs.content.has(index))
  }

  /** False when there was nothing that could be fetched now. */
  async #fetchSome(): Promise<boolean> {
    const owing = this.#owing()
    if (owing.length > 0) return this.#fetchPaid(owing)
    const { wallet, content, engine } = this.#needs
    const { access, isOpen } = await originStanding(wallet, content.infoHash)
    if (!isOpen || this.#ended.signal.aborted) return false
    const [sample] = engine.idle(1, (index) => index < content.free)
    if (sample !== undefined) {
      await this.#fetch(sample, freeUrl(wallet, content.infoHash))
      return true
    }
    if (access === 'free') return this.#fetchFree()
    const pocket = wallet.purses.pocket(content.infoHash)
    const payers = new Set<Purse>()
    engine.idle(BATCH, (index) => {
      const purse = pocket.at(index)
      if (purse === undefined || !reserveToOrigin(purse, index)) return false
      payers.add(purse)
      return true
    })
    return payers.size > 0 && this.#fetchPaid([...payers])
  }

  /** Pays what is reserved; what was paid before costs nothing again. */
  async #fetchPaid(purses: Purse[]): Promise<boolean> {
    for (const purse of purses) {
      const seed = await this.#pay(purse)
      for (const index of this.#owedBy(purse)) await this.#fetch(index, seed)
    }
    return true
  }

  /** Answers where the pieces are. */
  async #pay(purse: Purse): Promise<string> {
    const { wallet, emit } = this.#needs
    const before = new Set(paidToOrigin(purse))
    const seed = await payOrigin(wallet, purse)
    const indexes = paidToOrigin(purse).filter((index) => !before.has(index))
    if (indexes.length > 0) emit('paid', { uid: toHex(PROVIDER_UID), indexes, price: purse.price })
    return seed
  }

  /** Of what was bought. The token of a piece that was free is kept by its owner: no seller can say that it sent it. */
  async #fetchFree(): Promise<boolean> {
    const { wallet, content, engine } = this.#needs
    const { uid } = wallet
    const pocket = wallet.purses.pocket(content.infoHash)
    const [index] = engine.idle(1, (one) => pocket.at(one)?.reserve(one, uid) === true)
    if (index === undefined) return false
    try {
      await this.#fetch(index, freeUrl(wallet, content.infoHash))
    } finally {
      if (!content.has(index)) pocket.at(index)?.release(index, uid)
    }
    return true
  }

  /** Throws `junk-piece` when it does not fit its hash; what was paid is fetched again. */
  async #fetch(index: number, seed: string): Promise<void> {
    const { torrent, engine } = this.#needs
    const bytes = await fetchPiece(torrent, index, seed, this.#ended.signal)
    if (this.#ended.signal.aborted || torrent.destroyed) return
    this.#coming = index
    try {
      const fits = await engine.give(index, bytes)
      if (!fits) throw new FloodgateError('junk-piece', `${index} by HTTP`)
    } finally {
      this.#coming = undefined
    }
  }

  close(): void {
    this.#ended.abort()
    this.#callOff?.()
  }
}
