/**
 * @packageDocumentation
 * A wallet in a file of its own, for Node; everything of `@floodgate/wallet` comes with it. Beside the file
 * lie, while it is open, a lock and at times a `.tmp`.
 *
 * ```ts
 * import { Wallet, fileStorage } from '@floodgate/wallet/file'
 *
 * const wallet = await Wallet.open({ storage: fileStorage('wallet.json'), passphrase: '…' })
 * ```
 */

import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { Low, type Adapter } from 'lowdb'
import { lockFile } from './lock.node.ts'
import { decodeState, encodeState, type WalletState } from './state.ts'
import type { WalletStorage } from './storage.ts'

export * from './index.ts'

/**
 * Keeps the wallet in the file `path`, readable by its owner only. A save is durable: written beside,
 * fsynced, renamed, and the directory fsynced, so that a crash at any instant leaves the old file or the new.
 */
export function fileStorage(path: string): WalletStorage {
  let db: Low<WalletState | null> | undefined
  let release: (() => Promise<void>) | undefined
  return {
    async load() {
      await mkdir(dirname(resolve(path)), { recursive: true, mode: 0o700 })
      const target = (await orMissing(realpath(path))) ?? resolve(path)
      release ??= await lockFile(target)
      const opened = new Low<WalletState | null>(new DurableFile(target), null)
      await opened.read()
      db = opened // only now: what could not be read is never overwritten
      return db.data ?? undefined
    },
    async save(state) {
      if (db === undefined) throw new FloodgateError('no-wallet', 'load first')
      db.data = state
      await db.write()
    },
    async close() {
      db = undefined
      const free = release
      release = undefined
      await free?.()
    }
  }
}

/** lowdb's own adapters do not fsync: an acknowledged payment would not outlive a power cut. */
class DurableFile implements Adapter<WalletState | null> {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async read(): Promise<WalletState | null> {
    const text = await orMissing(readFile(this.#path, 'utf8'))
    return text === undefined ? null : decodeState(text)
  }

  async write(state: WalletState | null): Promise<void> {
    if (state === null) return
    const beside = `${this.#path}.tmp`
    await rm(beside, { force: true }) // left by a crash; `wx` then makes a new one, with our mode
    try {
      await writeSynced(beside, encodeState(state))
      await rename(beside, this.#path)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
    await syncFolder(dirname(this.#path))
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the rename durable. Windows cannot open folders, and journals renames itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
