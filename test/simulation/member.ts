// An account of the colluders, with all its secrets: it registers, buys and asks the provider like anybody, by hand.

import {
  PROVIDER_UID,
  createSigner,
  decode,
  makeTokens,
  openSealed,
  sealTo,
  toBase64url,
  toHex,
  type Body,
  type PurseCertificate,
  type SignedName,
  type Signer,
  type Tokens
} from '@floodgate/protocol'
import { readTrackerReply } from '../../plugins/floodgate-wallet/src/tracker-reply.ts'
import { CURRENCY, PRICE, START } from './film.ts'
import type { Answer } from './office.ts'
import type { World } from './world.ts'

const HOUR_MS = 3600e3

/** A purse that a rogue bought, with its tokens. */
export interface OwnPurse {
  id: string
  frame: Uint8Array
  certificate: PurseCertificate
  tokens: Tokens
}

export class Member {
  readonly world: World
  readonly name: string
  readonly purses: OwnPurse[] = []
  readonly #boxSecret: Uint8Array
  signer: Signer
  uid = new Uint8Array(16)
  certificate = new Uint8Array()
  epoch = new Uint8Array()
  #counter = START

  constructor(world: World, name: string) {
    const { crypto, keys } = world
    this.world = world
    this.name = name
    this.#boxSecret = crypto.random(32)
    this.epoch = keys.epochs[0]!.frame.slice()
    this.signer = this.#signerAs(crypto.random(32), PROVIDER_UID)
  }

  #signerAs(seed: Uint8Array, uid: Uint8Array): Signer {
    const { crypto, keys } = this.world
    return createSigner(crypto, crypto.signKey(seed), uid, crypto.sha256(keys.rootKey))
  }

  get uidHex(): string {
    return toHex(this.uid)
  }

  /** Signs anything as of now. */
  sign<N extends SignedName>(name: N, body: Body<N>, session?: Uint8Array): Promise<Uint8Array> {
    const time = this.world.office.now()
    this.#counter = Math.max(this.#counter + 1, time)
    return this.signer.sign(name, body, {
      ...{ session, counter: this.#counter, time, expiry: time + HOUR_MS }
    })
  }

  /** Posts to a route of the provider's API. */
  post(route: string, body: Uint8Array): Promise<Answer | undefined> {
    return this.world.ask(`/floodgate/v1${route}`, body)
  }

  /** Posts a signed message sealed to the provider. */
  postSealed(route: string, message: Uint8Array): Promise<Answer | undefined> {
    const { crypto } = this.world
    const { boxKey } = decode(this.epoch, 'epoch').message
    return this.post(route, sealTo(crypto, boxKey, message))
  }

  /** Opens an account; false when the provider is away. */
  async register(): Promise<boolean> {
    const { crypto } = this.world
    const seed = crypto.random(32)
    const newcomer = this.#signerAs(seed, PROVIDER_UID)
    const boxKey = crypto.boxPublicKey(this.#boxSecret)
    const time = this.world.office.now()
    const body = { signKey: newcomer.publicKey, boxKey, payment: 'gang' }
    const frame = await newcomer.sign('register', body, { time, expiry: time + HOUR_MS })
    const answer = await this.post('/register', frame)
    if (answer?.status !== 200) return false
    const opened = decode(openSealed(crypto, this.#boxSecret, answer.body), 'registered').message
    this.uid = opened.uid.slice()
    this.certificate = opened.certificate.slice()
    this.signer = this.#signerAs(seed, this.uid)
    return true
  }

  /** Announces, and buys a purse when it wants one; another one with `again`. */
  async announce(want: boolean, again = false): Promise<void> {
    const { crypto, film } = this.world
    const body = {
      ...{ infoHash: film.infoHashBytes, event: '', port: 6881, want: want ? 1 : 0 },
      ...{ pieces: [], again: again ? 1 : 0, price: PRICE, currency: CURRENCY, revoked: 0 }
    }
    const frame = await this.sign('announce', body, crypto.random(32))
    const answer = await this.world.ask(`/announce?fg=${toBase64url(frame)}`)
    if (answer === undefined) return
    const { fg } = readTrackerReply(answer.body)
    if (fg === undefined) return
    const list = decode(fg, 'peerList').message
    if (list.purse.length > 0) this.#keep(list.purse.slice(), list.seed.slice())
  }

  #keep(frame: Uint8Array, sealed: Uint8Array): void {
    const { crypto } = this.world
    const certificate = decode(frame, 'purse').message
    const id = toHex(certificate.purse)
    if (this.purses.some((purse) => purse.id === id)) return
    const seed = openSealed(crypto, this.#boxSecret, sealed)
    const tokens = makeTokens(crypto, seed, certificate.count)
    this.purses.push({ id, frame, certificate, tokens })
  }
}
