// The portable back end: tweetnacl for keys and signatures, noble for SHA-256. It runs anywhere and is the
// reference that every faster back end is checked against; signing a piece with it costs milliseconds.

import { sha256 } from '@noble/hashes/sha2.js'
import nacl from 'tweetnacl'
import type { CryptoBackEnd } from './interface.ts'

export const tweetnaclBackEnd: CryptoBackEnd = {
  name: 'tweetnacl',
  sha256: (data) => sha256(data),
  signKey(seed) {
    const pair = nacl.sign.keyPair.fromSeed(seed)
    return {
      publicKey: pair.publicKey,
      sign: (message) => nacl.sign.detached(message, pair.secretKey)
    }
  },
  verify: (publicKey, message, signature) =>
    nacl.sign.detached.verify(message, signature, publicKey),
  boxPublicKey: (secret) => nacl.scalarMult.base(secret),
  agree: (secret, publicKey) => nacl.scalarMult(secret, publicKey)
}
