/** SHA-1 of a piece where only WebCrypto is at hand: it cannot go step by step, so the whole piece is hashed at the end. */
import type { PieceHash } from './piece-hash.ts'

/** Hashes `bytes`, which fill up from the front. */
export function pieceHash(bytes: Uint8Array<ArrayBuffer>): PieceHash {
  return {
    upTo() {
      // WebCrypto knows no partial digest.
    },
    async hex() {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes))
      return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
    }
  }
}
