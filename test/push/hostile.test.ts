// What was altered, cut, reordered or mixed is refused before a byte of it is given out, each with its code; and without the
// right keys nothing opens.

import assert from 'node:assert/strict'
import { concat, fromUtf8, platformCrypto as crypto, utf8 } from '@floodgate/protocol'
import {
  decodeKeys,
  encodeKeys,
  HEADER_LENGTH,
  keysFor,
  layoutOf,
  MARKS_MAX,
  openContent,
  readHeader,
  sealContent,
  type ContentKeys
} from '@floodgate/push'
import { randomFrom } from '../support/random.ts'
import { CHUNK, joined, MASTER, readerOf, sealedContent } from './content.ts'

const SLOT = CHUNK + 16
const random = randomFrom(77)

/** Opens it and reads all, or just the bytes of one chunk. */
async function readAll(keys: ContentKeys, sealed: Uint8Array, chunk?: number): Promise<void> {
  const content = await openContent(crypto, keys, readerOf(sealed))
  if (chunk === undefined) await content.read(0, content.length)
  else await content.read(chunk * CHUNK, Math.min(CHUNK, content.length - chunk * CHUNK))
}

/** Runs it with one byte of `bytes` changed. */
async function withFlip(bytes: Uint8Array, at: number, run: () => Promise<void>): Promise<void> {
  const mask = 1 + random.below(255)
  bytes[at]! ^= mask
  await run()
  bytes[at]! ^= mask
}

async function codeOf(failing: Promise<unknown>): Promise<string> {
  return failing.then(
    () => 'nothing',
    ({ code }: { code: string }) => code
  )
}

describe('push: what is refused (F77)', () => {
  it('every altered byte of the header', async () => {
    const { sealed, keys } = await sealedContent(5)
    const group = keys(0)
    const codes = new Set<string>()
    for (let at = 0; at < HEADER_LENGTH; at++) {
      await withFlip(sealed, at, async () => void codes.add(await codeOf(readAll(group, sealed))))
    }
    assert.deepEqual([...codes].sort(), ['not-sealed', 'wrong-key'])
  })

  for (const length of [1, CHUNK + 10]) {
    it(`every altered byte of ${length} sealed bytes`, async () => {
      const { sealed, keys } = await sealedContent(length)
      const content = await openContent(crypto, keys(0), readerOf(sealed))
      for (let at = HEADER_LENGTH; at < sealed.length; at++) {
        await withFlip(sealed, at, async () => {
          assert.equal(await codeOf(content.read(0, length)), 'altered-content', `byte ${at}`)
        })
      }
    })
  }

  it('every altered byte of a marked chunk, by the groups that open that variant', async () => {
    const { sealed, keys } = await sealedContent(8 * CHUNK)
    const groups = Array.from({ length: 20 }, (_, group) => keys(group))
    const contents = await Promise.all(
      [0, 1].map((variant) => {
        const ofVariant = groups.find(({ code }) => code[0]! >> 7 === variant)!
        return openContent(crypto, ofVariant, readerOf(sealed))
      })
    )
    for (let at = 0; at < 2 * SLOT; at++) {
      const variant = Math.floor(at / SLOT)
      await withFlip(sealed, HEADER_LENGTH + at, async () => {
        const [its, others] = [contents[variant]!, contents[1 - variant]!]
        assert.equal(await codeOf(its.read(0, CHUNK)), 'altered-content', `byte ${at}`)
        if (at % 64 === 0) assert.equal((await others.read(0, CHUNK)).length, CHUNK)
      })
    }
  })

  it('a content that ends early, wherever', async () => {
    const { sealed, keys } = await sealedContent(CHUNK + 10)
    const group = keys(0)
    for (let length = 0; length < sealed.length; length++) {
      assert.equal(await codeOf(readAll(group, sealed.subarray(0, length))), 'truncated')
    }
  })

  it('chunks in another order, or of another sealing of the same content', async () => {
    const { plain, sealed, keys } = await sealedContent(4 * CHUNK)
    const again = await joined(
      sealContent(crypto, { master: MASTER, length: plain.length, read: readerOf(plain) })
    )
    const chunk = (of: Uint8Array, index: number) =>
      of.slice(HEADER_LENGTH + index * SLOT, HEADER_LENGTH + (index + 1) * SLOT)
    for (let to = 0; to < 4; to++) {
      for (let from = 0; from < 4; from++) {
        const moved = sealed.slice()
        moved.set(chunk(from === to ? again : sealed, from), HEADER_LENGTH + to * SLOT)
        assert.equal(await codeOf(readAll(keys(0), moved)), 'altered-content', `${from} → ${to}`)
      }
    }
  })

  it('the beginning of a content as the whole, even from somebody who has its keys', async () => {
    const [long, short] = [await sealedContent(3 * CHUNK), await sealedContent(2 * CHUNK)]
    const group = long.keys(0)
    // The header of the shorter one, made out to be of this content: its tag is what keys are good for.
    const header = concat(short.sealed.slice(0, 24), long.sealedId)
    const tag = crypto.hmac(group.base, concat(utf8('floodgate/1/push header\0'), header))
    const chunks = long.sealed.subarray(HEADER_LENGTH, HEADER_LENGTH + 2 * SLOT)
    const forged = concat(header, tag, chunks)
    assert.equal((await openContent(crypto, group, readerOf(forged))).length, 2 * CHUNK)
    assert.equal(await codeOf(readAll(group, forged)), 'altered-content')
  })

  it('what is no sealed content', async () => {
    const { sealed, keys } = await sealedContent(100)
    const text = utf8('d8:announce'.padEnd(200, 'x'))
    assert.equal(await codeOf(readAll(keys(0), text)), 'not-sealed')
    assert.throws(() => readHeader(text), { code: 'not-sealed' })
    assert.throws(() => readHeader(sealed.subarray(0, 71)), { code: 'truncated' })
    const huge = sealed.slice()
    huge.fill(0xff, 16, 24)
    assert.throws(() => readHeader(huge), { code: 'not-sealed' })
  })

  it('a plaintext that is shorter than was said, and options that cannot be', async () => {
    const seal = (master: Uint8Array, length: number) =>
      joined(sealContent(crypto, { master, length, read: readerOf(new Uint8Array(5)) }))
    await assert.rejects(seal(MASTER, 6), { code: 'truncated' })
    for (const length of [-1, 0.5, NaN, 2 ** 51]) {
      await assert.rejects(seal(MASTER, length), { code: 'bad-field' })
    }
    await assert.rejects(seal(MASTER.subarray(1), 5), { code: 'bad-field' })
    const sealedId = new Uint8Array(16)
    for (const group of [-1, 65_536, 1.5]) {
      assert.throws(() => keysFor(crypto, { master: MASTER, sealedId, group }), {
        code: 'bad-field'
      })
    }
  })

  it('ranges outside the content', async () => {
    const { sealed, keys } = await sealedContent(100)
    const content = await openContent(crypto, keys(0), readerOf(sealed))
    for (const [offset, length] of [
      [-1, 2],
      [0, 101],
      [101, 0],
      [50, -1],
      [0.5, 1],
      [0, NaN]
    ] as const) {
      await assert.rejects(content.read(offset, length), { code: 'bad-field' })
    }
    assert.deepEqual(await content.read(100, 0), new Uint8Array())
  })
})

describe('push: without the keys', () => {
  it('a sealed content shows nothing of what is in it', async () => {
    const length = 64 * CHUNK
    const read = async (_: number, size: number) => new Uint8Array(size).fill(0x61)
    const sealed = await joined(sealContent(crypto, { master: MASTER, length, read }))
    const counts = new Array<number>(256).fill(0)
    for (const byte of sealed.subarray(HEADER_LENGTH)) counts[byte]!++
    const expected = (sealed.length - HEADER_LENGTH) / 256
    // Chi-squared with 255 degrees of freedom; above 400 by chance once in 10^8.
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    assert.ok(chi < 400, `chi-squared ${chi}`)
    assert.ok(!fromUtf8(sealed)?.includes('aaaa'))
  })

  it('another content’s bundle opens nothing, whatever id it claims', async () => {
    const [one, other] = [await sealedContent(10_000), await sealedContent(10_000)]
    assert.equal(await codeOf(readAll(other.keys(3), one.sealed)), 'wrong-key')
    const disguised = { ...other.keys(3), sealedId: one.sealedId }
    assert.equal(await codeOf(readAll(disguised, one.sealed)), 'wrong-key')
    const elsewhere = { master: crypto.sha256(MASTER), sealedId: one.sealedId, group: 3 }
    assert.equal(await codeOf(readAll(keysFor(crypto, elsewhere), one.sealed)), 'wrong-key')
  })

  it('no bundle with an altered byte opens all', async () => {
    const length = 8 * MARKS_MAX * CHUNK
    const { sealed, keys } = await sealedContent(length)
    const bundle = encodeKeys(keys(5))
    const { step, marks } = layoutOf(length)
    assert.equal(marks, MARKS_MAX)
    const text = new TextDecoder('latin1').decode(bundle)
    const [code, secrets] = ['4:code30:', '5:marks3840:'].map(
      (key) => text.indexOf(key) + key.length
    )
    const tried = { decode: 0, open: 0, mark: 0 }
    for (let at = 0; at < bundle.length; at++) {
      await withFlip(bundle, at, async () => {
        let altered: ContentKeys
        try {
          altered = decodeKeys(bundle)
        } catch (error) {
          const expected = ['not-canonical', 'bad-field', 'truncated']
          assert.ok(
            expected.includes((error as { code: string }).code),
            `byte ${at}: ${String(error)}`
          )
          tried.decode++
          return
        }
        const isCode = at >= code! && at < code! + 30
        const isSecret = at >= secrets! && at < secrets! + 3840
        if (!isCode && !isSecret) {
          assert.equal(await codeOf(readAll(altered, sealed, 1)), 'wrong-key', `byte ${at}`)
          tried.open++
          return
        }
        // Only the marks that it concerns are read; any of the eight of a byte of the code may be the one.
        const first = isCode ? (at - code!) * 8 : Math.floor((at - secrets!) / 16)
        const codes: string[] = []
        for (let mark = first; mark < first + (isCode ? 8 : 1); mark++) {
          codes.push(await codeOf(readAll(altered, sealed, mark * step)))
        }
        assert.ok(codes.includes('altered-content'), `byte ${at}: ${codes.join()}`)
        tried.mark++
      })
    }
    assert.equal(tried.mark, 30 + 3840)
    assert.equal(tried.open, 32 + 16)
  })
})
