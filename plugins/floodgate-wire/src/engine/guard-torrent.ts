/** The guard for a client that does not trade: every wire of a torrent, without the engine. */
import type Wire from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import { wireClass } from '#wire-class'
import { guardProtocol } from './guard-protocol.ts'
import { guardMetadata, guardWire, type ContentShape } from './guard.ts'

/** The measures of a torrent; null while its metadata are not known. */
export function shapeOf(torrent: Torrent): ContentShape | null {
  const { metadata, pieces, pieceLength, lastPieceLength } = torrent
  return metadata ? { pieces: pieces.length, pieceLength, lastPieceLength } : null
}

/**
 * Guards all wires of a stock torrent, what comes before they are shown, and its metadata: a magnet that turns into another
 * torrent is destroyed. Call it in `client.on('add')`. With the plugin in the client it is not needed.
 * @param refused told which wire was ended and why, and what was thrown if something was
 * @throws DoorClosed (`engine-door-closed`) when WebTorrent is of a version that the guard does not know
 */
export function guardTorrent(
  torrent: Torrent,
  refused?: (wire: Wire, reason: string, error?: unknown) => void
): void {
  if (wireClass) guardProtocol(wireClass)
  let wanted: string | undefined
  const begin = (): void => {
    wanted = torrent.infoHash
    guardMetadata(torrent, wanted)
  }
  if (torrent.infoHash) begin()
  else torrent.once('infoHash', begin)
  torrent.on('wire', (wire) => {
    if (wire.type === 'webSeed') return
    guardWire(wire, {
      ...{ infoHash: wanted, shape: () => shapeOf(torrent) },
      refused: (...why) => refused?.(wire, ...why)
    })
  })
}
