/**
 * @packageDocumentation
 * A wallet in a file of its own, for Node; everything of `@floodgate/wallet` comes with it. Beside the file
 * lie, while it is open, a lock, a `.live` with the last saves, and at times a `.tmp`.
 *
 * ```ts
 * import { Wallet, fileStorage } from '@floodgate/wallet/file'
 *
 * const wallet = await Wallet.open({ storage: fileStorage('wallet.json'), passphrase: '…' })
 * ```
 */

import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { Low, type Adapter } from 'lowdb'
import { LiveFile, lastSave } from './live-file.node.ts'
import { lockFile } from './lock.node.ts'
import { decodeState, encodeState, type WalletState } from './state.ts'
import type { WalletStorage } from './storage.ts'

export * from './index.ts'

/**
 * Keeps the wallet in the file `path`, readable by its owner only. A save is durable: while the wallet is
 * open it goes into a file beside it, fsynced; at the close, and when the wallet outgrows that, the wallet
 * file is written anew beside the old one, fsynced, renamed, and the directory fsynced. A crash at any
 * instant leaves every acknowledged save.
 */
export function fileStorage(path: string): WalletStorage {
  let db: Low<WalletState | null> | undefined
  let file: DurableFile | undefined
  let release: (() => Promise<void>) | undefined
  return {
    async load() {
      await mkdir(dirname(resolve(path)), { recursive: true, mode: 0o700 })
      const target = (await orMissing(realpath(path))) ?? resolve(path)
      release ??= await lockFile(target)
      file = new DurableFile(target)
      const opened = new Low<WalletState | null>(file, null)
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
      const last = db?.data
      db = undefined
      const free = release
      release = undefined
      try {
        await file?.close(last ?? null)
      } finally {
        await free?.()
      }
    }
  }
}

/** A wallet that may belong to another process: what it saved last, to be looked at. */
export interface WalletGlance extends WalletStorage {
  /** When that was saved, Unix milliseconds; 0 before `load`. */
  readonly savedAt: number
}

/** Reads the last save of the wallet in the file `path` without taking it: nothing can be saved (`wallet-in-use`). */
export function glanceAt(path: string): WalletGlance {
  let savedAt = 0
  return {
    get savedAt() {
      return savedAt
    },
    async load() {
      const found = await lastWhole(path)
      savedAt = found?.savedAt ?? 0
      // Whether its owner closes it well is still to be seen.
      return found && { ...found.state, open: false }
    },
    save: () => Promise.reject(new FloodgateError('wallet-in-use', 'this is a glance')),
    close: () => Promise.resolve()
  }
}

/** The owner may replace the wallet file between our looks at it and at the saves on top of it: then we look again. */
async function lastWhole(
  path: string
): Promise<{ state: WalletState; savedAt: number } | undefined> {
  for (;;) {
    const text = await orMissing(readFile(path, 'utf8'))
    if (text === undefined) return undefined
    const live = `${await realpath(path)}.live`
    const saved = await lastSave(live, text)
    const { mtimeMs } = (saved && (await orMissing(stat(live)))) ?? (await stat(path))
    if ((await orMissing(readFile(path, 'utf8'))) !== text) continue
    return { state: saved ?? decodeState(text), savedAt: mtimeMs }
  }
}

/** lowdb's own adapters do not fsync: an acknowledged payment would not outlive a power cut. */
class DurableFile implements Adapter<WalletState | null> {
  readonly #path: string
  #live: LiveFile | undefined

  constructor(path: string) {
    this.#path = path
  }

  get #livePath(): string {
    return `${this.#path}.live`
  }

  async read(): Promise<WalletState | null> {
    const text = await orMissing(readFile(this.#path, 'utf8'))
    if (text === undefined) return null
    const state = decodeState(text)
    return (await lastSave(this.#livePath, text)) ?? state
  }

  async write(state: WalletState | null): Promise<void> {
    if (state === null || (await this.#live?.write(state)) === true) return
    const text = await this.#replace(state)
    await this.#live?.close()
    this.#live = undefined
    this.#live = await LiveFile.create(this.#livePath, text)
  }

  /** Writes the wallet file itself; from then on what lies in the live file is void. */
  async #replace(state: WalletState): Promise<string> {
    const text = encodeState(state)
    const beside = `${this.#path}.tmp`
    await rm(beside, { force: true }) // left by a crash; `wx` then makes a new one, with our mode
    try {
      await writeSynced(beside, text)
      await rename(beside, this.#path)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
    await syncFolder(dirname(this.#path))
    return text
  }

  async close(last: WalletState | null): Promise<void> {
    const live = this.#live
    this.#live = undefined
    if (live === undefined || last === null) return
    try {
      await this.#replace(last)
    } catch (error) {
      await live.close() // it has the last save, and stays for the next to open
      throw error
    }
    await live.remove()
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
