// Who we are to the provider: our keys, the uid and certificate it gave us, and the epochs it certified.

import {
  FloodgateError,
  PROVIDER_UID,
  codeOf,
  createSigner,
  decode,
  equal,
  keyIdOf,
  toBase64url,
  toHex,
  type Crypto,
  type SignKey,
  type Signer,
  type Trust
} from '@floodgate/protocol'
import { packMessage, unpack, type WalletState } from './state.ts'

/** Two are in use at a time; older ones serve to show certificates of their time. */
const EPOCHS_MAX = 8
const NOTHING = new Uint8Array(0)
/** A certificate is renewed so long before its end: within the time for which two epochs overlap, a week. */
const RENEW_BEFORE_MS = 5 * 24 * 3600e3

export class Membership {
  readonly boxSecret: Uint8Array
  readonly #crypto: Crypto
  readonly #trust: Trust
  readonly #key: SignKey
  readonly #epochs = new Map<string, Uint8Array>()
  /** Signs as nobody, for who has no uid yet. */
  readonly newcomer: Signer
  #certificate: Uint8Array = NOTHING
  #signer: Signer

  /** `secrets`: 32 bytes signing seed, 32 bytes box secret. */
  constructor(crypto: Crypto, trust: Trust, secrets: Uint8Array) {
    this.#crypto = crypto
    this.#trust = trust
    this.#key = crypto.signKey(secrets.slice(0, 32))
    this.boxSecret = secrets.slice(32, 64)
    this.newcomer = createSigner(crypto, this.#key, PROVIDER_UID, trust.provider)
    this.#signer = this.newcomer
  }

  /** Takes in what was verified when it was saved; epochs that are over by now are just kept. */
  async restore(state: WalletState, now: number): Promise<void> {
    for (const text of state.epochs) {
      const frame = unpack(text)
      try {
        await this.#trust.addEpoch(frame, now)
      } catch (error) {
        // A clock that is wrong at start must not close the wallet: the provider's time may correct it.
        if (!['expired', 'not-yet-valid'].includes(codeOf(error))) throw error
      }
      this.#keep(frame)
    }
    if (state.certificate !== '') this.#become(unpack(state.uid), unpack(state.certificate))
  }

  get registered(): boolean {
    return this.#certificate.length > 0
  }

  /** 16 zero bytes before registration. */
  get uid(): Uint8Array {
    return this.#signer.uid
  }

  get signer(): Signer {
    return this.#signer
  }

  get boxKey(): Uint8Array {
    return this.#crypto.boxPublicKey(this.boxSecret)
  }

  get certificate(): Uint8Array {
    return this.#certificate
  }

  /** When the certificate is to be renewed: what an epoch signed ends with the epoch. Unix milliseconds. */
  get renewalDue(): number {
    const { expiry } = decode(this.#certificate, 'certificate').message
    const epoch = this.epochOf(this.#certificate)
    const end = epoch === NOTHING ? expiry : Math.min(expiry, decode(epoch, 'epoch').message.expiry)
    return end - RENEW_BEFORE_MS
  }

  /** Verifies an epoch and keeps it; true when it was not known. Throws what `Trust.addEpoch` throws. */
  async learnEpoch(frame: Uint8Array, now: number): Promise<boolean> {
    await this.#trust.addEpoch(frame, now)
    return frame.length > 0 && this.#keep(frame)
  }

  #keep(frame: Uint8Array): boolean {
    const id = toHex(keyIdOf(this.#crypto, decode(frame, 'epoch').message.signKey))
    const known = this.#epochs.get(id)
    if (known !== undefined && equal(known, frame)) return false
    this.#epochs.set(id, frame.slice())
    if (this.#epochs.size > EPOCHS_MAX) this.#epochs.delete(this.#epochs.keys().next().value!)
    return true
  }

  /** The epoch whose key signed this message of the provider; empty when it is not known. */
  epochOf(issued: Uint8Array): Uint8Array {
    if (issued.length === 0) return NOTHING
    const { message } = decode(issued, 'certificate', 'purse')
    return this.#epochs.get(toHex(message.key)) ?? NOTHING
  }

  /**
   * Verifies what the provider answered to our registration. Throws what `Trust` throws, `bad-key` when the
   * certificate is for other keys, `conflict` when it is another uid than before.
   */
  async accept(uid: Uint8Array, certificate: Uint8Array, now: number): Promise<void> {
    const message = await this.#trust.issued('certificate', certificate, now)
    const ours = equal(message.signKey, this.#key.publicKey) && equal(message.boxKey, this.boxKey)
    if (!ours) throw new FloodgateError('bad-key', 'certificate of other keys')
    if (!equal(message.uid, uid)) throw new FloodgateError('bad-field', 'uid')
    if (this.registered && !equal(uid, this.uid))
      throw new FloodgateError('conflict', 'another uid')
    this.#become(uid, certificate)
  }

  #become(uid: Uint8Array, certificate: Uint8Array): void {
    this.#certificate = certificate.slice()
    this.#signer = createSigner(this.#crypto, this.#key, uid.slice(), this.#trust.provider)
  }

  toState(): Pick<WalletState, 'uid' | 'certificate' | 'epochs'> {
    return {
      uid: this.registered ? toBase64url(this.uid) : '',
      certificate: packMessage(this.#certificate),
      epochs: [...this.#epochs.values()].map(packMessage)
    }
  }
}
