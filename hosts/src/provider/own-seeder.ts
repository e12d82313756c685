// A seeder of the provider's own: a WebTorrent client with a wallet of its own, registered as an ordinary account. What it
// earns is the provider's; it claims in batches, when trade pauses, and never more often than every two seconds.

import { claim, register, type Sale } from '@floodgate/wallet'
import { codeOf, toHex } from '@floodgate/protocol'
import type { Torrent } from 'webtorrent'
import { failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { ReadOnlyStore } from '../read-only-store.ts'
import { pause } from '../stop.ts'
import { Trading } from '../trade/trading.ts'
import { openOrCreateWallet } from '../wallets.ts'
import type { Settings } from './home.ts'
import { isAsPublished } from './shelf-pieces.ts'
import { torrentOf, type Shelved } from './shelf.ts'

/** Trade that rests this long is worth a claim. */
const QUIET_MS = 2000
/** Trade that never rests is claimed as often as this. */
const CLAIM_EVERY_MS = 60_000
const RETRY_MS = 5000

export interface SeederOptions {
  /** File of its wallet; made at the first start. */
  walletFile: string
  /** The provider. */
  settings: Pick<Settings, 'url'>
  out: Output
  signal: AbortSignal
  /** Bytes per second. */
  uploadLimit?: number
  limit?: number
  /** Sends in turns; see `FloodgateOptions`. */
  turns?: boolean | undefined
  port?: number
  /** Told of what went out to peers: bytes on the wire. */
  onSent?: (infoHash: string, bytes: number) => void
  /** Told that the data of a content have changed: it is seeded no more, until it is checked again. */
  onChanged?: (infoHash: string) => void
}

/** WebTorrent's throttle breaks off who waits for more than a second's bytes; a block (BEP 3) with its header is 16,397. */
const RATE_MIN = 20_000

export class OwnSeeder {
  readonly #trading: Trading
  readonly #out: Output
  readonly #onSent: SeederOptions['onSent']
  readonly #onChanged: SeederOptions['onChanged']
  readonly #torrents = new Map<string, { torrent: Torrent; shelved: Shelved }>()
  #isDoubting = false
  #quiet: ReturnType<typeof setTimeout> | undefined
  #dueAt = 0
  #claiming: Promise<void> = Promise.resolve()
  #closed = false
  #ended = false

  private constructor(trading: Trading, { out, onSent, onChanged }: SeederOptions) {
    this.#trading = trading
    this.#out = out
    this.#onSent = onSent
    this.#onChanged = onChanged
    trading.floodgate.on('refused', ({ uid, by, code, infoHash, indexes }) => {
      if (by === 'peer' && code === 'junk-piece') void this.#doubt(uid, infoHash, indexes)
    })
    trading.floodgate.on('earned', () => this.#earned())
    trading.failed.catch(() => (this.#ended = true))
    if (trading.unclaimed().pieces > 0) this.#earned()
  }

  /** Starts it; while the provider's own address does not answer (a proxy that is not up yet) it tries again. */
  static async start(options: SeederOptions): Promise<OwnSeeder> {
    const { walletFile, settings, out, signal, uploadLimit, limit, port, turns } = options
    let trading: Trading | undefined
    const onSaveError = (error: unknown): void => {
      const { code, text } = failureOf(error)
      out.warn(code, `The seeder's wallet cannot be saved: ${text}`)
    }
    const wallet = await untilReached(out, signal, () =>
      openOrCreateWallet(walletFile, settings.url, '', onSaveError)
    )
    try {
      await untilReached(out, signal, () => register(wallet, 'the provider’s own seeder'))
      trading = await Trading.start({
        ...{ wallet, out, uploadLimit, limit, port, turns },
        approve: () => false,
        fatal: false
      })
      return new OwnSeeder(trading, options)
    } catch (error) {
      await wallet.close()
      throw error
    }
  }

  get uid(): string {
    return toHex(this.#trading.wallet.uid)
  }

  /** Its client failed: it seeds no more. */
  get ended(): boolean {
    return this.#ended
  }

  has(infoHash: string): boolean {
    return this.#torrents.has(infoHash)
  }

  /** Seeds what lies on the shelf; resolves when it was checked. Answers how many pieces are there. */
  async seed(shelved: Shelved): Promise<{ pieces: number; missing: number }> {
    const options = { path: shelved.dataDir, store: ReadOnlyStore }
    const { torrent } = await this.#trading.add(await torrentOf(shelved), options, 'ready')
    this.#torrents.set(shelved.infoHash, { torrent, shelved })
    torrent.on('upload', (bytes) => this.#onSent?.(shelved.infoHash, bytes))
    const pieces = torrent.pieces.length
    const here = torrent.pieces.filter((_, index) => torrent.bitfield.get(index)).length
    return { pieces, missing: pieces - here }
  }

  /** Stops seeding a content that was taken from the shelf. */
  forget(infoHash: string): void {
    this.#torrents.get(infoHash)?.torrent.destroy()
    this.#torrents.delete(infoHash)
  }

  /** Somebody says that a piece of ours is junk. It is looked at if it was sold to him, and one at a time. */
  async #doubt(uid: string, infoHash: string, [index]: number[]): Promise<void> {
    const known = this.#torrents.get(infoHash)
    if (known === undefined || index === undefined || this.#isDoubting) return
    const sales = this.#salesTo(uid, infoHash)
    if (!sales.some((sale) => sale.owed.has(index) || sale.isCovered(index))) return
    this.#isDoubting = true
    try {
      if (await isAsPublished(known.shelved, index)) return
      // Who got junk owes nothing for it; else it would stand in the way of all other pieces.
      for (const sale of sales) sale.unowe(index)
      this.forget(infoHash)
      this.#onChanged?.(infoHash)
    } catch {
      // It cannot be read now, or was taken from the shelf: that says nothing of what was published.
    } finally {
      this.#isDoubting = false
    }
  }

  #salesTo(uid: string, infoHash: string): Sale[] {
    const isMeant = ({ payer, purse }: Sale): boolean =>
      toHex(payer) === uid && toHex(purse.infoHash) === infoHash
    return [...this.#trading.wallet.sales.all()].filter(isMeant)
  }

  /** What it sends from now on, all contents together, in bytes per second; so few that no block fits in are none. */
  setRate(rate: number): void {
    this.#trading.setUploadRate(rate < RATE_MIN ? 0 : rate)
  }

  /** All contents that are seeded now. */
  get seeding(): string[] {
    return [...this.#torrents.keys()]
  }

  #earned(): void {
    const now = Date.now()
    if (this.#dueAt === 0) this.#dueAt = now + CLAIM_EVERY_MS
    clearTimeout(this.#quiet)
    if (this.#closed) return
    this.#quiet = setTimeout(
      () => this.#claim(),
      Math.min(QUIET_MS, Math.max(0, this.#dueAt - now))
    )
  }

  #claim(): void {
    this.#dueAt = 0
    this.#claiming = this.#claiming.then(async () => {
      try {
        await claim(this.#trading.wallet)
      } catch (error) {
        this.#out.warn(
          codeOf(error),
          `The seeder's claim did not go through: ${failureOf(error).text}`
        )
        this.#earned()
      }
    })
  }

  /** Claims what was earned: it may be long until this wallet is opened again. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#quiet)
    await this.#trading.leave()
    if (this.#trading.unclaimed().pieces > 0) this.#claim()
    await this.#claiming
    await this.#trading.close()
  }
}

async function untilReached<T>(
  out: Output,
  signal: AbortSignal,
  attempt: () => Promise<T>
): Promise<T> {
  for (let said = false; ; said = true) {
    try {
      return await attempt()
    } catch (error) {
      if (codeOf(error) !== 'unreachable') throw error
      if (!said) out.warn('unreachable', `${failureOf(error).text} Our seeder waits for it.`)
      await pause(RETRY_MS, signal)
    }
  }
}
