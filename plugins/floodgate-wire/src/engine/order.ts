/**
 * In which order pieces are wanted: what a stream waits for, then streams from front to back, then everything else that
 * is selected, by priority, and within one priority rarest first with ties broken by chance. Pure, linear in the number
 * of pieces (for a given number of selections and peers).
 */

/** A stretch of pieces that the user selected; the shape of WebTorrent's own. */
export interface Wanted {
  from: number
  to: number
  priority: number
  isStreamSelection: boolean
}

export interface OrderFacts {
  pieces: number
  /** In descending priority. */
  selections: readonly Wanted[]
  have(index: number): boolean
  critical(index: number): boolean
  /** How many peers have piece `index`; seeders of everything may be left out. */
  availability: ArrayLike<number>
  /** Uniform in [0, 1). */
  random(): number
}

/** The indexes that are wanted and not yet here, most wanted first. */
export function orderPieces(facts: OrderFacts): Int32Array {
  const seen = new Uint8Array(facts.pieces)
  const order = new Int32Array(facts.pieces)
  let count = 0
  const eachMissing = (wanted: Wanted, take: (index: number) => void) => {
    const last = Math.min(wanted.to, facts.pieces - 1)
    for (let index = Math.max(wanted.from, 0); index <= last; index++) {
      if (seen[index] === 0 && !facts.have(index)) take(index)
    }
  }
  const add = (index: number) => {
    seen[index] = 1
    order[count++] = index
  }

  for (const wanted of facts.selections) {
    eachMissing(wanted, (index) => {
      if (facts.critical(index)) add(index)
    })
  }
  for (const level of byPriority(facts.selections)) {
    for (const wanted of level) if (wanted.isStreamSelection) eachMissing(wanted, add)
    const start = count
    for (const wanted of level) if (!wanted.isStreamSelection) eachMissing(wanted, add)
    rarestFirst(order.subarray(start, count), facts)
  }
  return order.subarray(0, count)
}

function byPriority(selections: readonly Wanted[]): Wanted[][] {
  const levels = new Map<number, Wanted[]>()
  for (const wanted of selections) {
    const level = levels.get(wanted.priority)
    if (level) level.push(wanted)
    else levels.set(wanted.priority, [wanted])
  }
  return [...levels.entries()].sort(([a], [b]) => b - a).map(([, level]) => level)
}

/** Shuffles, then sorts by counting: equal pieces stay in random order. */
function rarestFirst(indexes: Int32Array, facts: OrderFacts): void {
  for (let at = indexes.length - 1; at > 0; at--) {
    const other = Math.floor(facts.random() * (at + 1))
    const index = indexes[at]!
    indexes[at] = indexes[other]!
    indexes[other] = index
  }
  const starts: number[] = []
  for (const index of indexes) {
    const rarity = facts.availability[index]!
    starts[rarity] = (starts[rarity] ?? 0) + 1
  }
  let start = 0
  for (let rarity = 0; rarity < starts.length; rarity++) {
    const here = starts[rarity] ?? 0
    starts[rarity] = start
    start += here
  }
  for (const index of indexes.slice()) indexes[starts[facts.availability[index]!]!++] = index
}
