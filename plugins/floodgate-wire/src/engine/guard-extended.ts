/** The guard's rules for extension messages (BEP 10): the handshake, and the extensions WebTorrent itself speaks. */
import type Wire from 'bittorrent-protocol'
import { looseCount, readLoose, type Loose } from './loose-bencode.ts'
import { toUint32 } from './frames.ts'

export interface ExtendedState {
  handshakes: number
  metadataBytes: number | null
}

/** BEP 10 allows to repeat the handshake; nobody has reason to do it often. */
const HANDSHAKES_MAX = 4
/** ut_metadata's own limit (bytes) and piece length (BEP 9). */
const METADATA_BYTES_MAX = 10_000_000
const METADATA_PIECE = 16_384

/** Judges a frame of type 20; a reason ends the wire. */
export function guardExtended(
  wire: Wire,
  state: ExtendedState,
  frame: Uint8Array,
  pieces: number
): string | null {
  if (frame.length < 2) return 'odd-length'
  const payload = frame.subarray(2)
  if (frame[1] === 0) return oddHandshake(wire, state, payload)
  switch (wire.extendedMapping[frame[1]!]) {
    case 'ut_metadata':
      return oddMetadata(wire, state, payload)
    case 'ut_pex':
      return dictionary(payload) ? null : 'odd-pex'
    case 'lt_donthave':
      return payload.length === 4 && toUint32(payload, 0) < pieces ? null : 'odd-index'
    default:
      return null
  }
}

function dictionary(payload: Uint8Array): Map<string, Loose> | null {
  const read = readLoose(payload)
  return read && read.end === payload.length && read.value instanceof Map ? read.value : null
}

function oddHandshake(wire: Wire, state: ExtendedState, payload: Uint8Array): string | null {
  const handshake = dictionary(payload)
  if (!handshake) return 'odd-handshake'
  if (++state.handshakes > HANDSHAKES_MAX) return 'too-many-handshakes'
  const names = handshake.get('m') ?? new Map<string, Loose>()
  if (!(names instanceof Map)) return 'odd-handshake'
  for (const [name, id] of names) {
    if (typeof id !== 'number' || id < 0 || id > 255) return 'odd-handshake'
    const before = wire.peerExtendedMapping[name]
    if (before && before !== id) return 'handshake-changed'
  }
  const metadataBytes = looseCount(handshake, 'metadata_size')
  if (handshake.has('metadata_size') && metadataBytes === null) return 'odd-handshake'
  if (state.metadataBytes && metadataBytes && metadataBytes !== state.metadataBytes) {
    return 'handshake-changed'
  }
  if (metadataBytes && metadataBytes > METADATA_BYTES_MAX) return 'odd-handshake'
  state.metadataBytes = metadataBytes ?? state.metadataBytes
  return null
}

/** ut_metadata finds the end of the dictionary by its first `ee`: so must we, or it reads something else than we did. */
function oddMetadata(wire: Wire, state: ExtendedState, payload: Uint8Array): string | null {
  const read = readLoose(payload)
  if (!read || !(read.value instanceof Map)) return 'odd-metadata'
  if (!wire.peerExtendedMapping['ut_metadata']) return 'metadata-before-handshake'
  for (const field of read.value.values()) if (typeof field !== 'number') return 'odd-metadata'
  if (firstDoubleE(payload) + 2 !== read.end) return 'odd-metadata'
  const type = looseCount(read.value, 'msg_type')
  const piece = looseCount(read.value, 'piece')
  if (type === null || piece === null || piece > METADATA_BYTES_MAX / METADATA_PIECE)
    return 'odd-metadata'
  if (type !== 1) return read.end === payload.length ? null : 'odd-metadata'
  const whole = state.metadataBytes ?? metadataBytesOf(wire)
  if (whole === null) return 'metadata-before-handshake'
  const expected = Math.min(METADATA_PIECE, whole - piece * METADATA_PIECE)
  return payload.length - read.end === expected ? null : 'odd-metadata'
}

/** The handshake may have come before the guard did. */
function metadataBytesOf(wire: Wire): number | null {
  const bytes = wire.peerExtendedHandshake['metadata_size']
  return typeof bytes === 'number' && bytes > 0 && bytes <= METADATA_BYTES_MAX ? bytes : null
}

function firstDoubleE(bytes: Uint8Array): number {
  for (let at = 0; at + 1 < bytes.length; at++)
    if (bytes[at] === 101 && bytes[at + 1] === 101) return at
  return -1
}
