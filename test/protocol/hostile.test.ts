// Libraries disagree on hostile keys and signatures; behind the strict check they may not. Each case is
// tried on all back ends; that the bare libraries do disagree on the same cases is shown too.

import assert from 'node:assert/strict'
import { strict, toHex, tweetnaclBackEnd, type Crypto } from '@floodgate/protocol'
import {
  nodeBackEnd,
  platformCrypto as nodeCrypto
} from '../../plugins/floodgate-protocol/src/crypto/node.node.ts'
import { webCrypto } from '../../plugins/floodgate-protocol/src/crypto/web.ts'
import { BAD_BOX_KEYS, GOOD, HONEST, HOSTILE, MESSAGE, MIXED } from '../vectors/signatures.ts'
import { littleEndian } from './support/edwards.ts'

const BACK_ENDS: Crypto[] = [strict(tweetnaclBackEnd), nodeCrypto, webCrypto]
describe('protocol: hostile signatures', () => {
  for (const { why, key, signature } of HOSTILE) {
    it(`refused by every back end: ${why}`, async () => {
      for (const crypto of BACK_ENDS) {
        assert.equal(await crypto.verify(key, MESSAGE, signature), false, crypto.name)
      }
    })
  }

  it('takes the honest one they were made from', async () => {
    for (const crypto of BACK_ENDS) assert.ok(await crypto.verify(HONEST, MESSAGE, GOOD))
  })

  it('some of which a bare library takes and another does not', async () => {
    const taken = async (backEnd: typeof nodeBackEnd): Promise<number> => {
      const verdicts = HOSTILE.map(({ key, signature }) => {
        if (key.length !== 32 || signature.length !== 64) return false
        return backEnd.verify(key, MESSAGE, signature)
      })
      return (await Promise.all(verdicts)).filter(Boolean).length
    }
    assert.ok((await taken(tweetnaclBackEnd)) > Math.max(3, await taken(nodeBackEnd)))
  })

  it('gives one answer for keys with a part of small order, where cofactored verifiers differ', async () => {
    for (const { key, signature, valid } of MIXED) {
      for (const crypto of BACK_ENDS) {
        assert.equal(await crypto.verify(key, MESSAGE, signature), valid, crypto.name)
      }
    }
    const answers = new Set(MIXED.map(({ valid }) => valid))
    assert.deepEqual(answers, new Set([true, false]))
  })
})

describe('protocol: hostile X25519 keys', () => {
  for (const key of BAD_BOX_KEYS) {
    it(`refused by every back end: ${toHex(key).slice(0, 8)}…${toHex(key).slice(-2)}`, () => {
      for (const crypto of BACK_ENDS) {
        assert.ok(!crypto.isBoxKey(key))
        const agree = () => crypto.agree(new Uint8Array(32).fill(5), key)
        assert.throws(agree, { code: 'bad-key' })
      }
    })
  }

  it('are of small order indeed: bare agreement with all but the last gives zero', () => {
    const secret = new Uint8Array(32).fill(5)
    for (const key of BAD_BOX_KEYS.slice(0, -2)) {
      assert.deepEqual(tweetnaclBackEnd.agree(secret, key), new Uint8Array(32))
    }
  })

  it('refuses keys of other lengths, and takes an honest one', () => {
    for (const crypto of BACK_ENDS) {
      for (const length of [0, 31, 33]) assert.ok(!crypto.isBoxKey(new Uint8Array(length).fill(9)))
      assert.ok(crypto.isBoxKey(littleEndian(9n)))
      assert.ok(crypto.isSignKey(HONEST))
      assert.ok(!crypto.isSignKey(HONEST.subarray(1)))
    }
  })
})
