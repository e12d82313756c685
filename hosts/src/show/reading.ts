// Reads what the processes of the show say: lines, counters and files become plain values.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Status } from '../provider/api-client.ts'
import type { Share } from '../trade/tally.ts'
import type { Line } from './child.ts'
import type { Messages } from './facts.ts'

export const MIB = 1024 * 1024
/** Small files are cut into at least so many pieces. */
const PIECES_MIN = 32
const PIECE_MIN = 16 * 1024

/** 1 MiB, or less where that would make too few pieces. */
export function pieceLengthFor(bytes: number): number {
  let length = MIB
  while (length > PIECE_MIN && bytes / length < PIECES_MIN) length /= 2
  return length
}

export function tradeOf(line: Line): { uid: string; indexes: number[]; price: bigint } {
  const { uid, indexes, price } = line
  return { uid: String(uid), indexes: indexes as number[], price: BigInt(String(price)) }
}

export const sharesOf = (shares: unknown): Share[] =>
  (shares as (Omit<Share, 'amount'> & { amount: string })[]).map((share) => ({
    ...share,
    amount: BigInt(share.amount)
  }))

/** What reached the provider between two questions; the second question is ours and not counted. */
export function messagesOf(before: Status, after: Status, torrents: number): Messages {
  const tracker = (kind: keyof Status['tracker']): number =>
    after.tracker[kind] - before.tracker[kind]
  const claims = after.mint.claims - before.mint.claims
  const total = tracker('messages') - 1
  const announces = tracker('announces')
  const purchases = after.mint.purchases - before.mint.purchases
  return {
    total,
    announces,
    purchases,
    claims,
    torrents,
    other: total - announces - claims - torrents
  }
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: MIB }))
    hash.update(chunk as Buffer)
  return hash.digest('hex')
}
