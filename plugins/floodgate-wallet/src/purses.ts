// All purses of a buyer, and the ids of its purchases.

import {
  amountOf,
  FloodgateError,
  equal,
  expectRanges,
  makeTokens,
  toBase64url,
  toHex,
  type Crypto,
  type Ranges,
  type Trust
} from '@floodgate/protocol'
import { isLongOver, provenTime } from './age.ts'
import type { SealKey } from './keys.ts'
import { MeasurementBook } from './measurement-book.ts'
import { Pocket } from './pocket.ts'
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
  /** By the very array that names the content: they are asked for with every wire that may take a piece. */
  #pockets = new WeakMap<Uint8Array, Pocket>()
  readonly #purchases = new Map<string, PurchaseState>()
  /** What was measured of promises. */
  readonly measurements: MeasurementBook
  #linesRead = 0

  constructor(wallet: WalletParts, state?: WalletState) {
    this.#wallet = wallet
    this.measurements = new MeasurementBook(wallet.saver, state?.measurements)
    if (state === undefined) return
    this.#linesRead = state.linesRead ?? 0
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
    if (isLongOver(purse.ends, proven)) return
    this.#purses.set(toHex(purse.id), purse)
  }

  /** The newest purse in force for this content. */
  open(infoHash: Uint8Array): Purse | undefined {
    return this.of(infoHash)
      .reverse()
      .find((purse) => purse.isInForce(this.#wallet.now()))
  }

  /** All purses for this content, oldest first, whether in force or over. */
  of(infoHash: Uint8Array): Purse[] {
    return this.all().filter((purse) => equal(purse.infoHash, infoHash))
  }

  /** What this content can be bought with now. Cheap: it is asked for each time that pieces are picked. */
  pocket(infoHash: Uint8Array): Pocket {
    const now = this.#wallet.now()
    const known = this.#pockets.get(infoHash)
    if (known?.isCurrent(now) === true) return known
    const pocket = new Pocket(this.of(infoHash).filter((purse) => now < purse.certificate.expiry))
    this.#pockets.set(infoHash, pocket)
    return pocket
  }

  /** What `payee` is to be shown: the purses in force, and others that it has something of: what is owed is paid. */
  shownTo(infoHash: Uint8Array, payee: Uint8Array): Purse[] {
    const now = this.#wallet.now()
    return this.of(infoHash).filter((purse) => {
      const holds = purse.payees().some(({ uid }) => equal(uid, payee))
      return purse.isInForce(now) || (holds && now < purse.certificate.expiry)
    })
  }

  /** Does a seller of this content wait for its money, for pieces that are here, or we for its receipt? */
  owes(infoHash: Uint8Array, isHere: (index: number) => boolean): boolean {
    const now = this.#wallet.now()
    const shown = this.of(infoHash).filter((purse) => now < purse.certificate.expiry)
    return shown.some((purse) =>
      purse.payees().some(({ uid }) => {
        const waits = purse.unreceipted(uid) > 0
        return waits || purse.reservedTo(uid).some(isHere)
      })
    )
  }

  /** By its id, open or over. */
  get(id: Uint8Array): Purse | undefined {
    return this.#purses.get(toHex(id))
  }

  /**
   * Id of the current purchase of these pieces (boundaries; empty for all): 32 bytes, made once, so that a repeated
   * announce buys nothing twice. Other pieces are another purchase, and so is what comes after the purse has ended; without
   * pieces it is the purchase under way. Await
   * the wallet's `saved()` before it is used.
   */
  purchaseId(infoHash: Uint8Array, pieces?: Ranges): Uint8Array {
    const purchase = this.#purchases.get(toHex(infoHash))
    const same = pieces === undefined || purchase?.pieces.join() === pieces.join()
    const isSame = purchase !== undefined && same
    const isOver = purchase?.bought === true && this.open(infoHash) === undefined
    return isSame && !isOver ? unpack(purchase.id) : this.newPurchase(infoHash, pieces)
  }

  /** Begins another purchase of the same content. */
  newPurchase(infoHash: Uint8Array, pieces: Ranges = []): Uint8Array {
    const { crypto, saver } = this.#wallet
    saver.expectOpen()
    const id = crypto.random(32)
    const purchase = { id: toBase64url(id), bought: false, pieces: [...pieces] }
    this.#purchases.set(toHex(infoHash), purchase)
    saver.changed()
    return id
  }

  /**
   * Takes in what the provider sold: the purse certificate and the opened seed. A purse known already comes
   * back as it is. Throws what `Trust.issued` throws, `expired`, `wrong-purse` when it is another buyer's, and
   * `bad-token` when the seed does not make the tokens that the certificate promises. `pushed`: the provider paid it.
   */
  async add(frame: Uint8Array, seed: Uint8Array, pushed = false): Promise<Purse> {
    const { crypto, trust, saver, sealKey, now, uid, note } = this.#wallet
    const certificate = await trust.issued('purse', frame, now())
    if (!equal(certificate.uid, uid())) throw new FloodgateError('wrong-purse', 'another buyer’s')
    if (now() >= certificate.expiry) throw new FloodgateError('expired', 'purse')
    expectRanges(certificate.pieces, 0, certificate.count)
    const id = toHex(certificate.purse)
    const known = this.#purses.get(id)
    if (known !== undefined && equal(known.certificate.root, certificate.root)) {
      known.renew(frame)
      this.setLost(known, false) // it was just sold, perhaps anew
      this.#pockets = new WeakMap()
      return known
    }
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
      payees: [],
      ...(pushed && { isPushed: true })
    }
    const purse = new Purse(crypto, saver, { state, seed, tokens, reopened: false })
    this.#purses.set(id, purse)
    this.#pockets = new WeakMap()
    const purchase = this.#purchases.get(toHex(purse.infoHash))
    if (purchase !== undefined) {
      this.#purchases.set(toHex(purse.infoHash), { ...purchase, bought: true })
    }
    note('purse', `${purse.covered} × ${amountOf(certificate.price, certificate.currency)}`)
    saver.changed()
    return purse
  }

  /** Says whether the provider's ledger does not know a purse any more (`findLost`). */
  setLost(purse: Purse, isLost: boolean): void {
    if (purse.isLost === isLost) return
    purse.setLost(isLost)
    this.#pockets = new WeakMap()
    const { covered, currency, id } = purse
    const worth = amountOf(purse.price * BigInt(covered), currency)
    this.#wallet.note(isLost ? 'lost' : 'found', `purse ${toHex(id)} of ${worth}`)
  }

  /** All purses, oldest first. */
  all(): Purse[] {
    return [...this.#purses.values()]
  }

  /** Of the provider's log, the last line that was looked at for refunds. */
  get linesRead(): number {
    return this.#linesRead
  }

  set linesRead(line: number) {
    if (line <= this.#linesRead) return
    this.#linesRead = line
    this.#wallet.saver.changed()
  }

  /** The log was cut off, nobody knows where, and has grown since. */
  readAgain(): void {
    this.#linesRead = 0
    this.#wallet.saver.changed()
  }

  toState(): Pick<WalletState, 'purses' | 'purchases' | 'linesRead' | 'measurements'> {
    const measurements = this.measurements.toState((id) => this.#purses.has(id))
    return {
      ...(this.#linesRead > 0 && { linesRead: this.#linesRead }),
      ...(Object.keys(measurements).length > 0 && { measurements }),
      purses: this.all().map((purse) => purse.toState()),
      purchases: Object.fromEntries(this.#purchases)
    }
  }
}
