// The provider at work: signs with the epoch key of the moment, opens what was sealed to any of its epochs, and
// knows the seed of every purse. It reads keys; making them is keys.ts's.

import {
  FloodgateError,
  PROVIDER_UID,
  codeOf,
  concat,
  createSigner,
  openSealed,
  providerIdOf,
  purseSeed,
  utf8,
  type Crypto,
  type IssuedName,
  type Signer
} from '@floodgate/protocol'
import type { Body, Occasion } from '@floodgate/protocol'
import { VIEW_KEY_LENGTH } from '../guard/roster.ts'
import type { EpochKeys, ProviderKeys } from './keys.ts'

/** Marks what is computed for a view. With an account and an info hash it is shorter than what seeds are made of. */
const VIEW = utf8('view')
/** Marks what is computed for a pass to the origin; of another length too than all else. */
const PASS = utf8('pass')
const PASS_TAG_LENGTH = 16
/** Marks what is computed for a group of buyers; of another length too than all else. */
const GROUP = utf8('group')

/** Marks what is computed for an account; of another length too than all else. */
const UID = utf8('uid')
const UID_LENGTH = 16

/** An epoch that is in use. */
export interface EpochInUse {
  serial: number
  notAfter: number
  /** The `epoch` message to hand out. */
  frame: Uint8Array
  signer: Signer
}

/** Which purse, of whom, for what. */
export interface PurseName {
  purse: Uint8Array
  uid: Uint8Array
  infoHash: Uint8Array
}

export class Issuer {
  readonly rootKey: Uint8Array
  /** The id of the network, as every header carries it. */
  readonly provider: Uint8Array
  readonly #crypto: Crypto
  readonly #epochs: (EpochKeys & { signer: Signer })[]
  readonly #masters: ReadonlyMap<number, Uint8Array>
  readonly #newestMaster: number

  /** Throws `bad-option` when there is no epoch or no master key. */
  constructor(crypto: Crypto, keys: ProviderKeys) {
    const master = keys.masters.at(-1)
    if (keys.epochs.length === 0 || master === undefined) {
      throw new FloodgateError('bad-option', 'provider keys: no epoch or no master key')
    }
    this.#crypto = crypto
    this.rootKey = keys.rootKey
    this.provider = providerIdOf(crypto, keys.rootKey)
    this.#epochs = keys.epochs
      .map((epoch) => ({
        ...epoch,
        signer: createSigner(crypto, crypto.signKey(epoch.signSeed), PROVIDER_UID, this.provider)
      }))
      .sort((a, b) => b.serial - a.serial)
    this.#masters = new Map(keys.masters.map(({ id, key }) => [id, key]))
    this.#newestMaster = master.id
  }

  /** The newest epoch that is valid at `now`. Throws `internal` when the operator forgot to renew it. */
  epochAt(now: number): EpochInUse {
    const epoch = this.#epochs.find(({ notBefore, notAfter }) => notBefore <= now && now < notAfter)
    if (epoch === undefined) throw new FloodgateError('internal', 'no epoch key is valid: renew it')
    return epoch
  }

  /** Signs as the provider. What is signed expires no later than the epoch, for then nobody could verify it. */
  sign<N extends IssuedName>(name: N, body: Body<N>, on: Occasion): Promise<Uint8Array> {
    const { signer, notAfter } = this.epochAt(on.time)
    return signer.sign(name, body, { ...on, expiry: Math.min(on.expiry, notAfter) })
  }

  /** Opens what was sealed to one of our epochs, the newest first. Throws `cannot-open`. */
  open(sealed: Uint8Array): Uint8Array {
    for (const { boxSecret } of this.#epochs) {
      try {
        return openSealed(this.#crypto, boxSecret, sealed)
      } catch (error) {
        if (codeOf(error) !== 'cannot-open') throw error
      }
    }
    throw new FloodgateError('cannot-open')
  }

  /** When the last epoch key ends, Unix milliseconds: then nothing can be signed any more. */
  get lastEnd(): number {
    return Math.max(...this.#epochs.map(({ notAfter }) => notAfter))
  }

  /** Id of the master key for new purses. */
  get newestMaster(): number {
    return this.#newestMaster
  }

  /**
   * The uid of who opens an account with this key, 16 bytes: always the same, also when the ledger lost the account. By the
   * oldest master key, so that nobody can look for keys whose uid would suit him.
   */
  uidOf(signKey: Uint8Array): Uint8Array {
    const [master] = this.#masters.values()
    return this.#crypto.hmac(master!, concat(UID, signKey)).slice(0, UID_LENGTH)
  }

  /**
   * Which members of a swarm this account is shown: 16 bytes that nobody else can compute. They outlive a restart, or
   * waiting for one would bring a new view.
   */
  viewKeyOf(uid: Uint8Array, infoHash: Uint8Array): Uint8Array {
    const master = this.#masters.get(this.#newestMaster)!
    return this.#crypto.hmac(master, concat(VIEW, uid, infoHash)).slice(0, VIEW_KEY_LENGTH)
  }

  /** Marks a pass to the origin as ours: 16 bytes that nobody else can compute. `terms`: 44 bytes. */
  passTagOf(terms: Uint8Array): Uint8Array {
    const master = this.#masters.get(this.#newestMaster)!
    return this.#crypto.hmac(master, concat(PASS, terms)).slice(0, PASS_TAG_LENGTH)
  }

  /** Into which of so many groups of buyers of this content an account falls; nobody else can compute it. */
  groupOf(uid: Uint8Array, infoHash: Uint8Array, groups: number): number {
    const master = this.#masters.get(this.#newestMaster)!
    const drawn = this.#crypto.hmac(master, concat(GROUP, uid, infoHash))
    return new DataView(drawn.buffer, drawn.byteOffset).getUint32(0) % groups
  }

  /** The seed of a purse whose certificate names `master`. Throws `internal` when that key is gone. */
  seedOf(master: number, { purse, uid, infoHash }: PurseName): Uint8Array {
    const key = this.#masters.get(master)
    if (key === undefined) throw new FloodgateError('internal', `master key ${master} is missing`)
    return purseSeed(this.#crypto, key, purse, uid, infoHash)
  }
}
