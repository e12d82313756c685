// Finds the files of contents: their tables, read from the torrent files in the ledger, and their bytes on the disk.

import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import type { LedgerStore } from '../ledger/index.ts'
import { contentOf, type OriginContent, type OriginFile } from './files.ts'

/** Tables of files that are kept at hand. */
const CONTENTS_MAX = 256

export class OriginShelf {
  readonly #store: LedgerStore
  readonly #directory: (infoHash: string) => string
  readonly #contents = new Map<string, OriginContent>()

  /** `directory`: where a content lies under the torrent's name. */
  constructor(store: LedgerStore, directory: (infoHash: string) => string) {
    this.#store = store
    this.#directory = directory
  }

  /** Throws `unknown-content`. */
  async content(infoHash: string): Promise<OriginContent> {
    const known = this.#contents.get(infoHash)
    if (known !== undefined) return known
    const stored = await this.#store.content(infoHash)
    if (stored === undefined) throw new FloodgateError('unknown-content')
    const content = contentOf(stored.torrent)
    if (this.#contents.size >= CONTENTS_MAX) {
      this.#contents.delete(this.#contents.keys().next().value!)
    }
    this.#contents.set(infoHash, content)
    return content
  }

  /**
   * Opens a file for reading; the caller closes it. Throws `unknown-content` when it is not here, `no-source` when it is not
   * what was published, and what the system says.
   */
  async open({ infoHash }: OriginContent, { path, length }: OriginFile): Promise<FileHandle> {
    const handle = await this.#handle(join(this.#directory(infoHash), path))
    try {
      const found = await handle.stat()
      if (found.isFile() && found.size === length) return handle
      throw new FloodgateError('no-source', 'the file has changed')
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async #handle(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'r')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      throw new FloodgateError('unknown-content', 'it is not here')
    }
  }
}
