/**
 * WebTorrent's own store of files, past its caches. Through them every piece is copied once more and the last twenty are kept;
 * V8 answers so much short-lived memory with collections of the whole heap, which cost more than all else that a seller does.
 */
import type { Torrent } from 'webtorrent'
import type { FilesDoors } from './doors.ts'

export type ReadPiece = (error: Error | null, bytes?: Uint8Array) => void

/** The store at the bottom of a torrent that is ready, if it is the one for files; null with any other. */
export function filesOf(torrent: Torrent): FilesDoors | null {
  let store: unknown = torrent.store
  while (isObject(store) && isObject(Reflect.get(store, 'store')))
    store = Reflect.get(store, 'store')
  if (!isObject(store)) return null
  return Array.isArray(Reflect.get(store, 'chunkMap')) ? (store as FilesDoors) : null
}

/** Reads a whole piece: from its file if it lies in one, else as the torrent's store does. */
export function readPiece(torrent: Torrent, index: number, done: ReadPiece): void {
  const [part, another] = filesOf(torrent)?.chunkMap[index] ?? []
  if (part === undefined || another !== undefined) return torrent.store.get(index, null, done)
  part.file.open((error, file) => {
    if (file) file.read(part.offset, part.to - part.from, done)
    else done(error ?? new Error('there is no file'))
  })
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
