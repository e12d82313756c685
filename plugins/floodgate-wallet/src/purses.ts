// All purses of a buyer, and the ids of its purchases.

import {
  FloodgateError,
  equal,
  makeTokens,
  toBase64url,
  toHex,
  type Crypto,
  type Trust
} from '@floodgate/protocol'
import { isLongOver, provenTime } from './age.ts'
import type { SealKey } from './keys.ts'
import { Purse } from './purse.ts'
import type { Saver } from './saver.ts'
import { unpack, type PurchaseState, type PurseState, type WalletState } from './state.ts'

/** What purses and sales need of the wallet they are in. */
export interface WalletParts {
  crypto: Crypto
  trust: Trust
  saver: Saver
  sealKey: SealKey
  uid(): Uint8Array
  /** Unix milliseconds by the provider's clock. */
  now(): number
  note(kind: string, text: string): void
}

export class Purses {
  readonly #wallet: WalletParts
  /** Oldest first, by purse id. */
  readonly #purses = new Map<string, Purse>()
  readonly #purchases = new Map<string, PurchaseState>()

  constructor(wallet: WalletParts, state?: WalletState) {
    this.#wallet = wallet
    if (state === undefined) return
    const proven = provenTime(state)
    for (const purse of state.purses) this.#restore(purse, proven)
    for (const [infoHash, purchase] of Object.entries(state.purchases)) {
      this.#purchases.set(infoHash, purchase)
    }
  }

  #restore(state: PurseState, proven: number): void {
    const { crypto, saver, sealKey } = this.#wallet
    const purse = new Purse(crypto, saver, {
      state,
      seed: sealKey.open(state.seed),
      reopened: true
    })
    if (isLongOver(purse.certificate.expiry, proven)) return
    this.#purses.set(toHex(purse.id), purse)
  }

  /** The purse to buy this content with: the one bought last, unless it has expired. */
  open(infoHash: Uint8Array): Purse | undefined {
    const now = this.#wallet.now()
    return this.all()
      .reverse()
      .find((purse) => equal(purse.infoHash, infoHash) && now < purse.certificate.expiry)
  }

  /** By its id, open or over. */
  get(id: Uint8Array): Purse | undefined {
    return this.#purses.get(toHex(id))
  }

  /**
   * Id of the current purchase of a content: 32 bytes, made once, so that a repeated announce buys nothing
   * twice; a purchase whose purse has expired is over. Await the wallet's `saved()` before it is used.
   */
  purchaseId(infoHash: Uint8Array): Uint8Array {
    const purchase = this.#purchases.get(toHex(infoHash))
    const over = purchase?.bought === true && this.open(infoHash) === undefined
    return purchase === undefined || over ? this.newPurchase(infoHash) : unpack(purchase.id)
  }

  /** Begins another purchase of the same content. */
  newPurchase(infoHash: Uint8Array): Uint8Array {
    const { crypto, saver } = this.#wallet
    saver.expectOpen()
    const id = crypto.random(32)
    this.#purchases.set(toHex(infoHash), { id: toBase64url(id), bought: false })
    saver.changed()
    return id
  }

  /**
   * Takes in what the provider sold: the purse certificate and the opened seed. A purse known already comes
   * back as it is. Throws what `Trust.issued` throws, `expired`, `wrong-purse` when it is another buyer's, and
   * `bad-token` when the seed does not make the tokens that the certificate promises.
   */
  async add(frame: Uint8Array, seed: Uint8Array): Promise<Purse> {
    const { crypto, trust, saver, sealKey, now, uid, note } = this.#wallet
    const certificate = await trust.issued('purse', frame, now())
    if (!equal(certificate.uid, uid())) throw new FloodgateError('wrong-purse', 'another buyer’s')
    if (now() >= certificate.expiry) throw new FloodgateError('expired', 'purse')
    if (certificate.count === 0) throw new FloodgateError('bad-field', 'a purse without tokens')
    const id = toHex(certificate.purse)
    const known = this.#purses.get(id)
    if (known !== undefined && equal(known.certificate.root, certificate.root)) return known
    const tokens = makeTokens(crypto, seed, certificate.count)
    if (known !== undefined || !equal(tokens.root, certificate.root)) {
      throw new FloodgateError('bad-token', 'the seed does not make this purse')
    }
    saver.expectOpen()
    const state = {
      frame: toBase64url(frame),
      seed: sealKey.seal(seed),
      paid: '',
      uncertain: '',
      payees: []
    }
    const purse = new Purse(crypto, saver, { state, seed, tokens, reopened: false })
    this.#purses.set(id, purse)
    const purchase = this.#purchases.get(toHex(purse.infoHash))
    if (purchase !== undefined) {
      this.#purchases.set(toHex(purse.infoHash), { ...purchase, bought: true })
    }
    note('purse', `${certificate.count} × ${certificate.price} ${certificate.currency}`)
    saver.changed()
    return purse
  }

  /** All purses, oldest first. */
  all(): Purse[] {
    return [...this.#purses.values()]
  }

  toState(): Pick<WalletState, 'purses' | 'purchases'> {
    return {
      purses: this.all().map((purse) => purse.toState()),
      purchases: Object.fromEntries(this.#purchases)
    }
  }
}
