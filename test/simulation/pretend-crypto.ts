// PRETEND cryptography, for speed in simulations and for nothing else: a "signature" is a hash keyed with the signer's
// seed, and whoever verifies asks this library, which knows all seeds. So only the holder of a secret can sign, agree or
// seal with it, as with the real thing, at a hundredth of the cost. Every 50th schedule runs on real Ed25519.

import { hash } from 'node:crypto'
import { concat, equal, strict, utf8, type Crypto, type CryptoBackEnd } from '@floodgate/protocol'

const TAG_LENGTH = 16
const [SIGN, BOX, SEAL] = [utf8('pretend sign'), utf8('pretend box'), utf8('pretend seal')]

const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(hash('sha256', data, 'buffer'))

/** 32 bytes that pass the strict check as a point, a key or a scalar. */
function masked(bytes: Uint8Array, top: number): Uint8Array {
  bytes[31]! &= top
  return bytes
}

const nameOf = (key: Uint8Array): string => Buffer.from(key).toString('latin1')

/** The seeds that a library knows; those of the provider are shared by all schedules. */
export type Seeds = Map<string, Uint8Array>

function backEnd(seeds: Seeds, known: ReadonlyMap<string, Uint8Array>): CryptoBackEnd {
  const signature = (seed: Uint8Array, message: Uint8Array): Uint8Array => {
    const point = masked(sha256(concat(SIGN, seed, message)), 0x3f)
    return concat(point, masked(point.slice(), 0x0f))
  }
  const boxPublicKey = (secret: Uint8Array): Uint8Array => masked(sha256(concat(BOX, secret)), 0x3f)
  return {
    name: 'pretend',
    sha256,
    signKey(seed) {
      const publicKey = masked(sha256(seed), 0x3f)
      seeds.set(nameOf(publicKey), seed)
      return { publicKey, sign: (message) => signature(seed, message) }
    },
    verify(publicKey, message, given) {
      const name = nameOf(publicKey)
      const seed = seeds.get(name) ?? known.get(name)
      return seed !== undefined && equal(given, signature(seed, message))
    },
    boxPublicKey,
    agree(secret, publicKey) {
      const own = boxPublicKey(secret)
      const [first, second] = nameOf(own) < nameOf(publicKey) ? [own, publicKey] : [publicKey, own]
      return sha256(concat(BOX, first, second))
    }
  }
}

/** A library of its own, which also knows what `known` knows. Sealing authenticates and does not hide. */
export function pretendCrypto(seeds: Seeds = new Map(), known: Seeds = new Map()): Crypto {
  const tagOf = (key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array =>
    sha256(concat(SEAL, key, nonce, plain)).subarray(0, TAG_LENGTH)
  return {
    ...strict(backEnd(seeds, known)),
    seal: (key, nonce, plain) => concat(tagOf(key, nonce, plain), plain),
    open(key, nonce, sealed) {
      const plain = sealed.slice(TAG_LENGTH)
      return equal(sealed.subarray(0, TAG_LENGTH), tagOf(key, nonce, plain)) ? plain : undefined
    }
  }
}
