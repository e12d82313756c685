/**
 * WebTorrent's own store of files, past its caches. Through them every piece is copied once more and the last twenty are kept;
 * V8 answers so much short-lived memory with collections of the whole heap, which cost more than all else that a seller does.
 */
import type { Torrent } from 'webtorrent'
import { fileStore } from '#file-store'
import type { FilesDoors, StoreDoors } from './doors.ts'

export type ReadPiece = (error: Error | null, bytes?: Uint8Array) => void

/**
 * The store at the bottom of a torrent that is ready, if WebTorrent made it and it is the one for files; null with any other,
 * above all with one that an application wraps around it: what lies in the files may not be what the store gives. Null too when
 * an upgrade has closed the door: then pieces are read and kept as WebTorrent does.
 */
export function filesOf(torrent: Torrent): FilesDoors | null {
  const { _store, _preloadedStore, store } = torrent as Torrent & StoreDoors
  if (fileStore === null || _store !== fileStore || _preloadedStore) return null
  const below = store?.store
  const bottom = below?.store ?? below
  return bottom instanceof fileStore && Array.isArray(bottom.chunkMap) ? bottom : null
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
