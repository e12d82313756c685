// Reads a torrent of one file while it comes: whoever asks for bytes waits for the pieces that hold them, and they are fetched
// before all others.

import type { ReadBytes } from '@floodgate/push'
import type { Torrent } from 'webtorrent'

/** For `openContent`. */
export function bytesOf(torrent: Torrent): ReadBytes {
  return async (offset, length) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, torrent.length - offset)))
    for (let at = 0; at < bytes.length;) {
      const index = Math.floor((offset + at) / torrent.pieceLength)
      const from = offset + at - index * torrent.pieceLength
      const count = Math.min(bytes.length - at, torrent.pieceLength - from)
      await whenHere(torrent, index)
      bytes.set(await readStored(torrent, index, from, count), at)
      at += count
    }
    return bytes
  }
}

function whenHere(torrent: Torrent, index: number): Promise<void> {
  if (torrent.ready && torrent.bitfield.get(index)) return Promise.resolve()
  if (torrent.ready) torrent.critical(index, index)
  return new Promise((resolve) => {
    const look = (): void => {
      if (!torrent.ready || !torrent.bitfield.get(index)) return
      torrent.off('verified', look)
      torrent.off('ready', look)
      resolve()
    }
    torrent.on('verified', look)
    torrent.on('ready', look)
  })
}

const readStored = (
  { store }: Torrent,
  index: number,
  offset: number,
  length: number
): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    store.get(index, { offset, length }, (error, bytes) => {
      if (error) reject(error)
      else resolve(bytes!)
    })
  })
