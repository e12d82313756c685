// Reads a torrent file (BEP 3) for publishing, and checks that its numbers fit together.

import { createHash } from 'node:crypto'
import { FloodgateError, fromUtf8 } from '@floodgate/protocol'
import { isDictionary, readBencoded, type Dictionary } from './bencoded.ts'

export interface TorrentFile {
  /** SHA-1 of the info dictionary, 40 hex digits. */
  infoHash: string
  info: Dictionary
  name: string
  /** Number of pieces. */
  pieces: number
  /** Bytes of a piece. */
  pieceLength: number
  /** Bytes of the content. */
  length: number
  isPrivate: boolean
}

const bad = (detail: string): FloodgateError =>
  new FloodgateError('bad-request', `torrent: ${detail}`)

/** Reads a torrent file. Throws `bad-request` when it is no canonical one or its numbers do not fit together. */
export function readTorrent(bytes: Uint8Array): TorrentFile {
  const { value, info: span } = readBencoded(bytes)
  const info = isDictionary(value) ? value['info'] : undefined
  if (span === undefined || !isDictionary(info)) throw bad('info')
  const name = info['name'] instanceof Uint8Array ? fromUtf8(info['name']) : undefined
  const hashes = info['pieces']
  const pieceLength = info['piece length']
  if (name === undefined || name === '') throw bad('name')
  if (typeof pieceLength !== 'number' || pieceLength < 1) throw bad('piece length')
  if (!(hashes instanceof Uint8Array) || hashes.length % 20 !== 0) throw bad('pieces')
  const pieces = hashes.length / 20
  const length = lengthOf(info)
  if (pieces === 0 || Math.ceil(length / pieceLength) !== pieces) throw bad('pieces')
  return {
    infoHash: createHash('sha1')
      .update(bytes.subarray(...span))
      .digest('hex'),
    info,
    name,
    pieces,
    pieceLength,
    length,
    isPrivate: info['private'] === 1
  }
}

/** Bytes of the content: of the one file, or of all. */
function lengthOf(info: Dictionary): number {
  const own = info['length']
  const files = info['files']
  if (typeof own === 'number') return own
  if (!Array.isArray(files)) throw bad('length')
  return files.reduce<number>((sum, file) => {
    const length = isDictionary(file) ? file['length'] : undefined
    if (typeof length !== 'number' || length < 0) throw bad('length')
    return sum + length
  }, 0)
}
