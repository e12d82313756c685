// What the trade needs to know of a WebTorrent torrent, read once its metadata are here.

import { FloodgateError, PIECES_MAX, fromHex, type Offer } from '@floodgate/protocol'
import type { Torrent } from 'webtorrent'
import type { Content } from './trade/terms.ts'

/** WebTorrent keeps the decoded info dictionary on the torrent (documented by parse-torrent). */
export function infoOf(torrent: Torrent): Record<string, unknown> | undefined {
  return (torrent as Torrent & { info?: Record<string, unknown> }).info
}

/** Bytes of pieces that are not here and verified; 1 while nobody knows. What is half here may turn out to be junk. */
export function leftOf(torrent: Torrent): number {
  if (!torrent.ready) return 1
  const last = torrent.pieces.length - 1
  return torrent.pieces.reduce((left, _, index) => {
    if (torrent.bitfield.get(index)) return left
    return left + (index === last ? torrent.lastPieceLength : torrent.pieceLength)
  }, 0)
}

/** The content of a torrent whose metadata are here. Throws `not-a-paid-torrent` when it is malformed. */
export function contentOf(torrent: Torrent, offer: Offer): Content {
  const hashes = infoOf(torrent)?.['pieces']
  const pieceCount = torrent.pieces.length
  if (!(hashes instanceof Uint8Array) || hashes.length !== 20 * pieceCount) {
    throw new FloodgateError('not-a-paid-torrent', 'pieces')
  }
  if (pieceCount > PIECES_MAX) throw new FloodgateError('not-a-paid-torrent', 'too many pieces')
  if (offer.free >= pieceCount) throw new FloodgateError('not-a-paid-torrent', 'free')
  return {
    infoHash: fromHex(torrent.infoHash),
    pieceCount,
    pieceLength: (index) =>
      index === pieceCount - 1 ? torrent.lastPieceLength : torrent.pieceLength,
    pieceHash: (index) => hashes.subarray(20 * index, 20 * index + 20),
    has: (index) => torrent.bitfield.get(index),
    free: offer.free,
    price: offer.price,
    currency: offer.currency
  }
}
