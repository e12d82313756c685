// One piece by HTTP from a web seed (BEP 19): a range of each file that it touches. What it returns is of the right length
// and nothing more is known of it.

import { FloodgateError, type ErrorCode } from '@floodgate/protocol'
import type { Torrent } from 'webtorrent'

/** A piece may be large and a line slow: it has time at 20 bytes a millisecond. */
const PIECE_MIN_MS = 15_000
const SLOWEST = 20

/** What a refusal means. */
const REFUSALS: Readonly<Record<number, ErrorCode>> = { 402: 'unpaid', 503: 'origin-busy' }

interface Part {
  path: string
  /** First and last byte in the file. */
  start: number
  end: number
}

type Pieces = Pick<Torrent, 'files' | 'pieceLength' | 'length'>

/** Files are named as the torrent has them, whatever separator the system uses. */
const escapedPath = (path: string): string => path.split(/[\\/]/).map(encodeURIComponent).join('/')

/** The ranges of files that make a piece, in order. */
function partsOf({ files, pieceLength, length }: Pieces, index: number): Part[] {
  const first = index * pieceLength
  const end = Math.min(first + pieceLength, length)
  return files.flatMap((file) => {
    const from = Math.max(first, file.offset)
    const to = Math.min(end, file.offset + file.length)
    if (from >= to) return []
    return [{ path: escapedPath(file.path), start: from - file.offset, end: to - file.offset - 1 }]
  })
}

/**
 * Fetches a piece. `seed` ends with a slash. Throws `origin-busy`, `unpaid`, `unreachable` (no answer, or another one than
 * the range), and when `signal` is aborted.
 */
export async function fetchPiece(
  torrent: Pieces,
  index: number,
  seed: string,
  signal: AbortSignal
): Promise<Uint8Array> {
  const parts = partsOf(torrent, index)
  const length = parts.reduce((sum, { start, end }) => sum + end - start + 1, 0)
  const late = AbortSignal.timeout(PIECE_MIN_MS + Math.ceil(length / SLOWEST))
  const piece = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    const target = piece.subarray(at, at + part.end - part.start + 1)
    await fetchInto(target, `${seed}${part.path}`, part, AbortSignal.any([signal, late]))
    at += target.length
  }
  return piece
}

async function fetchInto(
  target: Uint8Array,
  url: string,
  { start, end }: Part,
  signal: AbortSignal
): Promise<void> {
  try {
    const headers = { Range: `bytes=${start}-${end}` }
    const response = await fetch(url, { headers, signal, redirect: 'error' })
    if (response.status === 206) return await readInto(target, response)
    await response.body?.cancel()
    throw new FloodgateError(REFUSALS[response.status] ?? 'unreachable', `HTTP ${response.status}`)
  } catch (error) {
    if (error instanceof FloodgateError) throw error
    throw new FloodgateError('unreachable', String((error as Error).message))
  }
}

/** No byte more is kept than was asked for. */
async function readInto(target: Uint8Array, { body }: Response): Promise<void> {
  const reader = body?.getReader()
  let at = 0
  for (;;) {
    const step = await reader?.read()
    if (step === undefined || step.done) break
    if (at + step.value.length > target.length) {
      await reader?.cancel()
      throw new FloodgateError('unreachable', 'more than the range')
    }
    target.set(step.value, at)
    at += step.value.length
  }
  if (at < target.length) throw new FloodgateError('unreachable', 'less than the range')
}
