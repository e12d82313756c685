/** Both hashes of a piece agree: the one that goes along with the blocks, and the one of browsers. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { pieceHash as inBrowsers } from '../../../plugins/floodgate-wire/src/engine/hash.ts'
import { pieceHash as inNode } from '../../../plugins/floodgate-wire/src/engine/hash.node.ts'

describe('hash of a piece', () => {
  for (const [name, pieceHash] of Object.entries({ inBrowsers, inNode })) {
    it(`${name}: is SHA-1 of all bytes, however they came`, async () => {
      const source = randomBytes(100_000)
      const bytes = new Uint8Array(source.length)
      const hash = pieceHash(bytes)
      for (const end of [0, 16_384, 16_384, 65_536, 20_000]) {
        bytes.set(source.subarray(0, Math.max(end, 65_536)))
        hash.upTo(end)
      }
      bytes.set(source)
      assert.equal(await hash.hex(), createHash('sha1').update(source).digest('hex'))
    })

    it(`${name}: hashes bytes that were there at once`, async () => {
      const bytes = new Uint8Array(randomBytes(1000))
      assert.equal(await pieceHash(bytes).hex(), createHash('sha1').update(bytes).digest('hex'))
    })
  }
})
