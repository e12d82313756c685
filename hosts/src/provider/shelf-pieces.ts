// Reads single pieces of what lies on the shelf: for the court, which checks a proof that somebody has a piece against our own
// copy, and for our seeder, which is told that one is junk. Files are opened for one piece and closed again; it happens seldom.

import { createHash } from 'node:crypto'
import type { PieceSource } from '@floodgate/tracker'
import parseTorrent from 'parse-torrent'
import { ReadOnlyStore } from '../read-only-store.ts'
import { ifThere } from '../there.ts'
import type { Home } from './home.ts'
import { shelvedAt, torrentOf, type Shelved } from './shelf.ts'

/** What lies on the shelf of `home` at the moment of asking. */
export function shelfPieces({ contents }: Home): PieceSource {
  return {
    piece: (infoHash, index) => ifThere(readPiece(shelvedAt(contents, infoHash), index))
  }
}

/** Is the piece still what was published? Not when its file is gone; rejects when it cannot be read for another reason. */
export async function isAsPublished(shelved: Shelved, index: number): Promise<boolean> {
  const { pieces = [] } = await parseTorrent(await torrentOf(shelved))
  const piece = await ifThere(readPiece(shelved, index))
  return piece !== undefined && createHash('sha1').update(piece).digest('hex') === pieces[index]
}

async function readPiece(shelved: Shelved, index: number): Promise<Uint8Array> {
  const { pieceLength, files, length } = await parseTorrent(await torrentOf(shelved))
  const store = new ReadOnlyStore(pieceLength, { path: shelved.dataDir, files, length })
  try {
    return await new Promise((resolve, reject) => {
      store.get(index, null, (error, piece) => (error ? reject(error) : resolve(piece!)))
    })
  } finally {
    store.close()
  }
}
