// What wallet tests stand on: a provider's keys, the messages it would issue, and wallets registered with it.

import {
  PROVIDER_UID,
  codeOf,
  createSigner,
  keyIdOf,
  makeTokens,
  platformCrypto as crypto,
  providerIdOf,
  purseSeed,
  type ErrorCode,
  type PurseCertificate,
  type Signer,
  decode
} from '@floodgate/protocol'
import { Wallet, memoryStorage, type CreateOptions } from '@floodgate/wallet'

export const DAY_MS = 24 * 3600e3
/** So that tests do not spend their time in scrypt. */
export const CHEAP = { N: 2, r: 1, p: 1 }
export const API = 'http://127.0.0.1:1'

/** For assert.throws and assert.rejects. */
export const code =
  (expected: ErrorCode) =>
  (error: unknown): boolean =>
    codeOf(error) === expected

/** A turn of the event loop: whatever needs no I/O has happened after it. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export interface IssuedPurse {
  frame: Uint8Array
  seed: Uint8Array
  certificate: PurseCertificate
}

export class TestProvider {
  readonly rootKey: Uint8Array
  readonly id: Uint8Array
  readonly boxSecret = crypto.random(32)
  issuer: Signer
  readonly keyId: Uint8Array
  epoch: Uint8Array = new Uint8Array(0)
  readonly #root = crypto.signKey(crypto.random(32))
  #epochKey = crypto.signKey(crypto.random(32))
  #serial = 0
  readonly #master = crypto.random(32)

  private constructor() {
    this.rootKey = this.#root.publicKey
    this.id = providerIdOf(crypto, this.rootKey)
    this.issuer = createSigner(crypto, this.#epochKey, PROVIDER_UID, this.id)
    this.keyId = keyIdOf(crypto, this.#epochKey.publicKey)
  }

  static async create(now = Date.now()): Promise<TestProvider> {
    const provider = new TestProvider()
    await provider.certify(now, 3000 * DAY_MS)
    return provider
  }

  /** A new epoch, with a key of its own, from `now` on. */
  async rotate(now: number, lifeMs: number): Promise<void> {
    this.#epochKey = crypto.signKey(crypto.random(32))
    this.issuer = createSigner(crypto, this.#epochKey, PROVIDER_UID, this.id)
    await this.certify(now, lifeMs)
  }

  private async certify(now: number, lifeMs: number): Promise<void> {
    const root = createSigner(crypto, this.#root, PROVIDER_UID, this.id)
    const boxKey = crypto.boxPublicKey(this.boxSecret)
    this.epoch = await root.sign(
      'epoch',
      { signKey: this.#epochKey.publicKey, boxKey, serial: ++this.#serial },
      { time: now, expiry: now + lifeMs }
    )
  }

  certificate(
    uid: Uint8Array,
    signKey: Uint8Array,
    boxKey: Uint8Array,
    time = Date.now()
  ): Promise<Uint8Array> {
    return this.issuer.sign(
      'certificate',
      { uid, signKey, boxKey, roles: 3, serial: 1 },
      { time, expiry: time + 30 * DAY_MS }
    )
  }

  async purse(
    uid: Uint8Array,
    count: number,
    more: Partial<{
      infoHash: Uint8Array
      id: Uint8Array
      price: bigint
      expiry: number
      ends: number
      pieces: number[]
      time: number
    }> = {}
  ): Promise<IssuedPurse> {
    const infoHash = more.infoHash ?? crypto.random(20)
    const purse = more.id ?? crypto.random(16)
    const time = more.time ?? Date.now()
    const seed = purseSeed(crypto, this.#master, purse, uid, infoHash)
    const { root } = makeTokens(crypto, seed, count)
    const expiry = more.expiry ?? time + 30 * DAY_MS
    const { pieces = [0, count], ends = expiry, price = 3n } = more
    const frame = await this.issuer.sign(
      'purse',
      { uid, infoHash, purse, count, pieces, price, currency: 'EUR', root, ends },
      { time, expiry }
    )
    return { frame, seed, certificate: decode(frame, 'purse').message }
  }

  /** A wallet that is registered; in memory unless a storage is given. */
  async wallet(options: Partial<CreateOptions> = {}): Promise<Wallet> {
    const wallet = await Wallet.create({
      storage: memoryStorage(),
      passphrase: 'pass',
      rootKey: this.rootKey,
      api: API,
      scrypt: CHEAP,
      ...options
    })
    const uid = crypto.random(16)
    const certificate = await this.certificate(uid, wallet.signer.publicKey, wallet.boxKey)
    await wallet.acceptRegistration(uid, certificate, this.epoch)
    return wallet
  }
}
