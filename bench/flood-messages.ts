// What a flood is made of, by transport: announces and registrations that look right but for their signature, and noise.

import { randomBytes } from 'node:crypto'
import {
  PROVIDER_UID,
  createSigner,
  platformCrypto as crypto,
  providerIdOf,
  toBase64url,
  toHex,
  type Signer
} from '@floodgate/protocol'
import { CURRENCY, PRICE } from './harness/content.ts'

/** Different messages of each kind. */
const EACH = 100

export interface FloodMessages {
  http: Uint8Array[]
  ws: Uint8Array[]
  udp: Uint8Array[]
}

/** The signed announce of a seeder, which buys nothing. Each is a session of its own: they may overtake each other. */
export function signAnnounce(
  signer: Signer,
  infoHash: Uint8Array,
  counter: number
): Promise<Uint8Array> {
  const time = Date.now()
  const seeds = { event: 'update', port: 6881, want: 0, pieces: [], again: 0, revoked: 0 }
  const body = { infoHash, ...seeds, price: PRICE, currency: CURRENCY }
  return signer.sign('announce', body, {
    session: randomBytes(32),
    counter,
    time,
    expiry: time + 600_000
  })
}

export function announcePath(
  infoHash: Uint8Array,
  peer: Uint8Array,
  port: number,
  fg: Uint8Array
): string {
  const escaped = (bytes: Uint8Array): string => toHex(bytes).replace(/../g, '%$&')
  const who = `info_hash=${escaped(infoHash)}&peer_id=${escaped(peer)}&port=${port}`
  return `/announce?${who}&left=0&compact=1&fg=${toBase64url(fg)}`
}

/** Messages in the names of `uids`, who exist; signed with other keys. */
export async function makeFlood(
  rootKey: Uint8Array,
  infoHash: Uint8Array,
  uids: Uint8Array[]
): Promise<FloodMessages> {
  const provider = providerIdOf(crypto, rootKey)
  const flood: FloodMessages = { http: [], ws: [], udp: [] }
  for (let i = 0; i < EACH; i++) {
    const key = crypto.signKey(randomBytes(32))
    const forger = createSigner(crypto, key, uids[i % uids.length]!, provider)
    const forged = await signAnnounce(forger, infoHash, i)
    const peer = randomBytes(20)
    flood.http.push(
      get(announcePath(infoHash, peer, 1000 + i, forged)),
      await registration(provider),
      get(`/announce?info_hash=${i}&port=-1&fg=%00`)
    )
    flood.ws.push(wsAnnounce(infoHash, peer, forged), wsFrame('{"action":'))
    flood.udp.push(udpAnnounce(infoHash, peer), randomBytes(98))
  }
  return flood
}

/** The announces with wrong signatures alone. */
export const announcesOf = ({ http }: FloodMessages): Uint8Array[] =>
  http.filter((_, number) => number % 3 === 0)

const get = (path: string): Uint8Array =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: tracker\r\n\r\n`)

async function registration(provider: Uint8Array): Promise<Uint8Array> {
  const key = crypto.signKey(randomBytes(32))
  const signer = createSigner(crypto, key, PROVIDER_UID, provider)
  const body = { signKey: key.publicKey, boxKey: randomBytes(32), payment: 'flood' }
  const message = await signer.sign('register', body, { time: Date.now(), expiry: 0 })
  message[message.length - 1]! ^= 1
  const head =
    'POST /floodgate/v1/register HTTP/1.1\r\nHost: tracker\r\n' +
    `Content-Type: application/octet-stream\r\nContent-Length: ${message.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), message])
}

function wsAnnounce(infoHash: Uint8Array, peer: Uint8Array, fg: Uint8Array): Uint8Array {
  const binary = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
  const ids = { info_hash: binary(infoHash), peer_id: binary(peer) }
  const announce = { action: 'announce', ...ids, left: 0, offers: [], fg: toBase64url(fg) }
  return wsFrame(JSON.stringify(announce))
}

/** A client's text frame (RFC 6455) of at most 65,535 bytes, masked with zeros. */
function wsFrame(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const head = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0])
  head.writeUInt16BE(bytes.length, 2)
  return Buffer.concat([head, bytes])
}

/** An announce of BEP 15; the sender fills in its connection id. */
function udpAnnounce(infoHash: Uint8Array, peer: Uint8Array): Uint8Array {
  const packet = Buffer.alloc(98)
  packet.writeUInt32BE(1, 8)
  packet.set(infoHash, 16)
  packet.set(peer, 36)
  packet.writeUInt32BE(2, 80)
  packet.writeUInt16BE(6881, 96)
  return packet
}
