// The first two messages of a connection: `hello` in clear, then `proof`, sealed. After both, each side
// knows the other's certified key and, if it buys, its purse (F32, sent once per connection). Messages may
// be lost or repeated: hello goes out again until the other side's proof is here, and a repeated hello is
// answered with what its sender still lacks.

import {
  FloodgateError,
  createSession,
  decode,
  encode,
  equal,
  isRanges,
  type Certificate,
  type Header,
  type PurseCertificate,
  type Session
} from '@floodgate/protocol'
import type { Market } from './terms.ts'

/** Version of the exchange; another one is refused. */
const VERSION = 1
const PROOF_LIFE_MS = 3600e3
const NOTHING = new Uint8Array(0)

/** What the other side has shown to be true of itself. */
export interface Party {
  certificate: Certificate
  /** Its certificate as received, for evidence. */
  frame: Uint8Array
}

/** A buyer's purse, verified, and the frame that proves it. */
export interface ShownPurse {
  certificate: PurseCertificate & Header
  frame: Uint8Array
}

export class Handshake {
  readonly #market: Market
  readonly #transmit: (frame: Uint8Array) => void
  readonly #secret: Uint8Array
  readonly #hello: Uint8Array
  #otherHello: Uint8Array | undefined
  #party: Party | undefined
  #proven = false
  session: Session | undefined

  constructor(market: Market, transmit: (frame: Uint8Array) => void) {
    const { wallet } = market
    this.#market = market
    this.#transmit = transmit
    this.#secret = wallet.crypto.random(32)
    this.#hello = encode('hello', {
      version: VERSION,
      nonce: wallet.crypto.random(32),
      ephemeral: wallet.crypto.boxPublicKey(this.#secret),
      certificate: wallet.certificate,
      epoch: wallet.epoch
    })
  }

  /** The other side, once its proof was accepted. */
  get party(): Party | undefined {
    return this.#proven ? this.#party : undefined
  }

  /** The uid on the other side's certificate, whether it is proven or not. */
  get otherUid(): Uint8Array | undefined {
    return this.#party?.certificate.uid
  }

  /** Says hello; called again by the clock until the other side is proven. */
  sayHello(): void {
    this.#transmit(this.#hello)
  }

  /** Takes a hello. Errors: `hello-changed`, `wrong-provider`, `same-account`, `revoked`, … */
  async takeHello(frame: Uint8Array): Promise<void> {
    if (this.#otherHello !== undefined) {
      if (!equal(frame, this.#otherHello)) throw new FloodgateError('hello-changed')
      if (!this.#proven) this.sayHello()
      return this.prove()
    }
    const { wallet, content } = this.#market
    const { message } = decode(frame, 'hello')
    if (message.version !== VERSION) throw new FloodgateError('bad-field', 'version')
    const now = wallet.now()
    await wallet.trust.addEpoch(message.epoch, now)
    const certificate = await wallet.trust.issued('certificate', message.certificate, now)
    if (equal(certificate.uid, wallet.uid)) throw new FloodgateError('same-account')
    this.#expectInForce(certificate)
    this.session = createSession(
      wallet.crypto,
      content.infoHash,
      { hello: this.#hello, secret: this.#secret },
      { hello: frame, ephemeral: message.ephemeral }
    )
    this.#otherHello = frame
    // A copy: it stays as long as what is owed, and must not pin the network buffer that it came in.
    this.#party = { certificate, frame: message.certificate.slice() }
    await this.prove()
  }

  /** Throws `revoked` when the provider has voided this account. */
  #expectInForce({ uid }: Certificate): void {
    const entry = this.#market.wallet.court.revocations.has(uid)
    if (entry !== undefined) throw new FloodgateError('revoked', entry.reason)
  }

  /** Proves our key for this session and shows our purses, one in each proof. Repeated when a purse is new. */
  async prove(): Promise<void> {
    const { wallet, content } = this.#market
    const purses = wallet.purses.shownTo(content.infoHash, this.#party!.certificate.uid)
    if (purses.length === 0) return this.#show(NOTHING)
    for (const { frame } of purses) await this.#show(frame)
  }

  async #show(purse: Uint8Array): Promise<void> {
    const { wallet, content } = this.#market
    const time = wallet.now()
    const frame = await wallet.signer.sign(
      'proof',
      {
        infoHash: content.infoHash,
        purse,
        epoch: purse === NOTHING ? NOTHING : wallet.epochOf(purse)
      },
      { session: this.session!.id, time, expiry: time + PROOF_LIFE_MS }
    )
    this.#transmit(this.session!.seal(frame))
  }

  /** Takes a proof: its sender owns the certified key. Returns the purse it shows. */
  async takeProof(frame: Uint8Array): Promise<ShownPurse | undefined> {
    const { wallet, content } = this.#market
    const { certificate } = this.#party!
    this.#expectInForce(certificate)
    const proof = await wallet.trust.signedBy('proof', frame, certificate)
    if (!equal(proof.session, this.session!.id)) throw new FloodgateError('wrong-session')
    if (!equal(proof.infoHash, content.infoHash))
      throw new FloodgateError('wrong-session', 'content')
    this.#proven = true
    if (proof.purse.length === 0) return undefined
    const now = wallet.now()
    await wallet.trust.addEpoch(proof.epoch, now)
    const purse = (await wallet.trust.issued('purse', proof.purse, now)) as PurseCertificate &
      Header
    const fits =
      equal(purse.uid, certificate.uid) &&
      equal(purse.infoHash, content.infoHash) &&
      purse.count === content.pieceCount &&
      isRanges(purse.pieces, content.free, content.pieceCount) &&
      purse.price === content.price &&
      purse.currency === content.currency
    if (!fits) throw new FloodgateError('wrong-purse')
    return { certificate: purse, frame: proof.purse }
  }
}
