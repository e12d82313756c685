/**
 * The last pieces. No piece is fetched twice at a time (F22), so the last one to come decides when all is here: it is not
 * bound to a wire that would be the last. Pure.
 */
import type { Buyer } from './buyer.ts'

const NEVER_MS = Number.MAX_SAFE_INTEGER

/**
 * Of `eager`, those that need no longer for a piece than all buyers together for `bytes`, which is what is left, and the fastest
 * for two; the fastest first, who never brought one last. Who is left out has to be asked again when something arrives.
 */
export function inTime(
  eager: readonly Buyer[],
  buyers: Iterable<Buyer>,
  bytes: number
): readonly Buyer[] {
  let [bytesPerSecond, fastestMs] = [0, Infinity]
  for (const { wire, pieceMs } of buyers) {
    bytesPerSecond += wire.downloadSpeed()
    if (pieceMs > 0 && !wire.peerChoking) fastestMs = Math.min(fastestMs, pieceMs)
  }
  const enoughMs = (bytes * 1000) / bytesPerSecond + 2 * fastestMs
  return eager
    .filter(({ pieceMs }) => !(pieceMs > enoughMs))
    .sort((a, b) => (a.pieceMs || NEVER_MS) - (b.pieceMs || NEVER_MS))
}
