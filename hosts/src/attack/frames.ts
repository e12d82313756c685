// Frames that are none: what a stranger can send to the host's own code, and to ours. Each may end
// its connection and nothing else; a trade goes on beside them (F65, ground rules of a host that
// must survive).

import { concat, encode, toHex, utf8 } from '@floodgate/protocol'
import type { Bed } from './bed.ts'
import { metadataOf, metadataSeller } from './metadata.ts'
import type { Attack } from './scenario.ts'

/** A BitTorrent message: length, type, payload of 32-bit words and bytes. */
function message(type: number, ...payload: (number | Uint8Array | string)[]): Uint8Array {
  const parts = payload.map((part) => {
    if (typeof part === 'string') return utf8(part)
    if (typeof part !== 'number') return part
    return Uint8Array.of(part >>> 24, part >>> 16, part >>> 8, part)
  })
  const body = concat(Uint8Array.of(type), ...parts)
  const prefix = new Uint8Array(4)
  new DataView(prefix.buffer).setUint32(0, body.length)
  return concat(prefix, body)
}

const EXTENDED = 20
const extended = (id: number, payload: string): Uint8Array =>
  message(EXTENDED, Uint8Array.of(id), payload)

/** For the host: BEP 3, BEP 6, BEP 9 and BEP 10, each out of its limits. */
const HOST_FRAMES: Uint8Array[] = [
  Uint8Array.of(0x7f, 0xff, 0xff, 0xff, 7),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff),
  message(4, 0x7fff_fffe),
  message(4, -1),
  message(5, new Uint8Array(100_000)),
  message(6, -1, 0, 16_384),
  message(6, 0, 0, 0),
  message(6, 0, -1, 16_384),
  message(7, 0, 0, new Uint8Array(40_000)),
  message(7, -1, -1, new Uint8Array(10)),
  message(0, 1, 2, 3),
  message(17, 0x7fff_ffff),
  extended(0, 'd1:m'),
  extended(0, 'd1:md12:lt_floodgatei-1eee'),
  extended(0, 'd1:md12:lt_floodgate3:abcee'),
  extended(0, 'd13:metadata_sizei999999999ee'),
  extended(0, `${'l'.repeat(50_000)}`),
  extended(1, ''),
  extended(1, 'd8:msg_typei1e5:piecei999ee'),
  extended(200, 'x')
]

/** For us: in place of a sealed message, before and after the handshake. */
const OUR_FRAMES: Uint8Array[] = [
  new Uint8Array(0),
  Uint8Array.of(0xff),
  Uint8Array.of(0),
  new Uint8Array(60_000).fill(0xff),
  concat(Uint8Array.of(0x20), new Uint8Array(3000)),
  concat(Uint8Array.of(0x20), utf8('d7:versioni999999999999999999999999e')),
  concat(Uint8Array.of(0x20), utf8('de')),
  Uint8Array.of(0x11, 0x64, 0x65)
]

/** What comes sealed, and is still no message that belongs here. */
const SEALED_FRAMES: Uint8Array[] = [
  new Uint8Array(0),
  Uint8Array.of(0x99, 0x64, 0x65),
  concat(Uint8Array.of(0x23), new Uint8Array(2000)),
  concat(Uint8Array.of(0x23), utf8('d7:counteri-1ee'), new Uint8Array(64)),
  concat(Uint8Array.of(0x25), utf8('d5:itemslee')),
  encode('reject', { code: '__proto__', message: 255, indexes: [65_535] }),
  concat(Uint8Array.of(0x32), new Uint8Array(100))
]

/** A trade between honest peers still works. */
async function tradeGoesOn(bed: Bed): Promise<void> {
  const buyer = await bed.buyer()
  await buyer.done()
}

export const frames: Attack[] = [
  {
    name: 'malformed-frames',
    line: 'BitTorrent messages that hang, crash or fill a stock client',
    bound: 0,
    defences: ['bad-field'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      for (const bytes of HOST_FRAMES) {
        const link = await rogue.connect(seller, { mute: true })
        link.line.raw(bytes)
        const late = await rogue.dial(seller)
        late.line.raw(bytes)
      }
      await tradeGoesOn(bed)
    }
  },
  {
    name: 'malformed-messages',
    line: 'Floodgate messages cut short, too long, unknown, out of place, or sealed with nothing in them',
    bound: 0,
    defences: ['cannot-open', 'unknown-message', 'unexpected-message', 'too-long', 'not-canonical'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      for (const bytes of OUR_FRAMES) {
        const early = await rogue.connect(seller, { mute: true })
        early.line.send(bytes)
        const late = await rogue.dial(seller)
        late.line.send(bytes)
      }
      for (const bytes of SEALED_FRAMES) (await rogue.dial(seller)).sayFrame(bytes)
      await tradeGoesOn(bed)
    }
  },
  {
    name: 'metadata-swap',
    line: 'a magnet link’s metadata are answered with those of another torrent, at another price',
    bound: 0,
    defences: ['metadata refused'],
    async run(bed) {
      const infoHash = toHex(bed.content.infoHash)
      const swapped = metadataOf((await bed.provider.sell(4)).torrent)
      const tracker = encodeURIComponent(`${bed.provider.url}/announce`)
      const buyer = await bed.buyer({ add: `magnet:?xt=urn:btih:${infoHash}&tr=${tracker}` })
      const rogue = await bed.rogue(0n)
      const offered = metadataSeller(swapped)
      const link = await rogue.connect(buyer, {
        ...{ mute: true, has: true, extensions: [offered.extension] },
        handshake: { metadata_size: swapped.length }
      })
      await offered.sent
      await link.line.quiet()
      if (buyer.torrent.infoHash === infoHash && !buyer.torrent.ready) bed.saw('metadata refused')
      await bed.seller()
      await buyer.done()
    }
  }
]
