// Who sent whom which blocks, as the receivers saw them: the bytes' side of the lab's books.

export class ByteBook {
  readonly #blocks = new Map<string, Map<number, Set<number>>>()

  /** A true block of piece `index` went from one account to another. */
  came(from: string, to: string, index: number, offset: number): void {
    const key = `${from} ${to}`
    const pieces = this.#blocks.get(key) ?? new Map<number, Set<number>>()
    this.#blocks.set(key, pieces)
    pieces.set(index, (pieces.get(index) ?? new Set()).add(offset))
  }

  /** Pieces of which at least `blocks` blocks went from one to the other. */
  sent(from: string, to: string, blocks = 1): number[] {
    const pieces = this.#blocks.get(`${from} ${to}`) ?? new Map<number, Set<number>>()
    return [...pieces].filter(([, offsets]) => offsets.size >= blocks).map(([index]) => index)
  }
}
