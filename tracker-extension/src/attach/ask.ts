// What the provider is asked for each announce, and what it may answer.
import type { AnnounceEvent, CleanAnnounce } from '../guard/params.ts'
import { placeOf } from '../guard/swarms.ts'
import type { TrackerServer, Transport } from './server.ts'

/** BEP 23: four bytes IPv4 address, two bytes port. */
const COMPACT_LENGTH = 6
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/

export interface SwarmSnapshot {
  /**
   * Other members, a random choice of at most `numwant`: 6 bytes each (BEP 23), so only HTTP and
   * UDP members with IPv4.
   */
  peers: Uint8Array
  /** Seeders and leechers of the whole swarm before this announce is counted. */
  complete: number
  incomplete: number
}

export interface AnnounceAsk {
  /** 40 hex digits. */
  infoHash: string
  /** 40 hex digits; chosen by the asker and no secret. */
  peerId: string
  /** Of the connection; of its header if the server was told to trust a proxy. */
  address: string
  /** The port that the asker listens on; 0 over websockets, which listen on none. */
  port: number
  event: AnnounceEvent
  /** Bytes missing; Infinity if the asker does not say. */
  left: number
  /** Peers wanted, at most 82; over websockets the number of offers. */
  numwant: number
  transport: Transport
  /** The opaque parameter `fg`, at most 4 KiB; UDP has none. */
  envelope: Uint8Array | undefined
  members(): SwarmSnapshot
}

export type AnnounceVerdict =
  | {
      admit: true
      /**
       * Becomes `fg` of the answer: bytes over HTTP, base64url over websockets, nothing over UDP.
       */
      envelope?: Uint8Array
      /**
       * An empty peer list for HTTP and UDP. Websocket answers have none; offers travel in any
       * case.
       */
      hidePeers?: boolean
      intervalSeconds?: number
    }
  | {
      admit: false
      /** Becomes `fg code` of the answer; the failure reason is `code: reason`. */
      code: string
      reason: string
      envelope?: Uint8Array
    }

/** The question for an announce that passed the guard. */
export function askFor(
  server: TrackerServer,
  announce: CleanAnnounce,
  envelope: Uint8Array | undefined
): AnnounceAsk {
  return {
    infoHash: announce.info_hash,
    peerId: announce.peer_id,
    address: announce.ip,
    port: announce.type === 'ws' ? 0 : announce.port,
    event: announce.event,
    left: announce.left,
    numwant: announce.numwant,
    transport: announce.type,
    envelope,
    members: () => snapshot(server, announce)
  }
}

/**
 * The bytes of an envelope in base64url without padding; undefined if there is none.
 * @throws SyntaxError if it is anything else
 */
export function readEnvelope(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || text === '') return undefined
  const bytes = Buffer.from(text, 'base64url')
  // Node skips what does not belong; one envelope must have one spelling.
  if (bytes.toString('base64url') !== text) throw new SyntaxError('not base64url')
  return new Uint8Array(bytes)
}

function snapshot(server: TrackerServer, announce: CleanAnnounce): SwarmSnapshot {
  const swarm = server.torrents[announce.info_hash]
  if (!swarm) return { peers: new Uint8Array(0), complete: 0, incomplete: 0 }
  const own = placeOf(announce)
  const places = swarm.peers.keys
  const found: Uint8Array[] = []
  // A shuffle that stops when enough were drawn.
  for (let i = 0; i < places.length && found.length < announce.numwant; i++) {
    const j = i + Math.floor(Math.random() * (places.length - i))
    const place = places[j] as string
    places[j] = places[i] as string
    if (place === own) continue
    const peer = swarm.peers.peek(place)
    if (!peer || peer.type === 'ws' || peer.peerId === announce.peer_id) continue
    if (IPV4.test(peer.ip)) found.push(compact(peer.ip, peer.port))
  }
  return {
    peers: new Uint8Array(Buffer.concat(found)),
    complete: swarm.complete,
    incomplete: swarm.incomplete
  }
}

function compact(ip: string, port: number): Uint8Array {
  const bytes = new Uint8Array(COMPACT_LENGTH)
  bytes.set(ip.split('.').map(Number))
  new DataView(bytes.buffer).setUint16(4, port)
  return bytes
}
