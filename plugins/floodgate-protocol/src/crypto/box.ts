// Sealing to a public box key, for what must be read by one receiver only: a purse's seed, a claim.
// An ephemeral X25519 key agrees with the receiver's; the key derived binds both, and is used once.

import { concat, utf8 } from '../bytes.ts'
import { FloodgateError } from '../errors.ts'
import type { Crypto } from './interface.ts'

const TAG = utf8('floodgate/1/box\0')
/** A key that encrypts one message needs no nonce of its own. */
const NONCE = new Uint8Array(24)

/** Bytes that `sealTo` adds: the ephemeral key and the authenticator. */
export const BOX_OVERHEAD = 48

const keyFor = (c: Crypto, shared: Uint8Array, ephemeral: Uint8Array, to: Uint8Array): Uint8Array =>
  c.sha256(concat(TAG, shared, ephemeral, to))

/** `plain` so that only the owner of `boxKey` can read it. Throws `bad-key`. */
export function sealTo(crypto: Crypto, boxKey: Uint8Array, plain: Uint8Array): Uint8Array {
  const secret = crypto.random(32)
  const ephemeral = crypto.boxPublicKey(secret)
  const key = keyFor(crypto, crypto.agree(secret, boxKey), ephemeral, boxKey)
  return concat(ephemeral, crypto.seal(key, NONCE, plain))
}

/** The inverse, with the receiver's secret. Throws `cannot-open` or `bad-key`. */
export function openSealed(crypto: Crypto, secret: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < BOX_OVERHEAD) throw new FloodgateError('truncated')
  const ephemeral = sealed.subarray(0, 32)
  const own = crypto.boxPublicKey(secret)
  const key = keyFor(crypto, crypto.agree(secret, ephemeral), ephemeral, own)
  const plain = crypto.open(key, NONCE, sealed.subarray(32))
  if (plain === undefined) throw new FloodgateError('cannot-open')
  return plain
}
