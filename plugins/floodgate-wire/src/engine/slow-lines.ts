/**
 * No piece is fetched from two peers at a time (F22), so what is bound to a slow wire nobody else fetches, to the very end. So a
 * wire holds little more than it soon brings, and of the last pieces it gets none that a faster one is going to bring. Wires that
 * bring what they hold in a second or so are not told apart: to choose among few would cost more than it saves. Pure.
 */

/** A wire holds no more than it brings in so long, and one piece more, so that it never waits for us. Milliseconds. */
const HOLD_MS = 2000
/** Pieces it may hold while nothing is known of it. */
const HOLD_FIRST = 2
/** Who brings what it holds and one piece more in so long is in nobody's way. */
const SOON_MS = 1500

/** What a wire does with its pieces. */
export interface Line {
  /** Milliseconds from one piece to the next, or since the last, if that is longer; 0 while nothing is known. */
  pieceMs: number
  /** Pieces that are bound to it. */
  held: number
}

/** So many pieces may be bound to a wire before one more is. */
export const holdOf = (pieceMs: number): number =>
  pieceMs === 0 ? HOLD_FIRST : Math.max(1, Math.floor(HOLD_MS / pieceMs))

/** When one piece more would be here; milliseconds from now. */
export const nextMs = ({ pieceMs, held }: Line): number => pieceMs * (held + 1)

export const isSoon = (line: Line): boolean => nextMs(line) <= SOON_MS

/**
 * Which of `slow` would bring one piece more in time: before these and `others`, who have some on their way, are done with the
 * `pieces` that are to come in all, and the fastest of them with two more.
 */
export function inTime<L extends Line>(
  slow: readonly L[],
  others: readonly Line[],
  pieces: number
): L[] {
  const known = [...slow, ...others].flatMap(({ pieceMs }) => (pieceMs > 0 ? pieceMs : []))
  const perMs = known.reduce((sum, pieceMs) => sum + 1 / pieceMs, 0)
  const enoughMs = pieces / perMs + 2 * Math.min(...known)
  return slow.filter((line) => nextMs(line) <= enoughMs)
}
