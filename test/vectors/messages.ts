// Vectors of messages: one of every row with small, seeded and, where short, largest values; and bytes that
// must be refused, with the code.

import { codeOf, concat, decode, platformCrypto, toHex, utf8 } from '@floodgate/protocol'
import { NAMES, bytesOf, extreme, isSigned, rowOf, shapeOf } from '../protocol/support/shapes.ts'
import { plain, seeded, seededValue } from './seeded.ts'

const secret = seeded('signer')
const key = platformCrypto.signKey(secret)
/** The largest messages of most rows are long and show nothing new. */
const LARGEST_MAX = 1024

export async function messageVectors() {
  const messages = []
  for (const name of NAMES) {
    const shape = shapeOf(name)
    const values = {
      smallest: extreme(shape, 'min', 0),
      seeded: seededValue(shape, name),
      largest: extreme(shape, 'max')
    }
    for (const [size, fields] of Object.entries(values)) {
      const bytes = await bytesOf(name, fields, key)
      if (size === 'largest' && bytes.length > LARGEST_MAX) continue
      const signed = isSigned(name)
      messages.push({
        name,
        id: rowOf(name).id,
        size,
        signed,
        fields: plain(fields),
        bytes: toHex(bytes)
      })
    }
  }
  return { secret: toHex(secret), publicKey: toHex(key.publicKey), messages }
}

/** A `reject` of one index, spelled by hand, so that it can be spelled wrong. */
const REJECT = 'd4:code9:bad-index7:indexesli7ee7:messagei35ee'
const SPELLINGS: [why: string, spelling: string][] = [
  ['as it should be', REJECT],
  ['an integer with a leading zero', REJECT.replace('i7e', 'i07e')],
  ['a negative integer', REJECT.replace('i7e', 'i-7e')],
  ['minus zero', REJECT.replace('i7e', 'i-0e')],
  ['an integer above its limit', REJECT.replace('i35e', 'i256e')],
  ['an integer above 2^53', REJECT.replace('i35e', 'i9007199254740993e')],
  ['a length with a leading zero', REJECT.replace('9:bad-index', '09:bad-index')],
  ['a negative length', REJECT.replace('9:bad-index', '-9:bad-index')],
  ['a list of negative length', REJECT.replace('li7ee', 'l-3:e')],
  ['a length past the end', 'd4:code32:bad'],
  ['a string above its limit', REJECT.replace('9:bad-index', `33:${'x'.repeat(33)}`)],
  ['text that is not UTF-8', REJECT.replace('9:bad-index', '2:\xc3\x28')],
  ['too many items', REJECT.replace('i7e', 'i7e'.repeat(33))],
  ['keys not in order', 'd7:indexesli7ee4:code9:bad-index7:messagei35ee'],
  ['a key twice', REJECT.replace('7:indexes', '4:code1:x7:indexes')],
  ['a key missing', 'd4:code9:bad-index7:indexesli7eee'],
  ['a key too many', `${REJECT.slice(0, -1)}4:morei1ee`],
  ['a string for an integer', REJECT.replace('i35e', '2:35')],
  ['an integer for a string', REJECT.replace('9:bad-index', 'i9e')],
  ['a dictionary of negative length', 'd-3:e'],
  ['bytes after the end', `${REJECT}x`],
  ['no end', REJECT.slice(0, -1)],
  ['nothing', '']
]

export async function refusedVectors() {
  const { id, bytesMax } = rowOf('reject')
  const latin = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))
  const frames: [string, Uint8Array][] = SPELLINGS.map(([why, spelling]) => [
    why,
    concat(Uint8Array.of(id), latin(spelling))
  ])
  frames.push(['an unknown id', concat(Uint8Array.of(0x7f), utf8('de'))])
  frames.push(['longer than the row', concat(Uint8Array.of(id), new Uint8Array(bytesMax))])
  frames.push(['no bytes at all', new Uint8Array()])
  return frames.map(([why, bytes]) => ({ why, bytes: toHex(bytes), code: verdict(bytes) }))
}

function verdict(bytes: Uint8Array): string {
  try {
    decode(bytes)
    return 'fine'
  } catch (error) {
    return codeOf(error)
  }
}
