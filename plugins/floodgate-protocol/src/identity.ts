// Who signs: a peer or the provider with its keys. It fills in the header that every signature covers.

import { prepare } from './codec.ts'
import type { Crypto, SignKey } from './crypto/interface.ts'
import type { Header, Message, SignedName } from './messages.ts'

/** An id of a public key: the first 8 bytes of its SHA-256. */
export function keyIdOf(crypto: Crypto, publicKey: Uint8Array): Uint8Array {
  return crypto.sha256(publicKey).slice(0, 8)
}

/** The id of a provider's network: SHA-256 of its root public key. */
export function providerIdOf(crypto: Crypto, rootKey: Uint8Array): Uint8Array {
  return crypto.sha256(rootKey)
}

/** The uid under which the provider itself signs. */
export const PROVIDER_UID = new Uint8Array(16)
export const NO_SESSION = new Uint8Array(32)

export type Body<N extends SignedName> = Omit<Message<N>, keyof Header>

/** When, and in which session, purchase or claim, a message is signed. Times in Unix milliseconds. */
export interface Occasion {
  session?: Uint8Array
  counter?: number
  time: number
  expiry: number
}

export interface Signer {
  readonly provider: Uint8Array
  readonly uid: Uint8Array
  readonly publicKey: Uint8Array
  /** The whole signed message. */
  sign<N extends SignedName>(name: N, body: Body<N>, on: Occasion): Promise<Uint8Array>
}

/** A signer for `key` as `uid` in the network of `provider`. */
export function createSigner(
  crypto: Crypto,
  key: SignKey,
  uid: Uint8Array,
  provider: Uint8Array
): Signer {
  const keyId = keyIdOf(crypto, key.publicKey)
  return {
    provider,
    uid,
    publicKey: key.publicKey,
    async sign(name, body, on) {
      const header: Header = {
        provider,
        signer: uid,
        key: keyId,
        session: on.session ?? NO_SESSION,
        counter: on.counter ?? 0,
        time: on.time,
        expiry: on.expiry
      }
      const { toSign, seal } = prepare(name, { ...header, ...body } as Message<typeof name>)
      return seal(await key.sign(toSign))
    }
  }
}
