// Reads single pieces of what lies on the shelf, for the court: a proof that somebody has a piece is checked against our
// own copy. Files are opened for one piece and closed again; it happens seldom.

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
