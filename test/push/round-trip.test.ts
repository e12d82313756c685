// What is sealed is opened again, whole and in ranges, whatever its length; and who has other keys, or none, opens nothing.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { equal, platformCrypto as crypto } from '@floodgate/protocol'
import { BUNDLE_LENGTH, layoutOf, openContent, sealedLength } from '@floodgate/push'
import { randomFrom, SEED } from '../support/random.ts'
import { CHUNK, joined, readerOf, sealedContent } from './content.ts'

/** Around chunks, around the first marks, and where chunks become larger. */
const LENGTHS = [
  ...[0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 7 * CHUNK, 8 * CHUNK - 1, 8 * CHUNK, 8 * CHUNK + 1],
  ...[25 * CHUNK + 7, 15_728_640 + 5]
]

describe('push: round trips (F77)', () => {
  for (const length of LENGTHS) {
    it(`seals and opens ${length} bytes`, async () => {
      const { plain, sealed, keys } = await sealedContent(length)
      assert.equal(sealed.length, sealedLength(length))
      const content = await openContent(crypto, keys(7), readerOf(sealed))
      assert.equal(content.length, length)
      assert.ok(equal(await joined(content.stream()), plain))
    })
  }

  it('reads any range from just the chunks that it lies in', async () => {
    const length = 40 * CHUNK + 100
    const { plain, sealed, keys } = await sealedContent(length)
    let fetched = 0
    const content = await openContent(crypto, keys(1), async (offset, size) => {
      fetched += size
      return sealed.subarray(offset, offset + size)
    })
    const random = randomFrom(SEED)
    for (let i = 0; i < 300; i++) {
      const start = random.below(length + 1)
      const size = random.below(Math.min(3 * CHUNK, length - start) + 1)
      fetched = 0
      const bytes = await content.read(start, size)
      assert.ok(equal(bytes, plain.subarray(start, start + size)), `seed ${SEED}: ${start} ${size}`)
      const chunks = size === 0 ? 0 : Math.ceil((start + size) / CHUNK) - Math.floor(start / CHUNK)
      assert.ok(fetched <= chunks * (CHUNK + 16), `seed ${SEED}: ${fetched} for ${start} ${size}`)
    }
  })

  it('grows by an eighth at the most, for the variants, and as docs/push.md says', () => {
    for (const length of [1, 1e5, 5e6, 7e8, 2 ** 50]) {
      const { sealedLength: sealed, chunks } = layoutOf(length)
      assert.ok(sealed - length - 72 - 16 * chunks * 1.125 <= length / 8)
    }
    const text = readFileSync(new URL('../../docs/push.md', import.meta.url), 'utf8')
    const rows = [...text.matchAll(/^\| (\d+) (kB|MB|GB) +\| (\d+) KiB +\| (\d+) +\| ([\d.]+) %/gm)]
    assert.equal(rows.length, 6)
    for (const [row, amount, unit, chunk, marks, longer] of rows) {
      const length = Number(amount) * { kB: 1e3, MB: 1e6, GB: 1e9 }[unit as 'kB']
      const layout = layoutOf(length)
      const found = [layout.chunkLength / 1024, layout.marks]
      assert.deepEqual(found, [Number(chunk), Number(marks)], row)
      assert.equal(((layout.sealedLength / length - 1) * 100).toFixed(1), longer, row)
    }
    assert.ok(text.includes(`${BUNDLE_LENGTH.toLocaleString('en')} bytes`))
  })
})
