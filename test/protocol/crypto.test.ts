// The three back ends are one: keys, signatures, agreements, boxes and hashes are the same bytes, each
// checked against figures that others published.

import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { fromHex, openSealed, sealTo, strict, toHex, tweetnaclBackEnd } from '@floodgate/protocol'
import type { Crypto } from '@floodgate/protocol'
import { platformCrypto as nodeCrypto } from '../../plugins/floodgate-protocol/src/crypto/node.node.ts'
import { webCrypto } from '../../plugins/floodgate-protocol/src/crypto/web.ts'
import { RFC8032 } from '../vectors/signatures.ts'

const BACK_ENDS: Crypto[] = [strict(tweetnaclBackEnd), nodeCrypto, webCrypto]
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const message = fc.uint8Array({ maxLength: 300 })

/** RFC 7748 §6.1: Bob's secret and public key, Alice's public key, what they share. */
const RFC7748 = {
  secret: '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
  publicKey: 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
  other: '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
  shared: '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742'
}

for (const crypto of BACK_ENDS) {
  describe(`protocol: crypto of ${crypto.name} (F87)`, () => {
    it('signs and verifies the examples of RFC 8032', async () => {
      for (const [secret, publicKey, text, signature] of RFC8032) {
        const key = crypto.signKey(fromHex(secret))
        assert.equal(toHex(key.publicKey), publicKey)
        assert.equal(toHex(await key.sign(fromHex(text))), signature)
        assert.ok(await crypto.verify(key.publicKey, fromHex(text), fromHex(signature)))
        assert.ok(!(await crypto.verify(key.publicKey, fromHex(`${text}00`), fromHex(signature))))
      }
    })

    it('agrees as in the example of RFC 7748', () => {
      assert.equal(toHex(crypto.boxPublicKey(fromHex(RFC7748.secret))), RFC7748.publicKey)
      const shared = crypto.agree(fromHex(RFC7748.secret), fromHex(RFC7748.other))
      assert.equal(toHex(shared), RFC7748.shared)
    })

    it('hashes and MACs as node:crypto does', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 64 }), message, (key, data) => {
          assert.equal(toHex(crypto.sha256(data)), createHash('sha256').update(data).digest('hex'))
          const hmac = createHmac('sha256', key).update(data).digest('hex')
          assert.equal(toHex(crypto.hmac(key, data)), hmac)
        })
      )
      assert.throws(() => crypto.hmac(new Uint8Array(65), new Uint8Array()), { code: 'bad-key' })
    })

    it('makes what every other back end takes, byte for byte', async () => {
      await fc.assert(
        fc.asyncProperty(bytes32, bytes32, message, async (seed, secret, data) => {
          const [reference] = BACK_ENDS
          const key = crypto.signKey(seed)
          const signature = await key.sign(data)
          assert.deepEqual(signature, await reference!.signKey(seed).sign(data))
          const publicKey = crypto.boxPublicKey(secret)
          assert.deepEqual(publicKey, reference!.boxPublicKey(secret))
          for (const other of BACK_ENDS) {
            assert.ok(await other.verify(key.publicKey, data, signature))
            assert.deepEqual(other.agree(seed, publicKey), crypto.agree(seed, publicKey))
            assert.deepEqual(openSealed(other, secret, sealTo(crypto, publicKey, data)), data)
          }
        }),
        { numRuns: 8 }
      )
    })

    it('opens a box only unaltered and with its key', () => {
      const [key, nonce] = [crypto.random(32), crypto.random(24)]
      const sealed = crypto.seal(key, nonce, fromHex('00112233'))
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const flipped = sealed.slice()
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        assert.equal(crypto.open(key, nonce, flipped), undefined)
      }
      assert.equal(crypto.open(crypto.random(32), nonce, sealed), undefined)
      assert.equal(crypto.open(key, crypto.random(24), sealed), undefined)
      assert.equal(crypto.open(key, nonce, new Uint8Array(15)), undefined)
    })

    it('refuses seeds and secrets of a wrong length', () => {
      for (const length of [0, 31, 33, 64]) {
        const wrong = new Uint8Array(length)
        assert.throws(() => crypto.signKey(wrong), { code: 'bad-key' })
        assert.throws(() => crypto.boxPublicKey(wrong), { code: 'bad-key' })
        const publicKey = fromHex(RFC7748.other)
        assert.throws(() => crypto.agree(wrong, publicKey), { code: 'bad-key' })
      }
    })
  })
}

it('protocol: a box is read by its receiver only, and differs each time', () => {
  const [crypto] = BACK_ENDS
  const secret = crypto!.random(32)
  const sealed = sealTo(crypto!, crypto!.boxPublicKey(secret), fromHex('aa'))
  assert.notDeepEqual(sealed, sealTo(crypto!, crypto!.boxPublicKey(secret), fromHex('aa')))
  assert.throws(() => openSealed(crypto!, crypto!.random(32), sealed), { code: 'cannot-open' })
  assert.throws(() => openSealed(crypto!, secret, sealed.subarray(0, 47)), { code: 'truncated' })
  const lowOrder = new Uint8Array(sealed)
  lowOrder.fill(0, 0, 32)
  assert.throws(() => openSealed(crypto!, secret, lowOrder), { code: 'bad-key' })
})
