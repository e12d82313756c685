/**
 * No piece is fetched from two peers at a time (F22), so what is bound to a slow wire nobody else fetches, to the very end. So a
 * wire holds no more than it soon brings, and of the last pieces it gets none that a faster one has. On fast lines nothing of
 * this applies: there, to choose costs more than it saves. Pure.
 */

/** A wire holds no more than it brings in so long, but one piece at least. */
const HOLD_MS = 4000
/** …and so many while nothing is known of it. */
const HOLD_FIRST = 2
/** Who brings what it holds and one piece more in so long is in nobody's way. */
const SLOW_MS = 1500

/** What a wire does with its pieces. */
export interface Line {
  /** Milliseconds from one piece to the next, or since the last, if that is longer; 0 while nothing is known. */
  pieceMs: number
  /** Pieces that are bound to it. */
  held: number
}

/** So many pieces may be bound to a wire. */
export const holdOf = (pieceMs: number): number =>
  pieceMs === 0 ? HOLD_FIRST : Math.max(1, Math.floor(HOLD_MS / pieceMs))

/**
 * The longest that a piece may take, with `pieces` to come in all: until all lines together are done, and two pieces of the
 * fastest more. Milliseconds; Infinity while no line is known.
 */
export function enoughMs(lines: Iterable<Line>, pieces: number): number {
  let [perMs, fastestMs] = [0, Infinity]
  for (const { pieceMs } of lines) {
    if (pieceMs === 0) continue
    perMs += 1 / pieceMs
    fastestMs = Math.min(fastestMs, pieceMs)
  }
  return perMs === 0 ? Infinity : Math.max(SLOW_MS, pieces / perMs + 2 * fastestMs)
}

/** Would one more piece be here in time? */
export const isInTime = ({ pieceMs, held }: Line, enough: number): boolean =>
  pieceMs * (held + 1) <= enough
