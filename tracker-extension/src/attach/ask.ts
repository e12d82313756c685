// What the provider is asked for each announce, and what it may answer.
import { randomBytes } from 'node:crypto'
import type { AnnounceEvent, CleanAnnounce } from '../guard/params.ts'
import { compactOf, VIEW_KEY_LENGTH } from '../guard/roster.ts'
import type { SwarmBooks } from '../guard/swarms.ts'
import type { Transport } from './server.ts'

export interface SwarmSnapshot {
  /**
   * Other members, at most `numwant`: 6 bytes each (BEP 23), so only HTTP and UDP members with
   * IPv4.
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
  /** Does the asker's place belong to the swarm already? */
  isMember: boolean
  /** Seeders and leechers of the whole swarm before this announce is counted. */
  counts(): { complete: number; incomplete: number }
  /**
   * The swarm as the asker is shown it. The key of 16 bytes says which members: with the same key
   * the same again, but for who came and went. Without one it is a random choice.
   */
  members(viewKey?: Uint8Array): SwarmSnapshot
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
      /** Which members the offers of a websocket announce go to, as for `members`. */
      viewKey?: Uint8Array
      /**
       * Refuses a new member with `swarm-full` when the swarm has as many by the time it joins.
       * Default: as many as the server's store takes; Infinity pushes another out.
       */
      membersMax?: number
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
  books: SwarmBooks,
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
    isMember: books.memberAt(announce) !== undefined,
    counts: () => books.countsOf(announce.info_hash),
    members: (viewKey = randomBytes(VIEW_KEY_LENGTH)) => {
      const shown = books.view(announce, 'ports', viewKey, announce.numwant)
      const peers = Buffer.concat(shown.map((peer) => compactOf(peer)!))
      return { peers: new Uint8Array(peers), ...books.countsOf(announce.info_hash) }
    }
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
