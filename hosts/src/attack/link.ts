// The Floodgate half of a rogue's connection. It can do all that the protocol asks, and leave out,
// repeat or change any of it: who it says it is, what it signs, and in which session.

import {
  SEALED,
  createSession,
  decode,
  encode,
  itemsHash,
  nameOf,
  toHex,
  type Body,
  type Decoded,
  type Message,
  type MessageName,
  type Occasion,
  type Session,
  type SignedName,
  type Signer
} from '@floodgate/protocol'
import type { Honest } from './honest.ts'
import { Line, WITHIN_MS, within, type Fetched, type LineOptions } from './line.ts'
import type { Payment, Rogue } from './rogue.ts'

const NOTHING = new Uint8Array(0)

export interface LinkOptions extends Pick<
  LineOptions,
  'localAddress' | 'extensions' | 'handshake'
> {
  /** The pieces that it says it has; none by default. */
  has?: LineOptions['has']
  /** What is changed in our hello, such as the certificate. */
  hello?: Partial<Message<'hello'>>
  /** What is changed in our proof, such as the purse. */
  proof?: Partial<Body<'proof'>>
  /** Who signs; by default the rogue's own key under its own uid. */
  signer?: Signer
  /** Say nothing but what the scenario says. */
  mute?: boolean
}

export class Link {
  readonly rogue: Rogue
  readonly to: Honest
  readonly line: Line
  readonly signer: Signer
  session: Session | undefined
  /** The last proof of the other side: its purse is in it. */
  shown: Message<'proof'> | undefined
  /** The other side's certificate. */
  certificate: Uint8Array = NOTHING
  /** Told of each message, before it is kept. */
  onSaid: (said: Decoded) => void = () => undefined
  /** The other side's messages that no one waited for yet. */
  readonly heard: Decoded[] = []
  readonly #options: LinkOptions
  readonly #secret: Uint8Array
  readonly #hello: Uint8Array
  #counter = 0
  readonly #listeners = new Set<() => void>()

  constructor(rogue: Rogue, to: Honest, line: Line, options: LinkOptions) {
    const { crypto, certificate, epoch, signer } = rogue.wallet
    this.rogue = rogue
    this.to = to
    this.line = line
    this.signer = options.signer ?? signer
    this.#options = options
    this.#secret = crypto.random(32)
    this.#hello = encode('hello', {
      version: 1,
      nonce: crypto.random(32),
      ephemeral: crypto.boxPublicKey(this.#secret),
      certificate,
      epoch,
      ...options.hello
    })
    line.onFrame((frame) => this.#take(frame))
    void line.closed.then(() => {
      if (!line.hungUp) rogue.bed.saw('connection closed')
      this.#news()
    })
    if (options.mute !== true) line.send(this.#hello)
  }

  #take(frame: Uint8Array): void {
    if (nameOf(frame) === 'hello') return this.#takeHello(frame)
    if (frame[0] !== SEALED || this.session === undefined) return
    const said = decode(this.session.open(frame))
    if (said.name === 'reject') this.rogue.bed.saw(said.message.code)
    if (said.name === 'proof') this.shown = said.message
    this.onSaid(said)
    this.heard.push(said)
    this.#news()
  }

  #news(): void {
    for (const look of this.#listeners) look()
  }

  #takeHello(frame: Uint8Array): void {
    if (this.session !== undefined || this.#options.mute === true) return
    const { crypto } = this.rogue.wallet
    const { ephemeral, certificate } = decode(frame, 'hello').message
    this.certificate = certificate
    const own = { hello: this.#hello, secret: this.#secret }
    this.session = createSession(crypto, this.rogue.content.infoHash, own, {
      hello: frame,
      ephemeral
    })
    void this.prove()
  }

  async prove(twist: Partial<Body<'proof'>> = this.#options.proof ?? {}): Promise<void> {
    const { purse, wallet, content } = this.rogue
    const frame = twist.purse ?? purse?.frame ?? NOTHING
    const epoch = frame.length > 0 ? wallet.epoch : NOTHING
    const body = { infoHash: content.infoHash, purse: frame, epoch, ...twist }
    await this.saySigned('proof', body)
  }

  /**
   * Resolves when the other side has proved who it is and, where it sells to us, has said where we
   * stand.
   */
  async opened(): Promise<this> {
    await this.until('proof')
    if (this.rogue.purse !== undefined) await this.until('statement')
    return this
  }

  // — saying —

  /** Seals and sends whole messages, or what is none. */
  sayFrame(frame: Uint8Array): void {
    if (this.session !== undefined) this.line.send(this.session.seal(frame))
  }

  say<N extends Exclude<MessageName, SignedName>>(name: N, message: Message<N>): void {
    this.sayFrame(encode(name, message))
  }

  /** Signs a message for this session; `twist` changes its header, `signer` who signs. */
  sign<N extends SignedName>(
    name: N,
    body: Body<N>,
    twist: Partial<Occasion> = {},
    signer = this.signer
  ): Promise<Uint8Array> {
    const time = this.rogue.wallet.now()
    const occasion = {
      session: this.session?.id,
      counter: ++this.#counter,
      time,
      expiry: time + 3600e3
    }
    return signer.sign(name, body, { ...occasion, ...twist })
  }

  /** Signs and says; answers the frame. */
  async saySigned<N extends SignedName>(
    name: N,
    body: Body<N>,
    twist: Partial<Occasion> = {}
  ): Promise<Uint8Array> {
    const frame = await this.sign(name, body, twist)
    this.sayFrame(frame)
    return frame
  }

  /** Asks for pieces with our signature. */
  request(indexes: number[], twist: Partial<Body<'request'>> = {}): Promise<Uint8Array> {
    const { content, purse } = this.rogue
    const { infoHash } = content
    return this.saySigned('request', {
      ...{ payee: this.to.wallet.uid, infoHash, purse: purse?.id ?? new Uint8Array(16) },
      ...{ indexes, resend: 0, ...twist }
    })
  }

  /** Asks for the blocks of a piece, or for some of them. */
  async fetch(index: number, offsets = this.rogue.content.offsets): Promise<Fetched> {
    const fetched = await this.line.fetch(index, offsets, (offset, block) =>
      this.rogue.keep(this.to.uid, index, offset, block)
    )
    if (fetched !== 'piece') this.rogue.bed.saw(fetched)
    return fetched
  }

  /** Requests, signed, and fetches: what an honest buyer does. */
  async take(index: number, twist: Partial<Body<'request'>> = {}): Promise<Fetched> {
    await this.request([index], twist)
    return this.fetch(index)
  }

  /**
   * Pays, as an honest buyer does or with what `twist` makes of it; answers the payment as it was
   * said.
   */
  async pay(
    indexes: number[],
    twist: (payment: Payment) => void = () => undefined
  ): Promise<Uint8Array> {
    const { crypto } = this.rogue.wallet
    const payment = this.rogue.payment(this.to.wallet.uid, indexes)
    twist(payment)
    const { items } = payment
    const voucher = await this.sign('voucher', {
      ...payment.voucher,
      items: itemsHash(crypto, items)
    })
    const frame = encode('payment', { voucher, items })
    this.sayFrame(frame)
    return frame
  }

  /** Pays and waits for the receipt. */
  async settle(indexes: number[]): Promise<Decoded<'receipt'>> {
    const paid = this.rogue.paidTo(this.to.wallet.uid)
    await this.pay(indexes)
    return this.until('receipt', ({ count }) => count >= paid.size)
  }

  /** Takes pieces and pays each at once. */
  async buy(indexes: number[]): Promise<void> {
    for (const index of indexes) {
      await this.take(index)
      await this.settle([index])
    }
  }

  /** Pays for all that it was sent and has not paid, also what is still coming. */
  async payUp(): Promise<void> {
    const paid = this.rogue.paidTo(this.to.wallet.uid)
    for (;;) {
      const due = this.rogue.held.filter((index) => !paid.has(index))
      if (due.length > 0) await this.settle(due)
      else if ((await this.line.quiet()) === 0) return
    }
  }

  // — hearing —

  /**
   * The first message of this name that nobody has waited for, and for which `where` holds. Throws
   * when none comes.
   */
  async until<N extends MessageName>(
    name: N,
    where: (message: Message<N>) => boolean = () => true
  ): Promise<Decoded<N>> {
    const found = await this.#listen(() => {
      const one = this.heard.find(
        (said): said is Decoded<N> => said.name === name && where(said.message as Message<N>)
      )
      if (one !== undefined) this.heard.splice(this.heard.indexOf(one), 1)
      return one
    })
    if (found !== undefined) return found
    const heard = this.heard.map((one) => one.name).join(', ')
    throw new Error(
      `no ${name} from ${this.to.name} (${toHex(this.to.wallet.uid)}); heard: ${heard}`
    )
  }

  /**
   * What `find` gives, looking at each message that comes; undefined when the connection ends or it
   * takes too long.
   */
  async #listen<T>(find: () => T | undefined): Promise<T | undefined> {
    let look: (() => void) | undefined
    const found = new Promise<T | undefined>((resolve) => {
      look = () => {
        const value = find()
        if (value !== undefined || this.line.ended) resolve(value)
      }
      this.#listeners.add(look)
      look()
    })
    try {
      return await within(found, WITHIN_MS)
    } finally {
      this.#listeners.delete(look!)
    }
  }

  /** Resolves when the other side has ended the connection; throws when it does not. */
  async untilClosed(): Promise<void> {
    await within(this.line.closed, WITHIN_MS)
    if (!this.line.ended) throw new Error(`${this.to.name} keeps the connection`)
  }
}
