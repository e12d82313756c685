// The bundle of a group: one canonical message below 4 KiB, from which every group reads everything, by every back end alike.

import assert from 'node:assert/strict'
import { compare, equal, platformCrypto, strict, tweetnaclBackEnd } from '@floodgate/protocol'
import {
  BUNDLE_LENGTH,
  decodeKeys,
  encodeKeys,
  keysFor,
  layoutOf,
  openContent
} from '@floodgate/push'
import { webCrypto } from '../../plugins/floodgate-protocol/src/crypto/web.ts'
import { CHUNK, joined, MASTER, readerOf, sealedContent } from './content.ts'

const portable = strict(tweetnaclBackEnd)

describe('push: bundles of keys (F77)', () => {
  it('are one message below 4 KiB, and read back', async () => {
    const keys = (await sealedContent(1)).keys(40_000)
    const bytes = encodeKeys(keys)
    assert.equal(bytes.length, BUNDLE_LENGTH)
    assert.ok(BUNDLE_LENGTH <= 4096)
    assert.deepEqual(decodeKeys(bytes), keys)
    assert.deepEqual(decodeKeys(Buffer.from(bytes)), keys)
  })

  it('have one form only', async () => {
    const bytes = encodeKeys((await sealedContent(1)).keys(0))
    const refused = (altered: Uint8Array, code: string) =>
      assert.throws(() => decodeKeys(altered), { code })
    refused(new Uint8Array(), 'truncated')
    refused(new Uint8Array(BUNDLE_LENGTH + 1), 'too-long')
    refused(bytes.subarray(1), 'not-canonical')
    for (let length = 1; length < bytes.length; length += 7) {
      refused(bytes.subarray(0, length), 'truncated')
    }
    assert.throws(() => encodeKeys({ ...decodeKeys(bytes), code: new Uint8Array(29) }), {
      code: 'bad-field'
    })
  })

  it('differ from group to group in the marks alone, and stay the same for a group', async () => {
    const { keys } = await sealedContent(1)
    const [one, other] = [keys(0), keys(65_535)]
    assert.deepEqual(one.base, other.base)
    assert.ok(compare(one.code, other.code) !== 0 && compare(one.marks, other.marks) !== 0)
    assert.deepEqual(keys(0), one)
  })

  it('every group reads everything', async () => {
    const length = 200 * CHUNK + 1
    const { plain, sealed, keys } = await sealedContent(length)
    const { marks, step } = layoutOf(length)
    assert.equal(marks, 25)
    for (const group of [0, 1, 2, 255, 256, 65_535]) {
      const content = await openContent(platformCrypto, keys(group), readerOf(sealed))
      assert.ok(equal(await joined(content.stream()), plain), `group ${group}`)
    }
    // Only marked chunks differ: of 200 more groups those are read.
    for (let group = 300; group < 500; group++) {
      const content = await openContent(platformCrypto, keys(group), readerOf(sealed))
      for (let mark = 0; mark < marks; mark++) {
        const at = mark * step * CHUNK
        const chunk = await content.read(at, CHUNK)
        assert.ok(equal(chunk, plain.subarray(at, at + CHUNK)), `group ${group}, mark ${mark}`)
      }
    }
  })

  it('every back end seals and opens what every other does', async () => {
    const backEnds = [platformCrypto, portable, webCrypto]
    for (const sealing of backEnds) {
      const { plain, sealed, sealedId } = await sealedContent(9 * CHUNK + 3, sealing)
      for (const opening of backEnds) {
        const keys = keysFor(opening, { master: MASTER, sealedId, group: 9 })
        const content = await openContent(opening, keys, readerOf(sealed))
        assert.ok(equal(await content.read(0, content.length), plain))
      }
    }
  })
})
