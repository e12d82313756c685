// A peer checks the provider's books as far as they are about its own money: every posting of its account stands in the log
// whose head it holds, and together they are the balance that the provider tells (G13).

import {
  FloodgateError,
  LOG_PATH_MAX,
  decode,
  lineHash,
  verifyInclusion
} from '@floodgate/protocol'
import { ask } from './http.ts'
import { linesBehind, ownAccount, type OwnLine } from './own-lines.ts'
import { ROUTES, account } from './provider-client.ts'
import { checkLog, type TreeHead } from './tree-heads.ts'
import type { Wallet } from './wallet.ts'

/** A posting of one's own account. */
export interface OwnPosting {
  /** From 1, in the order of the log. */
  line: number
  /** Unix milliseconds. */
  at: number
  kind: string
  ref: string
  purse: string
  /** Minor units; below 0 when it left the account. */
  amount: bigint
}

export interface ProvedAccount {
  head: TreeHead
  /** The newest, behind the head, are in no proof yet. */
  postings: OwnPosting[]
  proved: number
  balance: bigint
  currency: string
}

interface Line {
  bytes: Uint8Array
  posting: OwnPosting
}

/** Proofs asked for at a time. */
const AT_ONCE = 8
/** Postings may come between the question for lines and that for the balance. */
const TRIES_MAX = 5

/**
 * All postings of the account, each up to the newest head with its proof. Throws `false-books` when one is not in the log, or
 * when they do not add up to the balance; and what `checkLog` throws.
 */
export async function proveAccount(wallet: Wallet): Promise<ProvedAccount> {
  const { lines, balance, currency } = await allLines(wallet)
  const head = await checkLog(wallet)
  const covered = lines.filter(({ posting }) => posting.line <= head.size)
  for (let i = 0; i < covered.length; i += AT_ONCE) {
    await Promise.all(covered.slice(i, i + AT_ONCE).map((line) => prove(wallet, head, line)))
  }
  const postings = lines.map(({ posting }) => posting)
  return { head, postings, proved: covered.length, balance, currency }
}

async function allLines(wallet: Wallet) {
  const lines: Line[] = []
  for (let tries = 1; ; tries++) {
    await readOn(wallet, lines)
    const { balance, currency } = await account(wallet)
    const sum = lines.reduce((total, { posting }) => total + posting.amount, 0n)
    if (sum === balance) return { lines, balance, currency }
    if (tries === TRIES_MAX) throw new FloodgateError('false-books', `${sum} is not ${balance}`)
  }
}

/** Adds the account's lines behind those that are there. */
async function readOn(wallet: Wallet, lines: Line[]): Promise<void> {
  const before = () => lines.at(-1)?.posting.line ?? 0
  for await (const { bytes, line } of linesBehind(wallet, before())) {
    const posting = ownPosting(wallet, line)
    if (posting.line <= before()) throw new FloodgateError('false-books', `line ${posting.line}`)
    lines.push({ bytes, posting })
  }
}

function ownPosting(wallet: Wallet, message: OwnLine): OwnPosting {
  const { line, at, kind, ref, purse, debit, credit, amount } = message
  const own = ownAccount(wallet)
  if (debit !== own && credit !== own) throw new FloodgateError('false-books', `line ${line}`)
  return { line, at, kind, ref, purse, amount: credit === own ? amount : -amount }
}

async function prove(wallet: Wallet, head: TreeHead, { bytes, posting }: Line): Promise<void> {
  const { line } = posting
  const url = `${wallet.api}${ROUTES}/log/proof?line=${line}&size=${head.size}`
  const { path } = decode(await ask(url, LOG_PATH_MAX + 256), 'inclusion').message
  const hash = (data: Uint8Array) => wallet.crypto.sha256(data)
  if (!verifyInclusion(hash, lineHash(hash, bytes), line - 1, path, head)) {
    throw new FloodgateError('false-books', `line ${line} is not in the log`)
  }
}
