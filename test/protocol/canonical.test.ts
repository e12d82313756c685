// What other bencoders take and ours does not: one table of wrong spellings with the code each is refused
// with. Then random frames: no stranger's bytes may throw anything but our error, hang, or cost memory.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  FloodgateError,
  concat,
  createSession,
  decode,
  fromUtf8,
  openSealed,
  platformCrypto,
  toHex,
  utf8,
  type ErrorCode
} from '@floodgate/protocol'
import { Reader, Writer } from '../../plugins/floodgate-protocol/src/bencode.ts'
import {
  amount,
  blob,
  bytes,
  list,
  record,
  text,
  uint
} from '../../plugins/floodgate-protocol/src/fields.ts'
import { FRAMES } from '../support/random.ts'
import { NAMES, bytesOf, extreme, rowOf, shapeOf } from './support/shapes.ts'

const SAFE = uint(Number.MAX_SAFE_INTEGER)
const PAIR = record({ a: uint(9), b: bytes(2) })

/** Wrong spelling · read as · refused with. In strings, \x.. are single bytes. */
const REFUSED = [
  ['i00e', SAFE, 'not-canonical'],
  ['i01e', SAFE, 'not-canonical'],
  ['i-1e', SAFE, 'not-canonical'],
  ['i-0e', SAFE, 'not-canonical'],
  ['i+1e', SAFE, 'not-canonical'],
  ['ie', SAFE, 'not-canonical'],
  ['i e', SAFE, 'not-canonical'],
  ['i1.5e', SAFE, 'not-canonical'],
  ['i1e3e', SAFE, 'not-canonical'],
  ['i0x10e', SAFE, 'not-canonical'],
  ['i9007199254740992e', SAFE, 'bad-field'],
  ['i99999999999999999999999999999999e', SAFE, 'bad-field'],
  ['i10e', uint(9), 'bad-field'],
  ['i', SAFE, 'truncated'],
  ['i12', SAFE, 'truncated'],
  ['1:1', SAFE, 'not-canonical'],
  ['le', SAFE, 'not-canonical'],
  ['', SAFE, 'truncated'],
  ['02:ab', blob(9), 'not-canonical'],
  ['00:', blob(9), 'not-canonical'],
  ['-3:', blob(9), 'not-canonical'],
  ['-0:', blob(9), 'not-canonical'],
  [':', blob(9), 'not-canonical'],
  ['2ab', blob(9), 'not-canonical'],
  ['2;ab', blob(9), 'not-canonical'],
  ['i2e', blob(9), 'not-canonical'],
  ['9:ab', blob(9), 'truncated'],
  ['2', blob(9), 'truncated'],
  ['10:', blob(9), 'bad-field'],
  ['4294967296:', blob(9), 'bad-field'],
  ['3:abc', bytes(2), 'bad-field'],
  ['1:a', bytes(2), 'bad-field'],
  ['2:\xc3\x28', text(9), 'bad-field'],
  ['3:\xed\xa0\x80', text(9), 'bad-field'],
  ['2:\xc0\x80', text(9), 'bad-field'],
  ['7:1234567', amount, 'bad-field'],
  ['9:123456789', amount, 'bad-field'],
  ['8:\x80\0\0\0\0\0\0\0', amount, 'bad-field'],
  ['i5e', amount, 'not-canonical'],
  ['l-3:e', list(blob(9), 3), 'not-canonical'],
  ['l-3:', list(blob(9), 3), 'not-canonical'],
  ['l', list(blob(9), 3), 'truncated'],
  ['l1:a', list(blob(9), 3), 'truncated'],
  ['l1:a1:b1:c1:de', list(blob(9), 3), 'bad-field'],
  ['le', list(blob(9), 3, 1), 'bad-field'],
  ['li1ee', list(blob(9), 3), 'not-canonical'],
  ['d1:ai1e1:b2:xye', list(blob(9), 3), 'not-canonical'],
  ['lll', list(list(blob(9), 3), 3), 'not-canonical'],
  ['d-3:e', PAIR, 'not-canonical'],
  ['d-3:', PAIR, 'not-canonical'],
  ['de', PAIR, 'not-canonical'],
  ['d', PAIR, 'truncated'],
  ['le', PAIR, 'not-canonical'],
  ['d1:b2:xy1:ai1ee', PAIR, 'not-canonical'],
  ['d1:ai1ee', PAIR, 'not-canonical'],
  ['d1:ai1e1:ai1e1:b2:xye', PAIR, 'not-canonical'],
  ['d1:ai1e1:b2:xy1:b2:xye', PAIR, 'not-canonical'],
  ['d1:ai1e1:b2:xy1:ci1ee', PAIR, 'not-canonical'],
  ['d01:ai1e1:b2:xye', PAIR, 'not-canonical'],
  ['d1:Ai1e1:b2:xye', PAIR, 'not-canonical'],
  ['d1:a1:11:b2:xye', PAIR, 'not-canonical'],
  ['d1:ai1e1:bi1ee', PAIR, 'not-canonical'],
  ['d1:ai1e1:b2:xy', PAIR, 'truncated'],
  ['d1:ai1e1:b2:xyee', PAIR, 'not-canonical'],
  [' d1:ai1e1:b2:xye', PAIR, 'not-canonical'],
  ['d1:ai1e1:b2:xye\n', PAIR, 'not-canonical']
] as const

describe('protocol: one canonical form', () => {
  for (const [spelling, kind, code] of REFUSED) {
    it(`refuses ${JSON.stringify(spelling)} as ${kind.shape.kind}: ${code}`, () => {
      const reader = new Reader(Uint8Array.from(spelling, (char) => char.charCodeAt(0)))
      const read = () => {
        kind.read(reader)
        reader.end()
      }
      assert.throws(read, { code })
    })
  }

  it('reads the same things spelled right', () => {
    assert.deepEqual(PAIR.read(new Reader(utf8('d1:ai1e1:b2:xye'))), { a: 1, b: utf8('xy') })
    assert.equal(SAFE.read(new Reader(utf8('i9007199254740991e'))), Number.MAX_SAFE_INTEGER)
    assert.equal(SAFE.read(new Reader(utf8('i0e'))), 0)
  })

  it('writes −0 as 0 and keeps a byte order mark, so that what is read is what was written', () => {
    const writer = new Writer()
    SAFE.write(writer, -0)
    text(9).write(writer, '\ufeffa')
    const reader = new Reader(writer.take())
    assert.ok(Object.is(SAFE.read(reader), 0))
    assert.equal(text(9).read(reader), '\ufeffa')
    assert.equal(fromUtf8(utf8('\ufeff')), '\ufeff')
  })

  it('says nothing of a refused value in the error, which may be a secret', () => {
    const secret = new Uint8Array(9).fill(0xab)
    assert.throws(() => bytes(8).write(new Writer(), secret), { detail: 'not a valid bytes' })
  })
})

describe('protocol: random frames', function () {
  this.timeout(20_000 + FRAMES)
  const { infoHash, sides } = {
    infoHash: new Uint8Array(20),
    sides: [1, 2].map((fill) => ({
      hello: new Uint8Array(40).fill(fill),
      secret: new Uint8Array(32).fill(fill)
    }))
  }
  const ephemeral = platformCrypto.boxPublicKey(sides[1]!.secret)
  const session = createSession(platformCrypto, infoHash, sides[0]!, {
    hello: sides[1]!.hello,
    ephemeral
  })

  function survive(bytes: Uint8Array): ErrorCode | 'fine' {
    try {
      decode(bytes)
      return 'fine'
    } catch (error) {
      assert.ok(error instanceof FloodgateError, `${toHex(bytes)}: ${String(error)}`)
      return error.code
    }
  }

  it('throw our error and nothing else: bytes of any kind', () => {
    const id = fc.constantFrom(...NAMES.map((name) => rowOf(name).id))
    const token = fc.constantFrom('d', 'l', 'e', 'i', ':', '-', '0', '1', '9', '32:', 'i-0e', '-3:')
    const soup = fc.array(token, { maxLength: 60 }).map((parts) => utf8(parts.join('')))
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(id, fc.uint8Array({ maxLength: 200 })).map(([i, rest]) => Uint8Array.of(i, ...rest)),
      fc.tuple(id, soup).map(([i, rest]) => Uint8Array.of(i, ...rest))
    )
    fc.assert(
      fc.property(frame, (bytes) => void survive(bytes)),
      { numRuns: Math.ceil(FRAMES / 4) }
    )
  })

  it('throw our error and nothing else: valid messages with a few bytes changed', async () => {
    const key = platformCrypto.signKey(new Uint8Array(32).fill(3))
    const small = NAMES.filter((name) => rowOf(name).bytesMax <= 64 * 1024)
    const seeds = await Promise.all(
      small.flatMap((name) =>
        (['min', 'max'] as const).map((end) => bytesOf(name, extreme(shapeOf(name), end), key))
      )
    )
    const edit = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.boolean() })
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 4 }), (seed, edits) => {
        let frame = seed.slice()
        for (const { at, byte, cut } of edits) {
          const place = at % frame.length
          if (!cut) frame[place] = byte
          else frame = concat(frame.subarray(0, place), frame.subarray(place + 1))
        }
        seen.add(survive(frame))
      }),
      { numRuns: Math.ceil((FRAMES * 3) / 4) }
    )
    for (const code of ['fine', 'truncated', 'not-canonical', 'bad-field']) {
      assert.ok(seen.has(code), `no frame ended with ${code}: the test has gone blind`)
    }
  })

  it('cost no memory: lengths that promise gigabytes are refused from the digits', () => {
    for (const name of NAMES) {
      const bomb = concat(Uint8Array.of(rowOf(name).id), utf8('d9:4294967295:'), new Uint8Array(64))
      assert.notEqual(survive(bomb), 'fine')
    }
    const before = process.memoryUsage().arrayBuffers
    const deep = concat(Uint8Array.of(0x25), utf8('l'.repeat(20_000)))
    for (let i = 0; i < 1000; i++) assert.equal(survive(deep), 'not-canonical')
    assert.ok(process.memoryUsage().arrayBuffers - before < 1e6)
  })

  it('do not open: sealed frames and boxes of random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const sealed = concat(Uint8Array.of(0xff), bytes)
        assert.throws(() => session.open(sealed), { code: 'cannot-open' })
        assert.throws(() => session.open(bytes), FloodgateError)
        const secret = new Uint8Array(32).fill(9)
        assert.throws(() => openSealed(platformCrypto, secret, bytes), FloodgateError)
      }),
      { numRuns: 50 }
    )
  })
})
