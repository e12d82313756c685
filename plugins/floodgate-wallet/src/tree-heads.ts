// The provider's log of postings as a peer sees it: the newest head that it knows, and what shows that the log forked. A
// provider that tells two peers two histories is found out as soon as they compare heads (G13).

import {
  FloodgateError,
  MESSAGES,
  codeOf,
  decode,
  fromBase64url,
  toBase64url,
  verifyConsistency,
  type Message
} from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, issuedNow } from './provider-client.ts'
import type { Saver } from './saver.ts'
import { unpack, type WalletState } from './state.ts'
import type { Wallet } from './wallet.ts'

/** A signed head of the provider's log. */
export interface TreeHead {
  /** Lines of the log. */
  size: number
  root: Uint8Array
  /** When it was signed, Unix milliseconds. */
  time: number
  /** The whole message as text, to hand to another peer. */
  line: string
}

/** Two signed heads that no proof connects, as lines. */
export type Fork = readonly [string, string]

export class TreeHeads {
  readonly #saver: Saver
  #newest: string | undefined
  #fork: Fork | undefined

  constructor(saver: Saver, state?: Pick<WalletState, 'treeHead' | 'fork'>) {
    this.#saver = saver
    this.#newest = state?.treeHead
    this.#fork = state?.fork
  }

  /** The newest head that was seen; its signature was checked then. */
  get newest(): TreeHead | undefined {
    return this.#newest === undefined ? undefined : headOf(unpack(this.#newest))
  }

  /** Evidence that the provider signed two histories. */
  get fork(): Fork | undefined {
    return this.#fork
  }

  keep({ line, size }: TreeHead): void {
    if (line === this.#newest || size < (this.newest?.size ?? 0)) return
    this.#newest = line
    this.#saver.changed()
  }

  /** The log as it is now is the one to go on from, whatever was known before; what showed the fork is kept. */
  startFrom({ line }: TreeHead): void {
    this.#newest = line
    this.#saver.changed()
  }

  keepFork(fork: Fork): void {
    this.#fork = fork
    this.#saver.changed()
  }

  toState(): Pick<WalletState, 'treeHead' | 'fork'> {
    return {
      ...(this.#newest !== undefined && { treeHead: this.#newest }),
      ...(this.#fork !== undefined && { fork: this.#fork })
    }
  }
}

function headOf(frame: Uint8Array, { size, root, time } = decode(frame, 'treeHead').message) {
  return { size, root, time, line: toBase64url(frame) }
}

/**
 * Asks for the provider's newest head, and for the proof that its log goes on from the one that we know. Resolves when the
 * head is kept. Throws `forked-log` when it does not, with both heads kept as evidence, and what `issuedNow` throws.
 */
export async function checkLog(wallet: Wallet): Promise<TreeHead> {
  return take(wallet, await askHead(wallet))
}

/**
 * Goes on with the history of the head `line`, the second of the fork that was found last: the owner's decision, as after the
 * provider put back an older backup. He names what he was shown, so that no third history is taken with it. Both heads stay as
 * evidence. Resolves with the provider's newest head when it is durable. Throws `bad-request` for another line, `forked-log` when
 * the provider's log does not go on from this one either, and what `issuedNow` throws; then nothing has changed.
 */
export async function acceptHead(wallet: Wallet, line: string): Promise<TreeHead> {
  const { heads } = wallet.court
  const [known, shown] = heads.fork ?? []
  if (line.trim() !== shown || heads.newest?.line !== known) {
    throw new FloodgateError(
      'bad-request',
      heads.fork === undefined ? 'no fork was found' : 'not the second line of the last fork'
    )
  }
  const head = headOf(bytesOf(shown)) // verified when it was kept
  const bytes = await askHead(wallet)
  const newest = headOf(bytes, await issuedNow(wallet, 'treeHead', bytes))
  if (!(await isOneHistory(wallet, head, newest))) {
    throw new FloodgateError('forked-log', `at ${head.size} and ${newest.size} lines`)
  }
  heads.startFrom(newest)
  wallet.purses.readAgain()
  wallet.note('log', `taken as it is at ${newest.size} lines`)
  await wallet.saved()
  return newest
}

const askHead = (wallet: Wallet): Promise<Uint8Array> =>
  ask(`${wallet.api}${ROUTES}/log/head`, MESSAGES.treeHead.bytesMax)

/** Compares a head that another peer was given, as its line. Throws as `checkLog`, and `bad-request` for another text. */
export async function compareHead(wallet: Wallet, line: string): Promise<TreeHead> {
  return take(wallet, bytesOf(line))
}

function bytesOf(line: string): Uint8Array {
  const bytes = fromBase64url(line.trim())
  try {
    if (bytes !== undefined && decode(bytes, 'treeHead')) return bytes
  } catch {
    // Another text; the codec's word for what is wrong with it would tell nobody anything.
  }
  throw new FloodgateError('bad-request', 'not the line of a head')
}

async function take(wallet: Wallet, bytes: Uint8Array): Promise<TreeHead> {
  const head = headOf(bytes, await issuedNow(wallet, 'treeHead', bytes))
  const known = await showsFork(wallet, head)
  if (known !== undefined) {
    await wallet.saved()
    throw new FloodgateError('forked-log', `at ${known.size} and ${head.size} lines`)
  }
  wallet.court.heads.keep(head)
  await wallet.saved()
  return head
}

/** The head that we know, if no proof connects this one with it: both are kept as evidence then. */
async function showsFork(wallet: Wallet, head: TreeHead): Promise<TreeHead | undefined> {
  const { heads } = wallet.court
  const known = heads.newest
  if (known === undefined || (await isOneHistory(wallet, known, head))) return undefined
  heads.keepFork([known.line, head.line])
  wallet.note('fork', `${known.line} ${head.line}`)
  return known
}

async function isOneHistory(wallet: Wallet, a: TreeHead, b: TreeHead): Promise<boolean> {
  const [older, newer] = a.size <= b.size ? [a, b] : [b, a]
  const path =
    older.size === newer.size ? new Uint8Array() : await pathBetween(wallet, older, newer)
  const hash = (data: Uint8Array) => wallet.crypto.sha256(data)
  return path !== undefined && verifyConsistency(hash, older, newer, path)
}

/** Undefined when the provider says that there is none: it signed the longer log and does not have it. */
async function pathBetween(
  wallet: Wallet,
  older: TreeHead,
  newer: TreeHead
): Promise<Uint8Array | undefined> {
  const url = `${wallet.api}${ROUTES}/log/consistency?from=${older.size}&to=${newer.size}`
  try {
    const bytes = await ask(url, MESSAGES.consistency.bytesMax)
    const { path }: Message<'consistency'> = decode(bytes, 'consistency').message
    return path
  } catch (error) {
    if (codeOf(error) !== 'bad-request') throw error
    return undefined
  }
}
