// A chunk store (abstract-chunk-store) for seeding files that are not ours to write: WebTorrent's own opens every file for
// writing, which fails on read-only files and on programs that are running.

import { open, type FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ChunkStore } from 'webtorrent'

type Got = (error: Error | null, chunk?: Uint8Array) => void
type Done = (error?: Error | null) => void

interface Place {
  path: string
  length: number
  /** Of its first byte in the torrent. */
  offset: number
}

interface StoreOptions {
  path: string
  files: Place[]
  /** Bytes of all files. */
  length: number
}

export class ReadOnlyStore implements ChunkStore {
  readonly chunkLength: number
  readonly #files: Place[]
  readonly #length: number
  readonly #open = new Map<string, Promise<FileHandle>>()
  #closed = false

  constructor(chunkLength: number, { path, files, length }: StoreOptions) {
    this.chunkLength = chunkLength
    this.#length = length
    this.#files = files.map((file) => ({
      path: resolve(join(path, file.path)),
      length: file.length,
      offset: file.offset
    }))
  }

  get(index: number, options: { offset?: number; length?: number } | null | Got, done?: Got): void {
    const got = typeof options === 'function' ? options : done!
    const { offset = 0, length } = (typeof options === 'function' ? null : options) ?? {}
    const start = index * this.chunkLength + offset
    const end = Math.min(
      this.#length,
      length === undefined ? (index + 1) * this.chunkLength : start + length
    )
    this.#read(start, end).then(
      (chunk) => got(null, chunk),
      (error: Error) => got(error)
    )
  }

  async #read(start: number, end: number): Promise<Uint8Array> {
    if (this.#closed) throw new Error('The store is closed.')
    const chunk = new Uint8Array(Math.max(0, end - start))
    for (const file of this.#files) {
      const from = Math.max(start, file.offset)
      const length = Math.min(end, file.offset + file.length) - from
      if (length <= 0) continue
      const handle = await this.#handle(file.path)
      const { bytesRead } = await handle.read(chunk, from - start, length, from - file.offset)
      if (bytesRead < length) throw new Error(`${file.path} is shorter than the torrent says.`)
    }
    return chunk
  }

  #handle(path: string): Promise<FileHandle> {
    let handle = this.#open.get(path)
    if (handle === undefined) {
      handle = open(path, 'r')
      handle.catch(() => this.#open.delete(path))
      this.#open.set(path, handle)
    }
    return handle
  }

  put(_index: number, _chunk: Uint8Array, done: Done): void {
    queueMicrotask(() => done(new Error('This store is only read.')))
  }

  close(done: Done = () => undefined): void {
    this.#closed = true
    const handles = [...this.#open.values()]
    this.#open.clear()
    const closing = handles.map(async (handle) => (await handle).close())
    Promise.all(closing).then(
      () => done(null),
      (error: Error) => done(error)
    )
  }

  /** Nothing here is ours to destroy. */
  destroy(done?: Done): void {
    this.close(done)
  }
}
