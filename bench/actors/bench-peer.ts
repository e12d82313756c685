// One peer under measurement: a WebTorrent client with our usual settings, with or without Floodgate. The clock of
// `fetch` runs from the connect, when metadata, purse and the other's address are there, to the last piece verified
// and stored and, with Floodgate, to the receipt for the last payment.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { codeOf, platformCrypto, toHex } from '@floodgate/protocol'
import { decodeKeys, openContent } from '@floodgate/push'
import {
  Wallet,
  buyKeys,
  claim,
  fileStorage,
  memoryStorage,
  offerDisk,
  register,
  type KeyOrder
} from '@floodgate/wallet/file'
import { floodgate, type Floodgate } from '@floodgate/wire'
import MemoryChunkStore from 'memory-chunk-store'
import WebTorrent, { type Torrent, type TorrentOptions } from 'webtorrent'
import { CLIENT_OPTIONS } from '../../hosts/src/client.ts'
import { bytesOf } from '../../hosts/src/trade/sealed-bytes.ts'
import type { Seller } from '../harness/content.ts'

/** Costs of the passphrase: there is none, so as little as can be. */
const SCRYPT = { N: 16, r: 8, p: 1 }
const SETTLE_MAX_MS = 60_000

export interface PeerOptions {
  /** With Floodgate: where the wallet lies (empty: in memory), who sells, and the unpaid pieces a buyer may have. */
  trade?: {
    walletPath: string
    seller: Seller
    limitMax: number
    pushed?: boolean
    /** Does it send in turns? */
    turns?: boolean
  }
  maxConns?: number
}

/** Where the bytes are: in a folder, or in memory (a seeder reads them from the folder first). */
export interface Place {
  folder: string
  memory: boolean
}

/** From the wish for keys to the first plaintext, in milliseconds; what was played is told by its hash. */
export interface Played {
  firstMs: number
  keyBytes: number
  sha256: string
}

export interface FetchFigures {
  /** From the connect to the end. */
  ms: number
  /** From the connect to the first verified piece. */
  firstPieceMs: number
}

type Paused = TorrentOptions & { paused?: boolean; skipVerify?: boolean }

export class BenchPeer {
  readonly client: WebTorrent
  readonly warnings: string[] = []
  readonly #wallet: Wallet | undefined
  readonly #floodgate: Floodgate | undefined
  #torrent: Torrent | undefined

  private constructor(options: PeerOptions, wallet: Wallet | undefined) {
    const maxConns = options.maxConns ?? CLIENT_OPTIONS.maxConns
    this.client = new WebTorrent({ ...CLIENT_OPTIONS, maxConns })
    this.client.on('error', (error) => this.warnings.push(String(error)))
    this.#wallet = wallet
    if (wallet === undefined) return
    const { limitMax, pushed = false, turns = false } = options.trade!
    this.#floodgate = floodgate(this.client, { wallet, limitMax, pushed, turns })
    this.#floodgate.on('warning', ({ error }) => this.warnings.push(String(error)))
  }

  static async open(options: PeerOptions): Promise<BenchPeer> {
    const { trade } = options
    const peer = new BenchPeer(options, trade && (await registered(trade)))
    if (!peer.client.listening) {
      await new Promise<void>((done) => peer.client.once('listening', done))
    }
    return peer
  }

  get port(): number {
    return this.client.torrentPort
  }

  /** Empty without a wallet. */
  get uid(): string {
    return this.#wallet === undefined ? '' : toHex(this.#wallet.uid)
  }

  async seed(torrent: Uint8Array, place: Place): Promise<void> {
    const announced = this.#next('announced')
    const added = this.#add(torrent, place, { skipVerify: true }, true)
    if (!added.done) await new Promise<void>((done) => added.once('done', done))
    await announced
  }

  async prepare(torrent: Uint8Array, place: Place): Promise<void> {
    const bought = this.#next('purchase')
    const added = this.#add(torrent, place, { paused: true }, false)
    if (!added.ready) await new Promise<void>((done) => added.once('ready', done))
    await bought
    if (added.progress > 0) throw new Error('the leecher has bytes before it began')
    if (!place.memory && resolve(added.path) !== resolve(place.folder)) {
      throw new Error(`the leecher writes to ${added.path}`)
    }
  }

  async fetch(port: number): Promise<FetchFigures> {
    const torrent = this.#torrent!
    let firstPieceMs = Number.NaN
    const done = new Promise<void>((resolve) => torrent.once('done', resolve))
    const start = performance.now()
    torrent.once('verified', () => (firstPieceMs = performance.now() - start))
    torrent.resume()
    torrent.addPeer(`127.0.0.1:${port}`)
    await done
    if (!(await this.settle())) throw new Error(`not settled: ${this.warnings.join('; ')}`)
    return { ms: performance.now() - start, firstPieceMs }
  }

  /** Null when no piece came for `patienceMs`. */
  async join(
    torrent: Uint8Array,
    place: Place,
    strategy: 'rarest' | 'sequential',
    patienceMs: number
  ): Promise<number | null> {
    const start = performance.now()
    const added = this.#add(torrent, place, { strategy }, false)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), patienceMs)
      added.on('verified', () => timer.refresh())
      added.once('done', () => {
        clearTimeout(timer)
        resolve(performance.now() - start)
      })
    })
  }

  #add(torrent: Uint8Array, place: Place, options: Paused, full: boolean): Torrent {
    const store = place.memory ? { store: memoryStore(full ? place.folder : undefined) } : {}
    this.#torrent = this.client.add(torrent, { path: place.folder, ...store, ...options })
    this.#torrent.on('error', (error) => this.warnings.push(String(error)))
    return this.#torrent
  }

  /** The next event of this name; at once without Floodgate. */
  #next(event: 'announced' | 'purchase'): Promise<void> {
    const source = this.#floodgate
    if (source === undefined) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${event}: ${this.warnings.join('; ')}`)),
        SETTLE_MAX_MS
      )
      const stop = source.on(event, () => {
        clearTimeout(timer)
        stop()
        resolve()
      })
    })
  }

  /** Offers room for what is not released yet; answers what is pushed to it, by info hash. */
  async willing(disk: number): Promise<string[]> {
    const offers = await offerDisk(this.#wallet!, { disk, uplink: disk })
    return offers.map(({ infoHash }) => toHex(infoHash))
  }

  /** What the provider refuses keys with; '' if it does not. */
  refusal(order: KeyOrder): Promise<string> {
    return buyKeys(this.#wallet!, order).then(() => '', codeOf)
  }

  /** Buys the keys of what it holds, and plays it from the begin. */
  async play(order: KeyOrder): Promise<Played> {
    const start = performance.now()
    const bytes = await buyKeys(this.#wallet!, order)
    const content = await openContent(platformCrypto, decodeKeys(bytes), bytesOf(this.#torrent!))
    let firstMs = Number.NaN
    const hash = createHash('sha256')
    for await (const part of content.stream()) {
      if (Number.isNaN(firstMs)) firstMs = performance.now() - start
      hash.update(part)
    }
    return { firstMs, keyBytes: bytes.length, sha256: hash.digest('hex') }
  }

  async settle(): Promise<boolean> {
    return (await this.#floodgate?.settled(SETTLE_MAX_MS)) ?? true
  }

  async claim(): Promise<number> {
    return this.#wallet === undefined ? 0 : (await claim(this.#wallet)).fresh
  }

  async close(): Promise<void> {
    await this.#floodgate?.close()
    await new Promise<void>((done) => this.client.destroy(() => done()))
    await this.#wallet?.close()
  }
}

/** A wallet with an account, without money. */
export async function registered(
  trade: Pick<NonNullable<PeerOptions['trade']>, 'walletPath' | 'seller'>
): Promise<Wallet> {
  const wallet = await Wallet.create({
    storage: trade.walletPath === '' ? memoryStorage() : fileStorage(trade.walletPath),
    passphrase: '',
    rootKey: trade.seller.rootKey,
    api: trade.seller.url,
    crypto: platformCrypto,
    scrypt: SCRYPT
  })
  await register(wallet, 'bench')
  return wallet
}

/** A store in memory; with a folder, one that holds its content already. */
function memoryStore(folder: string | undefined): unknown {
  if (folder === undefined) return MemoryChunkStore
  const data = readFileSync(join(folder, 'content.bin'))
  return class extends MemoryChunkStore {
    constructor(chunkLength: number, options?: object) {
      super(chunkLength, options)
      for (let at = 0; at < data.length; at += chunkLength) {
        this.put(at / chunkLength, data.subarray(at, at + chunkLength))
      }
    }
  }
}
