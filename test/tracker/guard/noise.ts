// Random messages that are nearly right: the closer to a good one, the deeper they get. Info hashes are hex.
import type { Random } from '../../support/random.ts'
import { binary, escaped, peerId } from './stage.ts'

const PEERS = ['a', 'b', 'c', 'd'].map(peerId)
const EVENTS = ['started', 'stopped', 'completed', 'update', 'paused', 'empty', '']
const sdp = 'v=0'

const JUNK: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  Infinity,
  '',
  'x',
  'x'.repeat(20),
  '\uffff',
  [],
  [null],
  [[]],
  {},
  { length: 3 },
  { toString: 1 },
  { type: 'offer' },
  { type: 'answer', sdp: {} },
  '__proto__',
  'constructor',
  'hasOwnProperty'
]
const NAMES = ['socket', 'addr', 'ip', 'type', 'action', 'headers', 'httpRes', '__proto__', 'fg']

/** A JSON text, mostly an announce with a few fields spoiled. */
export function wsMessage(random: Random, hashes: readonly string[]): string {
  const hash = binary(random.pick(hashes))
  const message: Record<string, unknown> = {
    action: random.pick(['announce', 'announce', 'announce', 'scrape', 'x']),
    info_hash: random.below(10) === 0 ? [hash, hash] : hash,
    peer_id: binary(random.pick(PEERS)),
    event: random.pick(EVENTS),
    left: random.pick([0, 1, null])
  }
  if (random.below(2) === 0) {
    const good = { offer: { type: 'offer', sdp }, offer_id: 'o'.repeat(20) }
    message['offers'] = [good, random.below(3) === 0 ? random.pick(JUNK) : good]
  }
  if (random.below(3) === 0) {
    const to_peer_id = binary(random.pick(PEERS))
    Object.assign(message, {
      answer: { type: 'answer', sdp },
      offer_id: 'o'.repeat(20),
      to_peer_id
    })
  }
  for (let i = random.below(3); i > 0; i--) {
    const name = random.pick([...Object.keys(message), ...NAMES])
    const value = random.pick(JUNK)
    // Not by assignment, which would set the prototype for one of the names.
    Object.defineProperty(message, name, { value, enumerable: true, configurable: true })
  }
  const text = JSON.stringify(message)
  return random.below(20) === 0 ? text.slice(0, random.below(text.length)) : text
}

/** Path and query of a request, mostly an announce. */
export function httpQuery(random: Random, hashes: readonly string[]): string {
  const fields = [
    `info_hash=${escaped(random.pick(hashes))}`,
    `peer_id=${escaped(random.pick(PEERS))}`,
    `port=${random.pick(['1', '6881', '65535', '65536', '1.5', '-1', 'x', '1e3', '0x10'])}`,
    `left=${random.pick(['0', '1', '', 'x', '-1'])}`,
    `compact=${random.pick(['0', '1', '-1', '2', '0.5', ''])}`,
    `event=${random.pick([...EVENTS, 'x', '__proto__'])}`,
    `numwant=${random.pick(['0', '50', '-5', '1.5', '1e9', 'x', 'Infinity'])}`
  ]
  for (let i = random.below(4); i > 0; i--) {
    const value = encodeURIComponent(String(JSON.stringify(random.pick(JUNK))))
    const field = random.pick([
      `${random.pick([...NAMES, 'offers', 'answer', 'port', 'event', 'key'])}=${value}`,
      random.pick(fields),
      '%ff%00',
      '&=&'
    ])
    fields.splice(random.below(fields.length), random.below(2), field)
  }
  const paths = ['/announce', '/announce', '/announce', '/scrape', '/stats', '/', '//', '/x']
  return `${random.pick(paths)}?${fields.join('&')}`
}

/** A packet, mostly with a valid connection id. */
export function udpPacket(random: Random, hashes: readonly string[], id: Uint8Array): Buffer {
  const packet = Buffer.alloc(random.pick([0, 15, 16, 36, 56, 97, 98, 98, 98, 98, 120, 1516]))
  for (let at = 0; at < packet.length; at++) packet[at] = random.below(256)
  if (random.below(10) > 0) packet.set(id.subarray(0, packet.length))
  if (packet.length < 16) return packet
  packet.writeUInt32BE(random.pick([0, 1, 1, 1, 1, 2, 2, 3, 4]), 8)
  if (packet.length < 98) return packet
  packet.write(random.pick(hashes) + random.pick(PEERS), 16, 'hex')
  packet.writeUInt32BE(random.below(6), 80)
  if (random.below(2) === 0) packet.writeUInt16BE(random.below(3), 96)
  return packet
}
