// Against the provider itself: floods over all its transports, accounts without end, and peer lists
// that are not its own (F26–F28, F65, F66).

import { createSocket } from 'node:dgram'
import { toBase64url } from '@floodgate/protocol'
import type { Bed } from './bed.ts'
import { askTracker } from './door.ts'
import { LIES, Liar } from './liar.ts'
import type { Attack } from './scenario.ts'

/** More than one host may open at a time (F66). */
const ACCOUNTS = 320

const percent = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

/** What ends, misleads or fills a bare tracker over HTTP. */
function hostilePaths({ content }: Bed): string[] {
  const hash = percent(content.infoHash)
  const announce = (more: string): string =>
    `/announce?info_hash=${hash}&peer_id=${'p'.repeat(20)}&left=0&${more}`
  return [
    announce('port=1.5&compact=1'),
    announce('port=1&socket=x&event=started'),
    announce('port=1&socket=x&event=stopped'),
    announce('port=1&event=__proto__'),
    announce('port=1&numwant=1e9'),
    announce(`port=1&fg=${'A'.repeat(8000)}`),
    announce(`port=1&fg=${toBase64url(new Uint8Array(600))}`),
    announce(`port=1&fg=${toBase64url(Uint8Array.of(0x10, 0x64, 0x65))}`),
    `/announce?info_hash=${'%00'.repeat(19)}&peer_id=x&port=1`,
    '/scrape',
    '/stats',
    '/announce?%',
    '/floodgate/v1/operator/deposits',
    '/floodgate/v1/contents/..%2f..%2fetc.torrent'
  ]
}

/** And over websockets. */
const HOSTILE_WS: string[] = [
  '{',
  'null',
  '{"action":"announce"}',
  '{"action":"scrape","info_hash":{}}',
  `{"action":"announce","info_hash":"${'x'.repeat(20)}","peer_id":"${'y'.repeat(20)}","offers":[null]}`,
  `{"action":"announce","info_hash":"${'x'.repeat(20)}","peer_id":"${'y'.repeat(20)}","event":["stopped"]}`,
  `{"action":"announce","padding":"${'x'.repeat(70_000)}"}`
]

/** Somebody buys while the flood goes on, and finds the tracker as ever. */
async function tradeThrough(bed: Bed, flood: Promise<unknown>): Promise<void> {
  await bed.seller()
  const buyer = await bed.buyer()
  await buyer.done()
  await flood
  const { refused, unreadable, contained } = bed.provider.tracker.counters.tracker
  if (refused > 0) bed.saw('announces refused')
  if (unreadable > 0) bed.saw('unreadable')
  if (contained > 0) bed.saw('exceptions contained')
}

async function floodHttp(bed: Bed): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await Promise.all(hostilePaths(bed).map((path) => askTracker(bed, path)))
  }
}

function floodWs({ provider }: Bed): Promise<void[]> {
  const connections = Array.from({ length: 20 }, async () => {
    const socket = new WebSocket(provider.url.replace('http', 'ws'))
    const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()))
    await new Promise<void>((resolve) => socket.addEventListener('open', () => resolve()))
    for (const message of HOSTILE_WS) socket.send(message)
    // The last one is too long: the tracker hangs up.
    await closed
  })
  return Promise.all(connections)
}

async function floodUdp({ provider, content }: Bed): Promise<void> {
  const socket = createSocket('udp4')
  const connect = Buffer.from('00000417271019800000000000000007', 'hex')
  // The connection id that a stock tracker gives everybody, and so takes from forged addresses.
  const announce = Buffer.concat([
    connect.subarray(0, 8),
    Buffer.from('0000000100000009', 'hex'),
    content.infoHash,
    Buffer.alloc(62, 1)
  ])
  const packets = [connect, announce, Buffer.alloc(0), Buffer.alloc(15), Buffer.alloc(1400, 0xff)]
  for (let i = 0; i < 2000; i++) {
    const packet = packets[i % packets.length]!
    await new Promise<void>((resolve) =>
      socket.send(packet, provider.udpPort, '127.0.0.1', () => resolve())
    )
  }
  await new Promise<void>((resolve) => socket.close(() => resolve()))
}

export const tracker: Attack[] = [
  {
    name: 'http-flood',
    line: 'announces and requests that end, fill or mislead a bare tracker, over HTTP',
    bound: 0,
    defences: ['announces refused'],
    run: async (bed) => tradeThrough(bed, floodHttp(bed))
  },
  {
    name: 'websocket-flood',
    line: 'the same over websockets',
    bound: 0,
    defences: ['announces refused'],
    run: async (bed) => tradeThrough(bed, floodWs(bed))
  },
  {
    name: 'udp-flood',
    line: 'the same over UDP, with forged connection ids',
    bound: 0,
    udp: true,
    defences: ['unreadable'],
    run: async (bed) => tradeThrough(bed, floodUdp(bed))
  },
  {
    name: 'sybil-registrations',
    line: 'hundreds of accounts are opened from one host; none has money, all want pieces',
    bound: 0,
    defences: ['insufficient-funds', 'no-purse', 'too-many-requests'],
    async run(bed) {
      const seller = await bed.seller()
      const refused = (error: { code?: string }): void => bed.saw(String(error.code))
      for (let account = 0; account < 10; account++) {
        const rogue = await bed.rogue(0n)
        await rogue.buy().catch(refused)
        const link = await rogue.dial(seller)
        await link.request([account % bed.content.count])
        await link.until('reject')
        await link.line.hangUp()
      }
      for (let account = 0; account < ACCOUNTS; account++) await bed.rogue(0n).catch(refused)
    }
  },
  {
    name: 'peer-list',
    line: 'somebody on the way to the tracker answers with older, altered and self-made peer lists',
    bound: 0,
    defences: ['wrong-session', 'bad-signature'],
    async run(bed) {
      await bed.seller()
      await Promise.all(
        LIES.map(async (lie) => {
          const liar = await Liar.start(bed, lie)
          const buyer = await bed.buyer({ api: liar.url })
          const noticed = buyer.next('warning')
          await Promise.all([buyer.done(), liar.told, noticed])
          if (liar.visitors > 0) throw new Error('the buyer dialled whom the forged list named')
        })
      )
    }
  }
]
