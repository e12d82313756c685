// The browser's back end: WebCrypto signs and verifies (Ed25519 is in all current engines), tweetnacl
// stands in where it is missing. Hashes stay synchronous and portable: they are short.

import { fromHex, concat, toHex } from '../bytes.ts'
import type { Crypto, CryptoBackEnd } from './interface.ts'
import { strict } from './strict.ts'
import { tweetnaclBackEnd } from './tweetnacl.ts'

const ED25519 = { name: 'Ed25519' }
/** RFC 8410 §7: what stands before the 32-byte seed in a PKCS#8 private key. */
const PKCS8 = fromHex('302e020100300506032b657004220420')
const KEYS_MAX = 1024

/** Buffers of ours are never shared memory; WebCrypto's types want that said. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>

const publicKeys = new Map<string, Promise<CryptoKey>>()

function publicKeyOf(bytes: Uint8Array): Promise<CryptoKey> {
  const id = toHex(bytes)
  let key = publicKeys.get(id)
  if (key === undefined) {
    key = crypto.subtle.importKey('raw', owned(bytes), ED25519, false, ['verify'])
    if (publicKeys.size === KEYS_MAX) publicKeys.delete(publicKeys.keys().next().value!)
    publicKeys.set(id, key)
  }
  return key
}

/** Does this engine know Ed25519? Found out once, with a key made for the purpose. */
let supported: Promise<boolean> | undefined
function isSupported(): Promise<boolean> {
  supported ??= Promise.resolve()
    .then(() => crypto.subtle.generateKey(ED25519, false, ['sign', 'verify']))
    .then(
      () => true,
      () => false
    )
  return supported
}

const webBackEnd: CryptoBackEnd = {
  ...tweetnaclBackEnd,
  name: 'web',
  signKey(seed) {
    const portable = tweetnaclBackEnd.signKey(seed)
    const pkcs8 = owned(concat(PKCS8, seed))
    let key: Promise<CryptoKey> | undefined
    return {
      publicKey: portable.publicKey,
      async sign(message) {
        if (!(await isSupported())) return portable.sign(message)
        key ??= crypto.subtle.importKey('pkcs8', pkcs8, ED25519, false, ['sign'])
        return new Uint8Array(await crypto.subtle.sign(ED25519, await key, owned(message)))
      }
    }
  },
  async verify(publicKey, message, signature) {
    if (!(await isSupported())) return tweetnaclBackEnd.verify(publicKey, message, signature)
    try {
      const key = await publicKeyOf(publicKey)
      return await crypto.subtle.verify(ED25519, key, owned(signature), owned(message))
    } catch {
      return false // the engine refuses to import what is not a point
    }
  }
}

export const webCrypto: Crypto = strict(webBackEnd)
export { webCrypto as platformCrypto }
