// Which files a content has, and where each of their bytes stands in it. A request's path is looked up in this table and
// never joined to a directory: what is not a file of the torrent does not exist.

import { join } from 'node:path'
import { fromUtf8 } from '@floodgate/protocol'
import { isDictionary, type Value } from '../mint/bencoded.ts'
import { readTorrent } from '../mint/torrent.ts'

export interface OriginFile {
  /** Number in the torrent. */
  index: number
  /** Below the directory in which the content lies under the torrent's name. */
  path: string
  /** Bytes. */
  length: number
  /** Of its first byte in the content. */
  offset: number
}

export interface OriginContent {
  infoHash: string
  pieceLength: number
  pieces: number
  /** By the path that stands in URLs, decoded: the torrent's name, and below it the names of BEP 3, by slashes. */
  files: ReadonlyMap<string, OriginFile>
}

/** A name that is one step down and nothing else, on any system. */
const isPlain = (name: string | undefined): name is string =>
  name !== undefined && name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)

const nameIn = (value: Value | undefined): string | undefined =>
  value instanceof Uint8Array ? fromUtf8(value) : undefined

/** Reads a torrent file. A file whose names could lead elsewhere is left out. Throws `bad-request` when it is none. */
export function contentOf(torrent: Uint8Array): OriginContent {
  const { info, infoHash, name, pieceLength, pieces } = readTorrent(torrent)
  const files = new Map<string, OriginFile>()
  let offset = 0
  for (const [index, { names, length }] of filesOf(info['files'], info['length']).entries()) {
    const steps = [name, ...names]
    if (steps.every(isPlain)) {
      files.set(steps.join('/'), { index, path: join(...steps), length, offset })
    }
    offset += length
  }
  return { infoHash, pieceLength, pieces, files }
}

interface Listed {
  names: (string | undefined)[]
  length: number
}

/** `readTorrent` has checked the lengths. */
function filesOf(files: Value | undefined, length: Value | undefined): Listed[] {
  if (!Array.isArray(files)) return [{ names: [], length: length as number }]
  return files.filter(isDictionary).map((file) => {
    const path = file['path']
    const names = Array.isArray(path) && path.length > 0 ? path.map(nameIn) : [undefined]
    return { names, length: file['length'] as number }
  })
}
