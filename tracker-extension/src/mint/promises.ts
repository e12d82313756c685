// What each content promises its buyers, read from its torrent once: the info hash fixes it for ever.

import { FloodgateError, decodeOffer, type Crypto, type ServicePromise } from '@floodgate/protocol'
import type { LedgerStore } from '../ledger/index.ts'
import { readTorrent } from './torrent.ts'

export interface PromisedContent {
  promise: ServicePromise | undefined
  /** Bytes. */
  pieceLength: number
}

const CONTENTS_MAX = 10_000
const NOTHING: PromisedContent = { promise: undefined, pieceLength: 0 }

export class Promises {
  readonly #store: LedgerStore
  readonly #crypto: Crypto
  readonly #known = new Map<string, PromisedContent>()

  constructor(store: LedgerStore, crypto: Crypto) {
    this.#store = store
    this.#crypto = crypto
  }

  /** Nothing is promised of what is not ours. */
  async of(infoHash: string): Promise<PromisedContent> {
    const known = this.#known.get(infoHash)
    if (known !== undefined) return known
    const content = await this.#store.content(infoHash)
    if (content === undefined) return NOTHING
    const found = this.#read(content.torrent)
    if (this.#known.size === CONTENTS_MAX) this.#known.delete(this.#known.keys().next().value!)
    this.#known.set(infoHash, found)
    return found
  }

  /** A file that cannot be read came into the ledger without us. */
  #read(torrent: Uint8Array): PromisedContent {
    try {
      const { info, pieceLength } = readTorrent(torrent)
      return { promise: decodeOffer(this.#crypto, info).promise, pieceLength }
    } catch (error) {
      if (error instanceof FloodgateError) return NOTHING
      throw error
    }
  }
}
