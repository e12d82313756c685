// Whom a party believes: one root key, the epoch keys it certified, and whatever those certified. Peers,
// tracker and court all check certificates here and nowhere else (F19, F20).

import { equal, toHex } from './bytes.ts'
import { decode, signedParts, type Decoded } from './codec.ts'
import type { Crypto } from './crypto/interface.ts'
import { FloodgateError } from './errors.ts'
import { keyIdOf, providerIdOf } from './identity.ts'
import type { Header, Message, SignedName } from './messages.ts'

/** Clocks of strangers may be this wrong; certificates live for months (F85). */
export const CLOCK_SLACK_MS = 24 * 3600e3
const CHECKED_MAX = 2048

export type Epoch = Message<'epoch'>
export type Certificate = Message<'certificate'>
export type PurseCertificate = Message<'purse'>

/** Messages that an epoch key signs. */
export type IssuedName =
  | 'certificate'
  | 'purse'
  | 'cancelled'
  | 'unknownPurses'
  | 'measured'
  | 'peerList'
  | 'hashList'
  | 'claimed'
  | 'verdict'
  | 'revocations'
  | 'notices'
  | 'treeHead'
  | 'contentKeys'
  | 'pushOffers'

/** Verifies the signature of a received message with a known key. Throws `bad-signature`. */
export async function verifySignature(
  crypto: Crypto,
  bytes: Uint8Array,
  publicKey: Uint8Array
): Promise<void> {
  const { toSign, signature } = signedParts(bytes)
  if (!(await crypto.verify(publicKey, toSign, signature)))
    throw new FloodgateError('bad-signature')
}

export class Trust {
  readonly crypto: Crypto
  readonly rootKey: Uint8Array
  readonly provider: Uint8Array
  readonly #epochs = new Map<string, Epoch>()
  /** Issued messages that were verified, by their hash: one peer's certificate comes on every connection. */
  readonly #checked = new Map<string, Decoded>()

  constructor(crypto: Crypto, rootKey: Uint8Array) {
    if (!crypto.isSignKey(rootKey)) throw new FloodgateError('bad-key')
    this.crypto = crypto
    this.rootKey = rootKey
    this.provider = providerIdOf(crypto, rootKey)
  }

  /** Takes in an epoch key certified by the root. Empty bytes are nothing; errors as for `issued`. */
  async addEpoch(bytes: Uint8Array, now: number): Promise<Epoch | undefined> {
    if (bytes.length === 0) return undefined
    bytes = new Uint8Array(bytes) // what is kept must not pin, or change with, a network buffer
    const { message } = decode(bytes, 'epoch')
    const id = toHex(keyIdOf(this.crypto, message.signKey))
    const known = this.#epochs.get(id)
    if (known !== undefined && known.serial >= message.serial) return known
    this.#expectValid(message, now)
    await verifySignature(this.crypto, bytes, this.rootKey)
    this.#epochs.set(id, message)
    return message
  }

  /** The newest epoch known, whose box key claims are sealed to. */
  newestEpoch(): Epoch | undefined {
    return [...this.#epochs.values()].sort((a, b) => b.serial - a.serial)[0]
  }

  /**
   * Decodes and verifies a message issued by the provider. Throws `wrong-provider`, `expired`,
   * `not-yet-valid`, `unknown-issuer` or `bad-signature`. What an epoch key signed ends with it: a key
   * that leaks after its epoch is worth nothing, to a process that knew it no more than to a new one.
   */
  async issued<N extends IssuedName>(name: N, bytes: Uint8Array, now: number): Promise<Message<N>> {
    bytes = new Uint8Array(bytes)
    const id = toHex(this.crypto.sha256(bytes))
    const known = this.#checked.get(id)
    const message = (known ?? decode(bytes, name)).message as Message<N> & Header
    if (known !== undefined && known.name !== name) throw new FloodgateError('unexpected-message')
    this.#expectValid(message, now)
    const epoch = this.#epochs.get(toHex(message.key))
    if (epoch === undefined) throw new FloodgateError('unknown-issuer')
    this.#expectValid(epoch, now)
    if (known !== undefined) return message
    await verifySignature(this.crypto, bytes, epoch.signKey)
    if (this.#checked.size === CHECKED_MAX) this.#checked.delete(this.#checked.keys().next().value!)
    // `name` and `message` belong together; as a pair of parameters the compiler cannot know it.
    this.#checked.set(id, { name, message, bytes } as unknown as Decoded)
    return message
  }

  /**
   * Decodes and verifies a message signed by the owner of `certificate`. Throws `wrong-provider`,
   * `bad-signature` and what the codec throws. The header's key id must be true: a court that looks
   * keys up by it could not use the message as evidence otherwise.
   */
  async signedBy<N extends SignedName>(
    name: N,
    bytes: Uint8Array,
    certificate: { uid: Uint8Array; signKey: Uint8Array }
  ): Promise<Message<N>> {
    const { message } = decode(bytes, name) as { message: Message<N> }
    const header = message as Header
    if (!equal(header.provider, this.provider)) throw new FloodgateError('wrong-provider')
    if (!equal(header.signer, certificate.uid)) throw new FloodgateError('bad-signature', 'signer')
    if (!equal(header.key, keyIdOf(this.crypto, certificate.signKey))) {
      throw new FloodgateError('bad-signature', 'key')
    }
    await verifySignature(this.crypto, bytes, certificate.signKey)
    return message
  }

  #expectValid(header: Header, now: number): void {
    if (!equal(header.provider, this.provider)) throw new FloodgateError('wrong-provider')
    if (now > header.expiry + CLOCK_SLACK_MS) throw new FloodgateError('expired')
    if (now < header.time - CLOCK_SLACK_MS) throw new FloodgateError('not-yet-valid')
  }
}
