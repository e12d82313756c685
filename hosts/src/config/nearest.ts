// The word that was probably meant.

/** Of `known`, the one that takes the fewest changes of a letter to reach; none if it is another word altogether. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known.map((one) => ({ one, changes: changesBetween(word, one) }))
  const best = scored.sort((a, b) => a.changes - b.changes)[0]
  return best !== undefined && best.changes <= Math.max(2, word.length / 3) ? best.one : undefined
}

/** Letters to put in, take out or exchange (Levenshtein), whatever their case. */
function changesBetween(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()]
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same))
    }
    row = next
  }
  return row.at(-1)!
}
