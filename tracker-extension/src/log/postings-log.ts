// The provider's log of postings (G13): a tree over the ledger's journal, its signed heads, and the proofs that peers ask
// for. Leaf hashes are kept nowhere: they follow from the journal, and a proof needs at most two blocks of them.

import {
  EMPTY_LOG,
  FloodgateError,
  appendLeaf,
  codeOf,
  concat,
  consistencyProof,
  encode,
  equal,
  inclusionProof,
  logRoot,
  nodeHash,
  type Crypto,
  type Hash,
  type LogNodes,
  type LogTree
} from '@floodgate/protocol'
import { blockLines, type HeadRow, type LedgerStore } from '../ledger/index.ts'
import type { Issuer } from '../mint/issuer.ts'
import { Blocks } from './blocks.ts'
import { leafOf } from './leaf.ts'

const BLOCK_HEIGHT = Math.log2(blockLines)
/** Lines between two heads at most, so that a log that has to catch up keeps what it did: about a second of work. */
const HEAD_LINES_MAX = 100 * blockLines
const HEAD_LIFE_MS = 24 * 3600e3

export interface LogBase {
  readonly store: LedgerStore
  readonly issuer: Issuer
  readonly crypto: Crypto
  /** Unix milliseconds. */
  readonly now: () => number
  /** The ledger's. */
  readonly currency: string
}

export class PostingsLog {
  readonly #base: LogBase
  readonly #hash: Hash
  readonly #blocks: Blocks
  #tree: LogTree = EMPTY_LOG
  #head: HeadRow | undefined
  #loading: Promise<void> | undefined
  #signing: Promise<void> | undefined

  constructor(base: LogBase) {
    this.#base = base
    this.#hash = (data) => base.crypto.sha256(data)
    this.#blocks = new Blocks(this.#hash)
  }

  /** The newest signed head: a `treeHead`. The first call signs one if there is none; `grow` signs the others. */
  async head(): Promise<Uint8Array> {
    return (await this.#newest()).frame
  }

  /** Shows that `line`, from 1, stands in the log of `size` lines. Throws `bad-request` when it does not. */
  async inclusion(line: number, size?: number): Promise<Uint8Array> {
    const head = await this.#newest()
    const index = line - 1
    await this.#expectWithin(line, size ?? head.size)
    const nodes = await this.#nodesAround(index, size ?? head.size)
    return encode('inclusion', {
      ...{ line, size: size ?? head.size, leaf: nodes(0, index) },
      path: inclusionProof(this.#hash, nodes, index, size ?? head.size)
    })
  }

  /** Shows that the log of `to` lines begins with that of `from`. Throws `bad-request` when it is not so long. */
  async consistency(from: number, to?: number): Promise<Uint8Array> {
    const head = await this.#newest()
    const end = to ?? head.size
    await this.#expectWithin(from, end)
    const nodes = await this.#nodesAround(from, end)
    return encode('consistency', {
      ...{ from, to: end, path: consistencyProof(this.#hash, nodes, from, end) }
    })
  }

  /**
   * Takes in what the journal has more, and signs a head when there is anything new or the last one has expired. Answers
   * whether the journal may hold more still.
   */
  async grow(): Promise<boolean> {
    const before = this.#tree.size
    this.#signing ??= this.#sign().finally(() => (this.#signing = undefined))
    await this.#signing
    return this.#tree.size - before >= HEAD_LINES_MAX
  }

  async #newest(): Promise<HeadRow> {
    await this.#loaded()
    if (this.#head === undefined) await this.grow()
    return this.#head!
  }

  async #expectWithin(part: number, size: number): Promise<void> {
    // The asker may have a head of another process.
    if (size > this.#tree.size) await this.#follow()
    if (part > size || size > this.#tree.size) {
      throw new FloodgateError('bad-request', 'the log is not so long')
    }
  }

  #loaded(): Promise<void> {
    this.#loading ??= this.#follow().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  /** Goes on to the head that is kept, whichever process of this provider signed it; no line is hashed again. */
  async #follow(): Promise<void> {
    const { store } = this.#base
    const head = await store.head()
    if (head === undefined || this.#isPast(head)) return
    const count = Math.floor(head.size / blockLines)
    const roots: Uint8Array[] = []
    const first = this.#blocks.size
    while (first + roots.length < count) {
      const more = await store.blocks(first + roots.length)
      if (more.length === 0) throw new FloodgateError('internal', 'blocks of the log are missing')
      roots.push(...more)
    }
    const peaks = Array.from({ length: head.peaks.length / 32 }, (_, i) =>
      head.peaks.slice(32 * i, 32 * i + 32)
    )
    const tree = { size: head.size, peaks }
    if (!equal(logRoot(this.#hash, tree), head.root)) {
      throw new FloodgateError('internal', 'the log does not lead to its head')
    }
    // Another reading may have been quicker.
    if (this.#isPast(head)) return
    for (const root of roots.slice(this.#blocks.size - first, count - first)) this.#blocks.add(root)
    this.#tree = tree
    this.#head = head
  }

  #isPast({ size, at }: HeadRow): boolean {
    return size < this.#tree.size || (size === this.#tree.size && at <= (this.#head?.at ?? 0))
  }

  async #sign(): Promise<void> {
    const { store, issuer, now } = this.#base
    await this.#follow()
    const { tree, blocks } = await this.#read()
    const time = now()
    const last = this.#head
    const isOver = last === undefined || time >= last.at + HEAD_LIFE_MS
    if (tree.size === this.#tree.size && !isOver) return
    const root = logRoot(this.#hash, tree)
    const on = { time, expiry: time + HEAD_LIFE_MS }
    const frame = await issuer.sign('treeHead', { size: tree.size, root }, on)
    const head = { size: tree.size, root, peaks: concat(...tree.peaks), frame }
    // Shown only once it is kept: an audit compares the books with the last head that anybody may have.
    try {
      await store.execute({ kind: 'signHead', ...head, blocks, now: time })
    } catch (error) {
      // Another process was quicker, and its head is as good.
      if (codeOf(error) !== 'conflict') throw error
    }
    await this.#follow()
  }

  /** The tree with the lines behind ours, and the blocks that became full. */
  async #read(): Promise<{ tree: LogTree; blocks: Uint8Array[] }> {
    const { store, currency } = this.#base
    let tree = this.#tree
    const blocks: Uint8Array[] = []
    while (tree.size - this.#tree.size < HEAD_LINES_MAX) {
      // A block at a time: the event loop is held up for a few milliseconds.
      const lines = await store.journal(tree.size, blockLines)
      for (const line of lines) {
        tree = appendLeaf(
          this.#hash,
          tree,
          leafOf(this.#hash, line, currency),
          (height, _, root) => {
            if (height === BLOCK_HEIGHT) blocks.push(root)
          }
        )
      }
      if (lines.length < blockLines) break
    }
    return { tree, blocks }
  }

  /** All nodes that a proof about these two places needs: the leaves of their blocks, and the roots of all full blocks. */
  async #nodesAround(...places: number[]): Promise<LogNodes> {
    const { store, currency } = this.#base
    const leaves = new Map<number, Uint8Array[]>()
    for (const place of places) {
      const block = Math.floor(place / blockLines)
      if (leaves.has(block)) continue
      const lines = await store.journal(block * blockLines, blockLines)
      leaves.set(
        block,
        lines.map((line) => leafOf(this.#hash, line, currency))
      )
    }
    const nodes: LogNodes = (height, index) => {
      if (height >= BLOCK_HEIGHT) return this.#blocks.at(height - BLOCK_HEIGHT, index)
      if (height > 0) {
        return nodeHash(this.#hash, nodes(height - 1, 2 * index), nodes(height - 1, 2 * index + 1))
      }
      return leaves.get(Math.floor(index / blockLines))![index % blockLines]!
    }
    return nodes
  }
}
