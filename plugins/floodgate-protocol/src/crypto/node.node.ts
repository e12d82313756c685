// Node's back end: OpenSSL through node:crypto. Keys are imported as JWK, which is ten times faster than
// DER, and kept: a seller meets the same buyers again and again.

import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  sign,
  verify,
  type KeyObject
} from 'node:crypto'
import { concat, fromBase64url, fromHex, toBase64url, toHex } from '../bytes.ts'
import type { Crypto, CryptoBackEnd } from './interface.ts'
import { strict } from './strict.ts'
import { tweetnaclBackEnd } from './tweetnacl.ts'

const KEYS_MAX = 1024
const publicKeys = new Map<string, KeyObject>()

function jwk(crv: 'Ed25519' | 'X25519', publicKey: Uint8Array, secret?: Uint8Array) {
  const key = { kty: 'OKP', crv, x: toBase64url(publicKey) }
  return secret === undefined ? key : { ...key, d: toBase64url(secret) }
}

function publicKeyOf(bytes: Uint8Array): KeyObject {
  const id = toHex(bytes)
  let key = publicKeys.get(id)
  if (key === undefined) {
    key = createPublicKey({ key: jwk('Ed25519', bytes), format: 'jwk' })
    if (publicKeys.size === KEYS_MAX) publicKeys.delete(publicKeys.keys().next().value!)
    publicKeys.set(id, key)
  }
  return key
}

/** A copy as a plain Uint8Array: Node's Buffers come from a shared pool and behave differently. */
const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer)

export const nodeBackEnd: CryptoBackEnd = {
  name: 'node',
  sha256: (data) => plain(hash('sha256', data, 'buffer')),
  signKey(seed) {
    const { publicKey } = tweetnaclBackEnd.signKey(seed)
    const key = createPrivateKey({ key: jwk('Ed25519', publicKey, seed), format: 'jwk' })
    return { publicKey, sign: (message) => plain(sign(null, message, key)) }
  },
  verify(publicKey, message, signature) {
    try {
      return verify(null, message, publicKeyOf(publicKey), signature)
    } catch {
      return false // OpenSSL throws on keys that are no points
    }
  },
  boxPublicKey: (secret) => boxKeyOf(secret).publicKey.slice(),
  agree: (secret, publicKey) =>
    plain(
      diffieHellman({
        privateKey: boxKeyOf(secret).privateKey,
        publicKey: createPublicKey({ key: jwk('X25519', publicKey), format: 'jwk' })
      })
    )
}

/** A secret alone is imported as PKCS#8 (RFC 8410 §7), since a JWK wants the public key too. */
const X25519_PKCS8 = fromHex('302e020100300506032b656e04220420')

interface BoxKey {
  privateKey: KeyObject
  publicKey: Uint8Array
}

/** Imported keys, as long as somebody holds the secret: a provider opens every claim with the same few. */
const boxKeys = new WeakMap<Uint8Array, BoxKey>()

function boxKeyOf(secret: Uint8Array): BoxKey {
  let known = boxKeys.get(secret)
  if (known === undefined) {
    const key = Buffer.from(concat(X25519_PKCS8, secret))
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
    known = { privateKey, publicKey: fromBase64url(x)! }
    boxKeys.set(secret, known)
  }
  return known
}

export const platformCrypto: Crypto = strict(nodeBackEnd)
