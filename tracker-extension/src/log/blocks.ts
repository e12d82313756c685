// The upper part of the log's tree, in memory: the roots of full blocks of lines and all full subtrees above them. For ten
// million lines that is 2.5 MB; what lies below is hashed anew from the journal, a block at a time.

import { nodeHash, type Hash } from '@floodgate/protocol'

const HASH_LENGTH = 32

/** Hashes joined in one buffer: as objects of their own they would take six times the space. */
class Hashes {
  count = 0
  #bytes = new Uint8Array(64 * HASH_LENGTH)

  push(hash: Uint8Array): void {
    const at = this.count++ * HASH_LENGTH
    if (at === this.#bytes.length) {
      const larger = new Uint8Array(2 * at)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes.set(hash, at)
  }

  at(index: number): Uint8Array {
    return this.#bytes.subarray(index * HASH_LENGTH, (index + 1) * HASH_LENGTH)
  }
}

export class Blocks {
  readonly #hash: Hash
  /** By height above the blocks, then in order. */
  readonly #levels: Hashes[] = []

  constructor(hash: Hash) {
    this.#hash = hash
  }

  /** How many blocks. */
  get size(): number {
    return this.#levels[0]?.count ?? 0
  }

  /** The next full block. */
  add(root: Uint8Array): void {
    let node = root
    for (let height = 0; ; height++) {
      const level = (this.#levels[height] ??= new Hashes())
      level.push(node)
      if (level.count % 2 === 1) return
      node = nodeHash(this.#hash, level.at(level.count - 2), node)
    }
  }

  /** Root of the full subtree of 2^`height` blocks. */
  at(height: number, index: number): Uint8Array {
    return this.#levels[height]!.at(index)
  }
}
