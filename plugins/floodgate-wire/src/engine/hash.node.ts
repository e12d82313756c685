/** SHA-1 of a piece in Node: computed while the blocks arrive, so that the last block is all that is left to hash. */
import { createHash } from 'node:crypto'
import type { PieceHash } from './piece-hash.ts'

/** Hashes `bytes`, which fill up from the front. */
export function pieceHash(bytes: Uint8Array): PieceHash {
  const hash = createHash('sha1')
  let done = 0
  const upTo = (end: number) => {
    if (end > done)
      hash.update(done === 0 && end === bytes.length ? bytes : bytes.subarray(done, end))
    done = Math.max(done, end)
  }
  return {
    upTo,
    hex() {
      upTo(bytes.length)
      return hash.digest('hex')
    }
  }
}
