// The answer to a signed announce: the swarm, and with it the purse if one was bought. The peers travel here and
// nowhere else, for what stands in the tracker's own answer could be anybody's.

import { PEERS_MAX, fromHex, type Header, type Message } from '@floodgate/protocol'
import type { SwarmSnapshot } from '../attach/index.ts'
import type { Mint } from './mint.ts'
import type { SoldPurse } from './purchase.ts'

/** A list is of use for some minutes; then its peers have gone elsewhere. */
const LIFE_MS = 10 * 60e3
/** BEP 23. */
const COMPACT_LENGTH = 6
const NONE = new Uint8Array()

export function signPeerList(
  mint: Mint,
  announce: { message: Message<'announce'> & Header; bytes: Uint8Array; infoHash: string },
  swarm: SwarmSnapshot,
  rest: {
    sold: SoldPurse | undefined
    /** News of the court. */
    revocations: Uint8Array
    notices: number
  }
): Promise<Uint8Array> {
  const { sold, revocations, notices } = rest
  const time = mint.now()
  return mint.issuer.sign(
    'peerList',
    {
      uid: announce.message.signer,
      infoHash: fromHex(announce.infoHash),
      announce: mint.crypto.sha256(announce.bytes),
      purse: sold?.frame ?? NONE,
      seed: sold?.seed ?? NONE,
      epoch: mint.issuer.epochAt(time).frame,
      peers: swarm.peers.subarray(0, PEERS_MAX * COMPACT_LENGTH),
      peers6: NONE,
      complete: swarm.complete,
      incomplete: swarm.incomplete,
      intervalSeconds: mint.intervalSeconds,
      revocations,
      notices
    },
    { session: announce.message.session, time, expiry: time + LIFE_MS }
  )
}
