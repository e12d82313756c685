/** What we call of create-torrent beside what the wire's declarations have. */
import 'create-torrent'

declare module 'create-torrent' {
  interface CreateTorrentOptions {
    /** Bytes hashed, of all. */
    onProgress?: (hashed: number, length: number) => void
  }
  /** The files that a torrent of `path` would have, lengths in bytes. */
  export function parseInput(
    path: string,
    done: (error: Error | null, files: { length: number }[]) => void
  ): void
}
