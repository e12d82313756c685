// Compares the journal with the log that peers have heads of: every block of lines with its root, and all of them with the
// last signed head. What is not as it was signed is named.

import {
  EMPTY_LOG,
  appendLeaf,
  codeOf,
  concat,
  decode,
  equal,
  keyIdOf,
  logRoot,
  toHex,
  verifySignature,
  type Crypto,
  type Hash,
  type LogTree
} from '@floodgate/protocol'
import { blockLines, type HeadRow, type JournalLine, type LedgerStore } from '../ledger/index.ts'
import type { ProviderKeys } from '../mint/keys.ts'
import { leafOf } from './leaf.ts'

/** The log is in order if `faults` is empty. */
export interface LogAudit {
  faults: string[]
  /** Lines of the journal, and the root over all of them. */
  lines: number
  root: Uint8Array
  /** What the last signed head says; undefined if none was ever signed. */
  head: { size: number; root: Uint8Array; at: number } | undefined
}

export interface LogAuditOptions {
  store: LedgerStore
  keys: Pick<ProviderKeys, 'epochs'>
  crypto: Crypto
  /** The ledger's. */
  currency: string
}

/** Reads the journal from its first line; a minute for some million lines. */
export async function auditLog(options: LogAuditOptions): Promise<LogAudit> {
  const { store, crypto } = options
  const hash: Hash = (data) => crypto.sha256(data)
  const head = await store.head()
  const faults: string[] = []
  const { tree, atHead } = await replay(options, hash, head?.size ?? 0, faults)
  if (head === undefined) {
    if ((await store.blocks(0, 1)).length > 0) faults.push('head newest: it is missing')
  } else {
    if (tree.size < head.size) {
      faults.push(`the journal ends at line ${tree.size}, the last head stands for ${head.size}`)
    } else if (!equal(logRoot(hash, atHead), head.root)) {
      faults.push(`lines 1 to ${head.size} are not those that the last head was signed for`)
    }
    if (tree.size >= head.size && !equal(concat(...atHead.peaks), head.peaks)) {
      faults.push('head newest: peaks is not what the journal leads to')
    }
    await checkFrame(options, head, faults)
  }
  return {
    ...{ faults, lines: tree.size, root: logRoot(hash, tree) },
    head: head && { size: head.size, root: head.root, at: head.at }
  }
}

/** The tree over the whole journal, and the one at the head; every full block up to there is compared with its root. */
async function replay(
  { store, currency }: LogAuditOptions,
  hash: Hash,
  headSize: number,
  faults: string[]
): Promise<{ tree: LogTree; atHead: LogTree }> {
  let tree: LogTree = EMPTY_LOG
  let atHead: LogTree = EMPTY_LOG
  for (;;) {
    const first = tree.size
    const lines = await store.journal(first, blockLines)
    let block: Uint8Array | undefined
    for (const line of lines) {
      const leaf = leafIn(hash, line, currency, faults)
      tree = appendLeaf(hash, tree, leaf, (height, _, root) => {
        if (2 ** height === blockLines) block = root
      })
      if (tree.size === headSize) atHead = tree
    }
    if (block !== undefined && tree.size <= headSize) {
      const [kept] = await store.blocks(first / blockLines, 1)
      if (kept === undefined || !equal(kept, block)) {
        faults.push(`lines ${first + 1} to ${tree.size} are not those that their block stands for`)
      }
    }
    if (lines.length < blockLines) return { tree, atHead }
  }
}

/** The leaf of a line; a line that was changed beyond its limits has none, and is told of. */
function leafIn(hash: Hash, line: JournalLine, currency: string, faults: string[]): Uint8Array {
  try {
    return leafOf(hash, line, currency)
  } catch (error) {
    faults.push(`journal line ${line.seq} is no posting (${codeOf(error)})`)
    return hash(new Uint8Array())
  }
}

/** Is the frame of the head ours, and does the row say what the frame says? Also when it has expired. */
async function checkFrame(
  { keys, crypto }: LogAuditOptions,
  { size, root, at, frame }: HeadRow,
  faults: string[]
): Promise<void> {
  try {
    const { message } = decode(frame, 'treeHead')
    const epoch = keys.epochs
      .map(({ frame: certified }) => decode(certified, 'epoch').message)
      .find(({ signKey }) => equal(keyIdOf(crypto, signKey), message.key))
    if (epoch === undefined) {
      faults.push(`head newest: frame is signed with an unknown key, ${toHex(message.key)}`)
    } else await verifySignature(crypto, frame, epoch.signKey)
    if (message.size !== size) faults.push(`head newest: size ${size}, signed ${message.size}`)
    if (message.time !== at) faults.push(`head newest: at ${at}, signed ${message.time}`)
    if (!equal(message.root, root)) faults.push('head newest: root is not the one that was signed')
  } catch (error) {
    faults.push(`head newest: frame is not a signed head (${codeOf(error)})`)
  }
}
