// What the protocol asks of a crypto library, and nothing more. Back ends are interchangeable: their keys,
// signatures and boxes are the same bytes. Asymmetric work may be asynchronous, since browsers offer it so.

type Eventually<T> = T | Promise<T>

/** An Ed25519 signing key, ready for use. */
export interface SignKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** The 64-byte signature of `message` (RFC 8032). */
  sign(message: Uint8Array): Eventually<Uint8Array>
}

/** What a library has to bring: no checks of hostile input, those stand in strict.ts, once for all. */
export interface CryptoBackEnd {
  readonly name: string
  sha256(data: Uint8Array): Uint8Array
  /** The signing key of a 32-byte seed. */
  signKey(seed: Uint8Array): SignKey
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Eventually<boolean>
  /** The X25519 public key of a 32-byte secret (RFC 7748). */
  boxPublicKey(secret: Uint8Array): Uint8Array
  /** The raw X25519 agreement. */
  agree(secret: Uint8Array, publicKey: Uint8Array): Uint8Array
}

/** The HMAC-SHA-256 of a message, under a key that was set before: 32 bytes. */
export type Mac = (data: Uint8Array) => Uint8Array

export interface Crypto extends CryptoBackEnd {
  /** HMAC-SHA-256 for many messages under one key of at most 64 bytes. */
  mac(key: Uint8Array): Mac
  /** HMAC-SHA-256 (RFC 2104) under a key of at most 64 bytes. */
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array
  /** `length` bytes from the platform's generator. */
  random(length: number): Uint8Array
  /** XSalsa20-Poly1305 (NaCl secretbox): 32-byte key, 24-byte nonce; adds 16 bytes. */
  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array
  /** The inverse; undefined when it was altered or the key is another. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
  /** Is this a public key that a certificate may carry? */
  isSignKey(publicKey: Uint8Array): boolean
  isBoxKey(publicKey: Uint8Array): boolean
}
