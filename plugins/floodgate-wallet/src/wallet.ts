// A person's wallet: the parts put together, opened from a storage and kept in it.

import {
  toHex,
  FloodgateError,
  Trust,
  equal,
  platformCrypto,
  toBase64url,
  type Crypto,
  type Signer
} from '@floodgate/protocol'
import { Blacklist } from './blacklist.ts'
import { ProviderClock } from './clock.ts'
import { CourtBook } from './court-book.ts'
import { SCRYPT_COST, SealKey } from './keys.ts'
import { Membership } from './membership.ts'
import { Purses, type WalletParts } from './purses.ts'
import { Sales } from './sales.ts'
import { Saver } from './saver.ts'
import { unpack, type ScryptCost, type WalletEvent, type WalletState } from './state.ts'
import type { WalletStorage } from './storage.ts'
import { summaryOf, type WalletSummary } from './summary.ts'

const EVENTS_MAX = 200

export interface OpenOptions {
  storage: WalletStorage
  /** May be empty; then only the storage's own protection guards the keys. */
  passphrase: string
  crypto?: Crypto
  /** This machine's clock, Unix milliseconds. */
  clock?: () => number
  /** Hears of the first failed save in a row, such as on a full disk. */
  onSaveError?: (error: unknown) => void
}

export interface CreateOptions extends OpenOptions {
  /** Root public key of the provider, 32 bytes. */
  rootKey: Uint8Array
  /** Base URL of tracker and API, such as `https://cdn.example`. */
  api: string
  scrypt?: ScryptCost
}

/** What a wallet is made of, read or fresh. */
interface Content {
  rootKey: Uint8Array
  api: string
  sealKey: SealKey
  /** As sealed. */
  keys: string
  state: WalletState | undefined
}

export class Wallet {
  readonly crypto: Crypto
  readonly trust: Trust
  /** Base URL without a slash at its end. */
  readonly api: string
  readonly rootKey: Uint8Array
  readonly purses: Purses
  readonly sales: Sales
  readonly blacklist: Blacklist
  readonly court: CourtBook
  readonly #storage: WalletStorage
  readonly #clock: ProviderClock
  readonly #saver: Saver
  readonly #member: Membership
  readonly #content: Content
  #open = true
  #events: WalletEvent[]
  #closing: Promise<void> | undefined

  private constructor(options: OpenOptions, content: Content) {
    const { state } = content
    this.crypto = options.crypto ?? platformCrypto
    this.rootKey = content.rootKey
    this.api = content.api
    this.trust = new Trust(this.crypto, content.rootKey)
    this.#content = content
    this.#storage = options.storage
    this.#saver = new Saver(
      () => this.#storage.save(this.#toState()),
      options.onSaveError ?? (() => undefined)
    )
    this.#clock = new ProviderClock(this.#saver, options.clock ?? Date.now, state)
    this.#events = state?.events.slice() ?? []
    this.#member = new Membership(this.crypto, this.trust, content.sealKey.open(content.keys))
    const parts: WalletParts = {
      crypto: this.crypto,
      trust: this.trust,
      saver: this.#saver,
      sealKey: content.sealKey,
      uid: () => this.uid,
      now: () => this.now(),
      note: (kind, text) => this.note(kind, text)
    }
    this.purses = new Purses(parts, state)
    this.sales = new Sales(parts, state)
    this.blacklist = new Blacklist(this.#saver, state?.blacklist)
    this.court = new CourtBook(parts, state)
  }

  /**
   * Makes a wallet with new keys, durable when this resolves; it is not registered yet. Throws `conflict` when
   * the storage holds a wallet already, `bad-key` or `bad-option`, and what the storage throws.
   */
  static create(options: CreateOptions): Promise<Wallet> {
    return orClose(options.storage, async () => {
      const { storage, passphrase, rootKey } = options
      const crypto = options.crypto ?? platformCrypto
      if (!/^https?:\/\/[^\s]+$/.test(options.api)) throw new FloodgateError('bad-option', 'api')
      if ((await storage.load()) !== undefined) {
        throw new FloodgateError('conflict', 'there is a wallet already')
      }
      const sealKey = await SealKey.from(crypto, passphrase, options.scrypt ?? SCRYPT_COST)
      const keys = sealKey.seal(crypto.random(64))
      const api = options.api.replace(/\/+$/, '')
      const content = { rootKey: rootKey.slice(), api, sealKey, keys, state: undefined }
      const wallet = new Wallet(options, content)
      wallet.note('created', api)
      await wallet.saved()
      return wallet
    })
  }

  /** Opens a wallet. Throws `no-wallet`, `wrong-passphrase`, `wallet-in-use` or `wallet-damaged`. */
  static open(options: OpenOptions): Promise<Wallet> {
    return orClose(options.storage, async () => {
      const state = await options.storage.load()
      if (state === undefined) throw new FloodgateError('no-wallet')
      if (state.version !== 2) throw new FloodgateError('wallet-damaged', 'version')
      const crypto = options.crypto ?? platformCrypto
      const sealKey = await SealKey.from(crypto, options.passphrase, state.scrypt)
      const { api, keys } = state
      const content = { rootKey: unpack(state.rootKey), api, sealKey, keys, state }
      const wallet = new Wallet(options, content)
      await wallet.#member.restore(state, wallet.now())
      if (state.open) wallet.note('crashed', 'The wallet was not closed cleanly.')
      return wallet
    })
  }

  /** Id of the provider's network, 32 bytes. */
  get provider(): Uint8Array {
    return this.trust.provider
  }

  get registered(): boolean {
    return this.#member.registered
  }

  /** 16 zero bytes before registration. */
  get uid(): Uint8Array {
    return this.#member.uid
  }

  /** Our certificate as issued; empty before registration. */
  get certificate(): Uint8Array {
    return this.#member.certificate
  }

  /** The epoch that signed our certificate, to be shown with it; empty before registration. */
  get epoch(): Uint8Array {
    return this.epochOf(this.certificate)
  }

  /** The epoch that signed this certificate or purse; empty when it is not known. */
  epochOf(issued: Uint8Array): Uint8Array {
    return this.#member.epochOf(issued)
  }

  /** From when on the certificate is to be renewed; Unix milliseconds. */
  get renewalDue(): number {
    return this.#member.renewalDue
  }

  get signer(): Signer {
    return this.#member.signer
  }

  /** The same key under the uid of 16 zero bytes, as a registration is signed. */
  get newcomer(): Signer {
    return this.#member.newcomer
  }

  get boxSecret(): Uint8Array {
    return this.#member.boxSecret
  }

  get boxKey(): Uint8Array {
    return this.#member.boxKey
  }

  /** Unix milliseconds by the provider's clock (F85). */
  now(): number {
    return this.#clock.now()
  }

  /** The provider's clock says `ms`: ours follows it from now on. */
  setProviderTime(ms: number): void {
    this.#clock.set(ms)
  }

  /** A number for the next signed request: rises strictly, by the clock, over restarts too. */
  nextCounter(): number {
    return this.#clock.nextCounter()
  }

  /** Verifies an epoch of the provider and keeps it. Empty bytes are nothing. */
  async learnEpoch(frame: Uint8Array): Promise<void> {
    if (await this.#member.learnEpoch(frame, this.now())) this.#saver.changed()
  }

  /**
   * Takes in the provider's answer to a registration; may be repeated. Throws what verifying throws, `bad-key`
   * for a certificate of other keys, `conflict` for another uid than before. Resolves when it is durable.
   */
  async acceptRegistration(
    uid: Uint8Array,
    certificate: Uint8Array,
    epoch: Uint8Array
  ): Promise<void> {
    this.#saver.expectOpen()
    await this.learnEpoch(epoch)
    if (this.registered && equal(certificate, this.certificate)) return
    await this.#member.accept(uid, certificate, this.now())
    this.note('registered', toHex(uid))
    await this.saved()
  }

  /** Resolves when every change made so far is durable; rejects when it cannot be saved. */
  saved(): Promise<void> {
    return this.#saver.saved()
  }

  /** Adds to the history; the last 200 events are kept. */
  note(kind: string, text: string): void {
    this.#saver.expectOpen()
    this.#events = [...this.#events, { at: this.now(), kind, text }].slice(-EVENTS_MAX)
    this.#saver.changed()
  }

  /** What was bought, sold and happened. */
  summary(): WalletSummary {
    return summaryOf(this.purses.all(), this.sales.all(), this.court, this.#events, this.now())
  }

  /**
   * Saves, and closes the storage. Stop all trade first: from here
   * on nothing is reserved or paid. Rejects when the last state cannot be saved; the next start then takes it
   * as a crash.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#saver.close()
    try {
      if (!this.#saver.touched) return
      this.#open = false
      this.#saver.changed()
      await this.saved()
    } finally {
      await this.#storage.close()
    }
  }

  #toState(): WalletState {
    const { rootKey, api, sealKey, keys } = this.#content
    return {
      version: 2,
      rootKey: toBase64url(rootKey),
      api,
      scrypt: sealKey.scrypt,
      keys,
      ...this.#member.toState(),
      ...this.#clock.toState(),
      open: this.#open,
      ...this.purses.toState(),
      ...this.sales.toState(),
      blacklist: this.blacklist.toState(),
      ...this.court.toState(),
      events: this.#events
    }
  }
}

/** Runs `work`; when it fails, the storage is free again. */
async function orClose<T>(storage: WalletStorage, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await storage.close()
    throw error
  }
}
