// Vectors of what happens between messages: tokens and their tree, the session of two hellos, a sealed box.
// Keys that the library keeps to itself are computed here from the formulas of docs/protocol.md, and the
// frames are checked to open with them: so the vectors hold document and code to each other.

import assert from 'node:assert/strict'
import {
  compare,
  concat,
  createSession,
  emptyBitmap,
  encode,
  leafHash,
  makeTokens,
  openSealed,
  platformCrypto as crypto,
  purseSeed,
  sealTo,
  setBit,
  utf8,
  xorOfTokens
} from '@floodgate/protocol'
import { plain, seeded } from './seeded.ts'

export async function tokenVectors() {
  const [master, purse] = [seeded('master'), seeded('purse', 16)]
  const [uid, infoHash] = [seeded('uid', 16), seeded('info hash', 20)]
  const seed = purseSeed(crypto, master, purse, uid, infoHash)
  const purses = [1, 2, 3, 5, 8, 11].map((count) => {
    const tokens = makeTokens(crypto, seed, count)
    const bitmap = emptyBitmap(count)
    for (let i = 0; i < count; i += 2) setBit(bitmap, i)
    return plain({
      count,
      root: tokens.root,
      bitmap,
      xor: xorOfTokens(crypto, seed, bitmap),
      pieces: Array.from({ length: count }, (_, index) => ({
        index,
        token: tokens.token(index),
        leaf: leafHash(crypto.sha256, index, tokens.token(index)),
        path: tokens.path(index)
      }))
    })
  })
  return { ...(plain({ master, purse, uid, infoHash, seed }) as object), purses }
}

function sideOf(name: string) {
  const secret = seeded(`${name} ephemeral`)
  const ephemeral = crypto.boxPublicKey(secret)
  const hello = encode('hello', {
    version: 1,
    nonce: seeded(`${name} nonce`),
    ephemeral,
    certificate: seeded(`${name} certificate`, 50),
    epoch: new Uint8Array()
  })
  return { secret, ephemeral, hello }
}

export async function sessionVectors() {
  const infoHash = seeded('info hash', 20)
  const [a, b] = [sideOf('a'), sideOf('b')]
  const [here, there] = [
    createSession(crypto, infoHash, a, b),
    createSession(crypto, infoHash, b, a)
  ]
  const hellos = [a.hello, b.hello].sort(compare).map((hello) => crypto.sha256(hello))
  const id = crypto.sha256(concat(utf8('floodgate/1/session\0'), infoHash, ...hellos))
  assert.deepEqual(here.id, id)
  const shared = crypto.agree(a.secret, b.ephemeral)
  const keyOf = (hello: Uint8Array) =>
    crypto.hmac(shared, concat(utf8('floodgate/1/session key\0'), id, crypto.sha256(hello)))
  const frames = [here, there].flatMap((from) => {
    const key = keyOf(from === here ? a.hello : b.hello)
    return [0, 1].map((counter) => {
      const message = encode('reject', { code: 'bad-index', message: 0x23, indexes: [counter] })
      const frame = from.seal(message)
      const nonce = concat(frame.subarray(1, 9), new Uint8Array(16))
      assert.deepEqual(crypto.open(key, nonce, frame.subarray(9)), message)
      return { from: from === here ? 'a' : 'b', counter, message, frame }
    })
  })
  const [keyOfA, keyOfB] = [keyOf(a.hello), keyOf(b.hello)]
  return plain({ infoHash, a, b, id, shared, keyOfA, keyOfB, frames })
}

export async function boxVectors() {
  const [secret, ephemeralSecret] = [seeded('box secret'), seeded('box ephemeral')]
  const fixed = { ...crypto, random: () => ephemeralSecret }
  const [publicKey, ephemeral] = [secret, ephemeralSecret].map((key) => crypto.boxPublicKey(key))
  const shared = crypto.agree(secret, ephemeral!)
  const tag = utf8('floodgate/1/box\0')
  const key = crypto.sha256(concat(tag, shared, ephemeral!, publicKey!))
  const boxes = ['', 'seed', 'x'.repeat(100)].map((text) => {
    const sealed = sealTo(fixed, publicKey!, utf8(text))
    assert.deepEqual(openSealed(crypto, secret, sealed), utf8(text))
    assert.deepEqual(crypto.open(key, new Uint8Array(24), sealed.subarray(32)), utf8(text))
    return { plain: utf8(text), sealed }
  })
  return plain({ secret, publicKey, ephemeralSecret, ephemeral, shared, key, boxes })
}
