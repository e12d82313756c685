// A provider without network or ledger: certificates and purses straight from keys, for tests of what peers
// do between themselves.

import * as fg from '@floodgate/protocol'
import { Wallet, memoryStorage } from '@floodgate/wallet'

const LIFE_MS = 90 * 86_400e3

export class PaperProvider {
  readonly crypto = fg.platformCrypto
  readonly #root = this.crypto.signKey(this.crypto.random(32))
  readonly #epochKey = this.crypto.signKey(this.crypto.random(32))
  readonly #master = this.crypto.random(32)
  readonly #provider = fg.providerIdOf(this.crypto, this.#root.publicKey)
  readonly #issuer = fg.createSigner(this.crypto, this.#epochKey, fg.PROVIDER_UID, this.#provider)
  #epoch: Uint8Array | undefined

  #life(): fg.Occasion {
    return { time: Date.now(), expiry: Date.now() + LIFE_MS }
  }

  async epoch(): Promise<Uint8Array> {
    this.#epoch ??= await fg
      .createSigner(this.crypto, this.#root, fg.PROVIDER_UID, this.#provider)
      .sign(
        'epoch',
        {
          signKey: this.#epochKey.publicKey,
          boxKey: this.crypto.boxPublicKey(this.crypto.random(32)),
          serial: 1
        },
        this.#life()
      )
    return this.#epoch
  }

  /** A registered wallet in memory. */
  async wallet(storage = memoryStorage()): Promise<Wallet> {
    const wallet = await Wallet.create({
      storage,
      passphrase: '',
      rootKey: this.#root.publicKey,
      api: 'http://127.0.0.1:1',
      scrypt: { N: 16, r: 8, p: 1 }
    })
    const uid = this.crypto.random(16)
    const certificate = await this.#issuer.sign(
      'certificate',
      {
        uid,
        signKey: wallet.signer.publicKey,
        boxKey: this.crypto.boxPublicKey(wallet.boxSecret),
        roles: fg.ROLE.buyer | fg.ROLE.seller,
        serial: 1
      },
      this.#life()
    )
    await wallet.acceptRegistration(uid, certificate, await this.epoch())
    return wallet
  }

  /** Puts a purse for all pieces into the wallet. */
  async sellPurse(wallet: Wallet, infoHash: Uint8Array, count: number, price = 2n): Promise<void> {
    const purse = this.crypto.random(16)
    const seed = fg.purseSeed(this.crypto, this.#master, purse, wallet.uid, infoHash)
    const { root } = fg.makeTokens(this.crypto, seed, count)
    const frame = await this.#issuer.sign(
      'purse',
      {
        ...{ uid: wallet.uid, infoHash, purse, count, pieces: [0, count], price },
        ...{ currency: 'EUR', root, ends: this.#life().expiry }
      },
      this.#life()
    )
    await wallet.purses.add(frame, seed)
  }
}
