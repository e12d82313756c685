// WebRTC connections in the making: one side's description goes to the other and comes back answered, each
// whole, with all ICE candidates, since a tracker carries two messages and no more.

import type SimplePeer from '@thaunknown/simple-peer/lite.js'
import type { SessionDescription } from '@thaunknown/simple-peer/lite.js'

export type { SessionDescription, SimplePeer }

/** Descriptions of data channels have about 1 KiB; what is longer holds no candidates that we need. */
const SDP_MAX = 16 * 1024

/** What connections are made with. */
export interface RtcOptions {
  /** For RTCPeerConnection; by default the library's, which asks public STUN servers. */
  config: object | undefined
  /** How long a description may take to be made; a stranger's may be such that none ever is. */
  patienceMs: number
}

/** A connection that is to be offered, with its offer. */
export async function offerPeer(
  options: RtcOptions
): Promise<[peer: SimplePeer, offer: SessionDescription]> {
  const peer = await createPeer(true, options)
  return [peer, await described(peer, options)]
}

/** A connection that takes up an offer, with its answer. */
export async function answerPeer(
  options: RtcOptions,
  offer: SessionDescription
): Promise<[peer: SimplePeer, answer: SessionDescription]> {
  const peer = await createPeer(false, options)
  peer.signal(offer)
  return [peer, await described(peer, options)]
}

/** A stranger's description, read; undefined when it is none. */
export function readDescription(value: unknown, type: string): SessionDescription | undefined {
  const { type: said, sdp } = (value ?? {}) as Partial<Record<string, unknown>>
  return said === type && typeof sdp === 'string' && sdp.length <= SDP_MAX
    ? { type, sdp }
    : undefined
}

/** The library is loaded for who needs it: in Node it brings a native module along. */
async function createPeer(initiator: boolean, { config }: RtcOptions): Promise<SimplePeer> {
  const { default: Peer } = await import('@thaunknown/simple-peer/lite.js')
  const peer = new Peer({ initiator, trickle: false, ...(config && { config }) })
  // Whoever waits for this connection hears of its end by `onEnd`.
  peer.on('error', () => peer.destroy())
  peer.on('iceStateChange', (_, gathering) => {
    // Node's WebRTC tells of no end of candidates; without it each description waits five seconds.
    if (gathering === 'complete') peer._onIceCandidate({})
  })
  return peer
}

function described(peer: SimplePeer, { patienceMs }: RtcOptions): Promise<SessionDescription> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      clearTimeout(timer)
      peer.destroy()
      reject(new Error('WebRTC gave no description'))
    }
    const timer = setTimeout(fail, patienceMs)
    onEnd(peer, fail)
    peer.once('signal', (description) => {
      clearTimeout(timer)
      resolve(description)
    })
  })
}

/** Calls `action` when a connection is over, which the library tells now by one event and now by another. */
export function onEnd(peer: SimplePeer, action: () => void): void {
  let over = false
  const end = (): void => {
    if (!over) action()
    over = true
  }
  for (const event of ['close', 'error', 'finish'] as const) peer.once(event, end)
}
