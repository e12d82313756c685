// Work over all tokens of a purse agrees with the protocol and shares the event loop.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import {
  tokenHashList,
  tokenRoot,
  tokenXor
} from '../../../tracker-extension/src/mint/token-work.ts'

const crypto = fg.platformCrypto
const seed = crypto.random(32)

describe('mint: work over all tokens, in slices', () => {
  it('F25: roots, hash lists and sums are those of the protocol, whatever the number of slices', async () => {
    for (const count of [1, 2, 3, 511, 512, 513, 1024, 1025, 1537, 3000]) {
      const whole = fg.makeTokens(crypto, seed, count)
      assert.deepEqual(await tokenRoot(crypto, seed, count), whole.root, `root of ${count}`)
      assert.deepEqual(
        await tokenHashList(crypto, seed, count),
        fg.tokenHashes(crypto, seed, count),
        `hashes of ${count}`
      )
      const bitmap = fg.emptyBitmap(count)
      for (let i = 0; i < count; i += 2) fg.setBit(bitmap, i)
      assert.deepEqual(
        await tokenXor(crypto, seed, bitmap),
        fg.xorOfTokens(crypto, seed, bitmap),
        `sum of ${count}`
      )
    }
  })

  it('W1: the event loop goes on while a great purse is made', async () => {
    let turns = 0
    let going = true
    const turn = (): void => {
      turns++
      if (going) setImmediate(turn)
    }
    setImmediate(turn)
    await tokenRoot(crypto, seed, 8192)
    going = false
    assert.ok(turns >= 8192 / 512 - 1, `${turns} turns`)
  })
})
