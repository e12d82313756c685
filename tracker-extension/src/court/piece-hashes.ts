// The SHA-1 hashes of pieces, out of the torrent files that are for sale. A few contents are kept at hand.

import { createHash } from 'node:crypto'
import { equal } from '@floodgate/protocol'
import type { LedgerStore } from '../ledger/index.ts'
import { readTorrent } from '../mint/torrent.ts'

/** Of at most 1.3 MB each. */
const CONTENTS_MAX = 8
const LENGTH = 20

export class PieceHashes {
  readonly #store: LedgerStore
  /** By info hash, in the order of their last use. */
  readonly #known = new Map<string, Uint8Array>()

  constructor(store: LedgerStore) {
    this.#store = store
  }

  /** The hash that a piece must have, 20 bytes; undefined when there is no such piece. */
  async of(infoHash: string, index: number): Promise<Uint8Array | undefined> {
    const hashes = this.#known.get(infoHash) ?? (await this.#read(infoHash))
    if (hashes === undefined) return undefined
    this.#known.delete(infoHash)
    this.#known.set(infoHash, hashes)
    if (this.#known.size > CONTENTS_MAX) this.#known.delete(this.#known.keys().next().value!)
    const hash = hashes.subarray(LENGTH * index, LENGTH * (index + 1))
    return hash.length === LENGTH ? hash : undefined
  }

  async fits(infoHash: string, index: number, piece: Uint8Array): Promise<boolean> {
    const hash = await this.of(infoHash, index)
    return hash !== undefined && equal(hash, createHash('sha1').update(piece).digest())
  }

  async #read(infoHash: string): Promise<Uint8Array | undefined> {
    const content = await this.#store.content(infoHash)
    if (content === undefined) return undefined
    // A copy, so that the rest of the file can go.
    return new Uint8Array(readTorrent(content.torrent).info['pieces'] as Uint8Array)
  }
}
