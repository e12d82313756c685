// A WebTorrent client with Floodgate in it, in memory and on loopback, as tests need it.

import MemoryChunkStore from 'memory-chunk-store'
import WebTorrent, { type Torrent } from 'webtorrent'
import type { Wallet } from '@floodgate/wallet'
import { floodgate, type Floodgate, type FloodgateOptions } from '@floodgate/wire'
import { CLIENT_OPTIONS } from '../../hosts/src/client.ts'
import type { Sold } from './provider.ts'

type Read = (error: Error | null, chunk?: Uint8Array) => void

export class TestPeer {
  readonly client = new WebTorrent(CLIENT_OPTIONS)
  readonly floodgate: Floodgate | undefined
  readonly wallet: Wallet | undefined
  readonly warnings: string[] = []

  constructor(wallet?: Wallet, options: Omit<FloodgateOptions, 'wallet'> = {}) {
    this.client.on('error', (error) => this.warnings.push(String(error)))
    if (wallet === undefined) return
    this.wallet = wallet
    this.floodgate = floodgate(this.client, { wallet, ...options })
    this.floodgate.on('warning', ({ error }) => this.warnings.push(error.message))
  }

  /** Seeds what the provider sells; resolves when every piece was verified. */
  async seed(sold: Sold, junk = false): Promise<Torrent> {
    const torrent = this.client.add(sold.torrent, { store: storeOf(sold.data, junk) })
    await done(torrent)
    return torrent
  }

  add(id: Uint8Array | string): Torrent {
    return this.client.add(id, { store: MemoryChunkStore })
  }

  /** Adds it with nothing selected; resolves when pieces can be. */
  async addUnselected(id: Uint8Array | string): Promise<Torrent> {
    const torrent = this.client.add(id, { store: MemoryChunkStore, deselect: true })
    await new Promise<void>((resolve) => torrent.once('ready', resolve))
    return torrent
  }

  async close(): Promise<void> {
    await this.floodgate?.close()
    await new Promise<void>((resolve) => this.client.destroy(() => resolve()))
    await this.wallet?.close()
  }
}

export const done = (torrent: Torrent): Promise<void> =>
  torrent.done ? Promise.resolve() : new Promise((resolve) => torrent.once('done', resolve))

/** Resolves when these pieces are here. */
export const here = (torrent: Torrent, first: number, last: number): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      for (let index = first; index <= last; index++) if (!torrent.bitfield.get(index)) return
      torrent.off('verified', look)
      resolve()
    }
    torrent.on('verified', look)
    look()
  })

/** Bytes per second at which so many more come: in bytes of content. */
export function rateOver(torrent: Torrent, bytes: number): Promise<number> {
  const [began, had] = [performance.now(), torrent.downloaded]
  return new Promise((resolve) => {
    const look = (): void => {
      const got = torrent.downloaded - had
      if (got < bytes) return
      torrent.off('download', look)
      resolve((got * 1000) / (performance.now() - began))
    }
    torrent.on('download', look)
  })
}

/** A store in memory that holds the data from the first; with `junk` it spoils them once they were verified. */
function storeOf(data: Uint8Array, junk: boolean) {
  return class extends MemoryChunkStore {
    readonly #reads = new Set<number>()

    constructor(chunkLength: number, options?: object) {
      super(chunkLength, options)
      for (let at = 0; at < data.length; at += chunkLength) {
        this.put(at / chunkLength, data.subarray(at, at + chunkLength))
      }
    }

    override get(index: number, options: object, done: Read): void {
      const spoil = junk && this.#reads.has(index)
      this.#reads.add(index)
      super.get(index, options, (error, chunk) => {
        done(error, spoil && chunk ? chunk.map((byte) => byte ^ 1) : chunk)
      })
    }
  }
}
