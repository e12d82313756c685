/**
 * Guards a wire against what a stranger can send, in front of bittorrent-protocol, WebTorrent and ut_metadata: anything
 * that would make them hang, throw or grow without bound ends that one wire. Useful by itself, with or without trade.
 */
import type Wire from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import { checkDoors, type MetadataDoors, type WireDoors } from './doors.ts'
import { guardExtended, type ExtendedState } from './guard-extended.ts'
import { framesOf, toUint32, type FrameReader, type Refused } from './frames.ts'
import { pieceHash } from '#hash'

/** The measures of a torrent's content, known once its metadata are. */
export interface ContentShape {
  pieces: number
  pieceLength: number
  lastPieceLength: number
}

export interface GuardLimits {
  /** Null while the metadata are not known. */
  shape?: () => ContentShape | null
  /** Hex. With it, metadata from this wire are hashed before they are decoded. */
  infoHash?: string
  /** Frames may be this long, or a bitfield + 16 bytes if that is longer. Default 256 KiB. */
  frameBytesMax?: number
  /** Requests that may wait here. A stock peer pipelines one second of its speed; the default is 16,384 blocks. */
  requestsMax?: number
  /** Bytes that may wait for a peer that asks but does not read. Default 64 MiB; behind our gate 4 MiB are plenty. */
  unreadBytesMax?: number
  /** Told why a wire was ended, and what was thrown if something was. */
  refused?: Refused
}

/** WebTorrent disconnects above this block length. */
const BLOCK_BYTES_MAX = 128 * 1024
/** bittorrent-protocol grows a bitfield up to this many bits. */
const PIECES_MAX = 400_000
/** bitfield, have-all and have-none: a few of each are honest. aria2 sends a bitfield in place of several HAVEs. */
const BULK_MIN = 4
/** Each costs a count over all pieces: so many pieces may be counted for one wire in its life. */
const COUNTED_MAX = 2 ** 24

const exactLength: Record<number, number> = {
  0: 1,
  1: 1,
  2: 1,
  3: 1,
  4: 5,
  6: 13,
  8: 13,
  9: 3,
  13: 5,
  14: 1,
  15: 1,
  16: 13,
  17: 5
}

/** Guards `wire` from now on; see guard-protocol.ts for what came before. Call it when the wire appears. Returns its frame reader. */
export function guardWire(wire: Wire, limits: GuardLimits = {}): FrameReader {
  const frames = framesOf(wire)
  const frameBytesMax = limits.frameBytesMax ?? 256 * 1024
  const state: ExtendedState = { handshakes: 0, metadataBytes: null }
  let bulk = 0
  let denied = 0
  const shapeNow = () => limits.shape?.() ?? null
  const piecesMax = () => shapeNow()?.pieces ?? PIECES_MAX
  const tooManyBulk = () => {
    const pieces = piecesMax()
    return ++bulk > BULK_MIN + Math.min(pieces, COUNTED_MAX / pieces)
  }

  const askedTooMuch = () => {
    if (wire.peerRequests.length >= (limits.requestsMax ?? 16_384)) return 'too-many-requests'
    if (!wire.amChoking) denied = 0
    else if (++denied > (limits.requestsMax ?? 16_384)) return 'requests-while-choked'
    return unread()
  }
  const unread = () => {
    const waiting = (wire as Wire & WireDoors)._readableState.buffered
    return waiting > (limits.unreadBytesMax ?? 64 * 1024 * 1024) ? 'does-not-read' : null
  }

  frames.judge = {
    prefix(length) {
      const bitfield = Math.ceil(piecesMax() / 8) + 16
      return length > Math.max(frameBytesMax, bitfield) ? 'frame-too-long' : null
    },
    frame(type, frame, length) {
      const exact = exactLength[type]
      if (exact !== undefined && length !== exact) return 'odd-length'
      switch (type) {
        case 0:
          return unread() // each is answered
        case 4:
        case 13:
        case 17:
          return toUint32(frame, 1) < piecesMax() ? null : 'odd-index'
        case 5:
          return tooManyBulk() ? 'too-many-bitfields' : oddBitfield(length - 1, shapeNow())
        case 14:
        case 15:
          return tooManyBulk() ? 'too-many-bitfields' : null
        case 6:
          return oddBlock(frame, toUint32(frame, 9), shapeNow()) ?? askedTooMuch()
        case 8:
        case 16:
          return oddBlock(frame, toUint32(frame, 9), shapeNow())
        case 7:
          return length < 10 ? 'odd-length' : oddBlock(frame, length - 9, shapeNow())
        case 20:
          return guardExtended(wire, state, frame, piecesMax()) ?? unread()
        default:
          return null
      }
    }
  }
  frames.refused = limits.refused ?? null
  if (limits.infoHash) hashMetadataFirst(wire as Wire & WireDoors, limits.infoHash)
  frames.start()
  return frames
}

function oddBitfield(bytes: number, shape: ContentShape | null): string | null {
  if (!shape) return bytes <= PIECES_MAX / 8 ? null : 'odd-bitfield'
  return bytes === Math.ceil(shape.pieces / 8) ? null : 'odd-bitfield'
}

/** Before the metadata are known nobody may ask, and what else names a block can only be bounded. */
function oddBlock(frame: Uint8Array, length: number, shape: ContentShape | null): string | null {
  const index = toUint32(frame, 1)
  const offset = toUint32(frame, 5)
  if (length === 0 || length > BLOCK_BYTES_MAX) return 'odd-block-length'
  if (!shape) return frame[0] === 6 || index >= PIECES_MAX ? 'odd-index' : null
  if (index >= shape.pieces) return 'odd-index'
  const bytes = index === shape.pieces - 1 ? shape.lastPieceLength : shape.pieceLength
  return offset + length > bytes ? 'odd-offset' : null
}

/**
 * ut_metadata decodes before it hashes, and on an incoming wire it does not hash at all, because it never heard the
 * handshake. The hash comes first here; what WebTorrent sets itself (another array) passes.
 */
function hashMetadataFirst(wire: Wire & WireDoors, infoHash: string): void {
  const metadata: MetadataDoors | undefined = wire.ut_metadata
  if (!metadata) return
  checkDoors('ut_metadata', metadata)
  metadata._infoHash ??= infoHash
  // An extended handshake that came before the wire was shown never reached ut_metadata.
  if (wire.peerExtendedMapping['ut_metadata'])
    metadata.onExtendedHandshake(wire.peerExtendedHandshake)
  const set = metadata.setMetadata.bind(metadata)
  metadata.setMetadata = async (bytes) => {
    if (bytes !== metadata.metadata) return set(bytes)
    return (await pieceHash(bytes).hex()) === infoHash ? set(bytes) : false
  }
}

/**
 * Watches the metadata of a magnet: when the torrent turns into another one than was asked for, it is destroyed with
 * its store, and `swapped` (if given) is told the info hash that came. Returns a function that stops watching.
 */
export function guardMetadata(
  torrent: Torrent,
  wantedInfoHash: string,
  swapped?: (foundInfoHash: string) => void
): () => void {
  const check = () => {
    if (torrent.infoHash === wantedInfoHash) return
    const found = torrent.infoHash
    torrent.destroy({ destroyStore: true })
    swapped?.(found)
  }
  if (torrent.metadata) check()
  else torrent.once('metadata', check)
  return () => void torrent.off('metadata', check)
}
