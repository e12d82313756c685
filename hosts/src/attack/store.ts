// A chunk store in memory (abstract-chunk-store): nothing of the lab is left behind.

import type { ChunkStore } from 'webtorrent'

type Got = (error: Error | null, chunk?: Uint8Array) => void
type Done = (error?: Error | null) => void

/** A class of stores that begin with the pieces that `first` gives. */
export function memoryStore(
  first: (index: number) => Uint8Array | undefined
): new (chunkLength: number) => ChunkStore {
  return class implements ChunkStore {
    readonly chunkLength: number
    readonly #chunks = new Map<number, Uint8Array>()

    constructor(chunkLength: number) {
      this.chunkLength = chunkLength
    }

    get(
      index: number,
      options: { offset?: number; length?: number } | null | Got,
      done?: Got
    ): void {
      const got = typeof options === 'function' ? options : done!
      const { offset = 0, length } = (typeof options === 'function' ? null : options) ?? {}
      const chunk = this.#chunks.get(index) ?? first(index)
      const end = length === undefined ? undefined : offset + length
      queueMicrotask(() =>
        chunk ? got(null, chunk.subarray(offset, end)) : got(new Error('There is no such piece.'))
      )
    }

    put(index: number, chunk: Uint8Array, done: Done = () => undefined): void {
      this.#chunks.set(index, chunk.slice())
      queueMicrotask(() => done(null))
    }

    close(done: Done = () => undefined): void {
      queueMicrotask(() => done(null))
    }

    destroy(done?: Done): void {
      this.#chunks.clear()
      this.close(done)
    }
  }
}
