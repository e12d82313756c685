// Secrets at rest: everything secret is sealed under one key, which scrypt makes from the passphrase. With
// an empty passphrase the file alone opens the wallet: then only its mode (0600) guards it.

import { FloodgateError, concat, toBase64url, type Crypto } from '@floodgate/protocol'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { unpack, type ScryptCost } from './state.ts'

/** About 100 ms and 32 MiB a guess. */
export const SCRYPT_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 1 }
/** A file from elsewhere must not make us spend minutes or gigabytes. */
const N_MAX = 2 ** 20
const NONCE = 24

export class SealKey {
  readonly scrypt: ScryptCost & { salt: string }
  readonly #crypto: Crypto
  readonly #key: Uint8Array

  private constructor(crypto: Crypto, scrypt: ScryptCost & { salt: string }, key: Uint8Array) {
    this.#crypto = crypto
    this.scrypt = scrypt
    this.#key = key
  }

  /** The key of `passphrase`, with a fresh salt when none is given. */
  static async from(
    crypto: Crypto,
    passphrase: string,
    cost: ScryptCost & { salt?: string }
  ): Promise<SealKey> {
    const { N, r, p } = cost
    const sane =
      Number.isInteger(Math.log2(N)) && N >= 2 && N <= N_MAX && r > 0 && p > 0 && r * p <= 64
    if (!sane) throw new FloodgateError('bad-option', 'scrypt')
    const salt = cost.salt ?? toBase64url(crypto.random(16))
    // The same passphrase is the same on every keyboard (RFC 8265 §4.2 asks for a normal form too).
    const text = passphrase.normalize('NFKC')
    const key = await scryptAsync(text, unpack(salt), { N, r, p, dkLen: 32 })
    return new SealKey(crypto, { N, r, p, salt }, key)
  }

  seal(plain: Uint8Array): string {
    const nonce = this.#crypto.random(NONCE)
    return toBase64url(concat(nonce, this.#crypto.seal(this.#key, nonce, plain)))
  }

  /** The inverse. Throws `wrong-passphrase`. */
  open(text: string): Uint8Array {
    const bytes = unpack(text)
    const plain =
      bytes.length >= NONCE
        ? this.#crypto.open(this.#key, bytes.subarray(0, NONCE), bytes.subarray(NONCE))
        : undefined
    if (plain === undefined) throw new FloodgateError('wrong-passphrase')
    return plain
  }
}
