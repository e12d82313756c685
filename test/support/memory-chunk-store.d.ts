declare module 'memory-chunk-store' {
  export default class MemoryChunkStore {
    constructor(chunkLength: number, options?: object)
    put(index: number, chunk: Uint8Array, done?: (error?: Error | null) => void): void
  }
}
