declare module 'memory-chunk-store' {
  export default class MemoryChunkStore {
    constructor(chunkLength: number, options?: object)
    get(
      index: number,
      options: object,
      done: (error: Error | null, chunk?: Uint8Array) => void
    ): void
    put(index: number, chunk: Uint8Array, done?: (error?: Error | null) => void): void
  }
}
