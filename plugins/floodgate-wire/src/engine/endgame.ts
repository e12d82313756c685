/**
 * The last pieces. No piece is fetched twice at a time (F22), so the last one to come decides when all is here: it is not
 * bound to a wire that would be the last, and taken from one that lets it wait while others have nothing to do. Pure.
 */
import type { Buyer } from './buyer.ts'

/** Without a byte for so long a piece is late; milliseconds. A token that was promised to one seller is not soon another's. */
const LATE_MS = 8000
const NEVER_MS = Number.MAX_SAFE_INTEGER
/** Who was late rests longer than his token waits for him (`graceMs` of the terms), or he would be the first to be asked again. */
const REST_MS = 12_000

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

/** Takes late pieces from their buyers, if one that is idle could have them; call it when no other piece is left. */
export function relieve(buyers: readonly Buyer[], now: number): void {
  const idle = buyers.filter((buyer) => buyer.pieces.length === 0 && buyer.room() > 0)
  if (idle.length === 0) return
  for (const buyer of buyers) {
    const late = buyer.pieces.filter(
      ({ index, progressAt }) =>
        progressAt < now - LATE_MS && idle.some(({ wire }) => wire.peerPieces.get(index))
    )
    if (late.length === 0) continue
    buyer.rest(REST_MS)
    buyer.release(late, 'timeout')
  }
}
