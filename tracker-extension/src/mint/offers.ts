// What the torrents of contents say for ever: their info hashes fix it, so each is read once.

import {
  FloodgateError,
  decodeOffer,
  type Crypto,
  type SealedTerms,
  type ServicePromise
} from '@floodgate/protocol'
import type { LedgerStore } from '../ledger/index.ts'
import { readTorrent } from './torrent.ts'

export interface FixedTerms {
  /** Bytes of a piece, and of the content; 0 for a file that cannot be read. */
  pieceLength: number
  length: number
  /** Undefined where nothing is promised. */
  promise?: ServicePromise | undefined
  /** Undefined for what is not sealed. */
  sealed?: SealedTerms | undefined
}

export class Offers {
  readonly #store: LedgerStore
  readonly #crypto: Crypto
  /** By info hash: all that is for sale, so that a list of it reads no torrent again. */
  readonly #known = new Map<string, FixedTerms>()

  constructor(store: LedgerStore, crypto: Crypto) {
    this.#store = store
    this.#crypto = crypto
  }

  /** Undefined for a content that is not ours. */
  async of(infoHash: string): Promise<FixedTerms | undefined> {
    const known = this.#known.get(infoHash)
    if (known !== undefined) return known
    const content = await this.#store.content(infoHash)
    if (content === undefined) return undefined
    const found = this.#read(content.torrent)
    this.#known.set(infoHash, found)
    return found
  }

  /** What cannot be read came into the ledger without us, and must not hide the other contents. */
  #read(torrent: Uint8Array): FixedTerms {
    const file = ifReadable(() => readTorrent(torrent))
    if (file === undefined) return { pieceLength: 0, length: 0 }
    const offer = ifReadable(() => decodeOffer(this.#crypto, file.info))
    const { pieceLength, length } = file
    return { pieceLength, length, promise: offer?.promise, sealed: offer?.sealed }
  }
}

function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof FloodgateError) return undefined
    throw error
  }
}
