// The one strict check in front of every back end. Libraries disagree on hostile input: some take malleated
// signatures (S + L), keys of small order, points that are not canonical, or 65-byte signatures. What all
// would accept alike is checked here first, so that no two parties ever see one message differently.

import nacl from 'tweetnacl'
import { fromHex } from '../bytes.ts'
import { FloodgateError } from '../errors.ts'
import type { Crypto, CryptoBackEnd, Mac } from './interface.ts'

const KEY = 32
const SIGNATURE = 64
/** Block length of SHA-256. */
const BLOCK = 64

/** Little-endian comparison: is `bytes` (of equal length) below `limit`? */
function below(bytes: Uint8Array, limit: Uint8Array, topMask = 0xff): boolean {
  for (let i = limit.length - 1; i >= 0; i--) {
    const byte = i === limit.length - 1 ? bytes[i]! & topMask : bytes[i]!
    if (byte !== limit[i]!) return byte < limit[i]!
  }
  return false
}

/** The group order L of Ed25519 and the field prime p = 2^255 − 19, little endian (RFC 8032 §5.1). */
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')
const PRIME = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')

/** y coordinates of the points of order 1, 2, 4 and 8 on edwards25519, the sign bit aside. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
].map(fromHex)

/** u coordinates of small order on curve25519; those not below p are refused as not canonical anyway. */
const SMALL_ORDER_U = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
].map(fromHex)

function isOneOf(bytes: Uint8Array, table: Uint8Array[]): boolean {
  return table.some((entry) => {
    for (let i = 0; i < 31; i++) if (entry[i] !== bytes[i]) return false
    return entry[31] === (bytes[31]! & 0x7f)
  })
}

const isPoint = (bytes: Uint8Array): boolean =>
  below(bytes, PRIME, 0x7f) && !isOneOf(bytes, SMALL_ORDER_Y)

const isSignKey = (key: Uint8Array): boolean => key.length === KEY && isPoint(key)
const isBoxKey = (key: Uint8Array): boolean =>
  key.length === KEY && below(key, PRIME) && !isOneOf(key, SMALL_ORDER_U)

/** A back end behind the strict check: hostile input gives `false` or one clear error, from every library. */
export function strict(backEnd: CryptoBackEnd): Crypto {
  return {
    name: backEnd.name,
    sha256: (data) => backEnd.sha256(data),
    mac: (key) => mac(backEnd.sha256, key),
    hmac: (key, data) => mac(backEnd.sha256, key)(data),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    seal: (key, nonce, plain) => nacl.secretbox(plain, nonce, key),
    open: (key, nonce, sealed) => nacl.secretbox.open(sealed, nonce, key) ?? undefined,
    isSignKey,
    isBoxKey,
    signKey: (seed) => backEnd.signKey(expectLength(seed, KEY)),
    verify(publicKey, message, signature) {
      const sane =
        isSignKey(publicKey) &&
        signature.length === SIGNATURE &&
        isPoint(signature.subarray(0, 32)) &&
        below(signature.subarray(32), ORDER)
      return sane && backEnd.verify(publicKey, message, signature)
    },
    boxPublicKey: (secret) => backEnd.boxPublicKey(expectLength(secret, KEY)),
    agree(secret, publicKey) {
      if (!isBoxKey(publicKey)) throw new FloodgateError('bad-key')
      return backEnd.agree(expectLength(secret, KEY), publicKey)
    }
  }
}

/**
 * RFC 2104 over the back end's one-shot hash: a provider makes millions of tokens, and the libraries' HMAC
 * objects cost four times the hashing itself. Both pads are laid out once per key.
 */
function mac(sha256: CryptoBackEnd['sha256'], key: Uint8Array): Mac {
  if (key.length > BLOCK) throw new FloodgateError('bad-key', `at most ${BLOCK} bytes`)
  const outer = new Uint8Array(BLOCK + 32).fill(0x5c, 0, BLOCK)
  let inner = new Uint8Array(BLOCK).fill(0x36)
  for (let i = 0; i < key.length; i++) {
    inner[i]! ^= key[i]!
    outer[i]! ^= key[i]!
  }
  return (data) => {
    if (inner.length !== BLOCK + data.length) {
      const pad = inner.subarray(0, BLOCK)
      inner = new Uint8Array(BLOCK + data.length)
      inner.set(pad)
    }
    inner.set(data, BLOCK)
    outer.set(sha256(inner), BLOCK)
    return sha256(outer)
  }
}

function expectLength(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new FloodgateError('bad-key', `${length} bytes expected`)
  return bytes
}
