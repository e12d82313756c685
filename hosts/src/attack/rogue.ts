// An attacker: an account like any other, and connections on which it can say anything. What it
// holds it was sent, block by block; whether that makes a piece is for the bed to check.

import {
  decode,
  countBits,
  emptyBitmap,
  equal,
  paidHash,
  sealTo,
  toHex,
  withBits,
  xorOfTokens,
  type Body,
  type Message,
  type SignedName
} from '@floodgate/protocol'
import { buy, claim, type ClaimAnswer, type Purse, type Wallet } from '@floodgate/wallet'
import type { Bed } from './bed.ts'
import { CURRENCY, sha1, type Content } from './content.ts'
import type { ClaimItem } from './door.ts'
import type { Honest } from './honest.ts'
import { Line } from './line.ts'
import { Link, type LinkOptions } from './link.ts'

const NO_DELIVERY = new Uint8Array(32)

/** A payment before its voucher is signed: what a scenario may twist. */
export interface Payment {
  items: Message<'payment'>['items']
  voucher: Omit<Body<'voucher'>, 'items'>
}

export class Rogue {
  readonly bed: Bed
  readonly name: string
  readonly wallet: Wallet
  readonly content: Content
  purse: Purse | undefined
  readonly #links = new Set<Link>()
  readonly #pieces = new Map<number, { bytes: Uint8Array; offsets: Set<number> }>()
  readonly #paidTo = new Map<string, Set<number>>()

  constructor(bed: Bed, name: string, wallet: Wallet) {
    this.bed = bed
    this.name = name
    this.wallet = wallet
    this.content = bed.content
  }

  get uid(): string {
    return toHex(this.wallet.uid)
  }

  /** Buys a purse, as anybody does. */
  async buy(again = false): Promise<Purse> {
    const { infoHash, price } = this.content
    if (again) this.wallet.purses.newPurchase(infoHash)
    const { purse } = await buy(this.wallet, {
      ...{ infoHash, peerId: this.wallet.crypto.random(20), port: 1, event: 'started', left: 1 },
      ...{ price, currency: CURRENCY, again }
    })
    if (purse === undefined) throw new Error('no purse was sold')
    this.purse = purse
    return purse
  }

  /**
   * Connects to a peer; unless it is told to be mute, resolves when both sides have proved
   * themselves.
   */
  async dial(to: Honest, options: LinkOptions = {}): Promise<Link> {
    const link = await this.connect(to, options)
    return options.mute === true ? link : link.opened()
  }

  /** Connects, and does not wait for what the other side says. */
  async connect(to: Honest, options: LinkOptions = {}): Promise<Link> {
    const { infoHash } = this.content
    const line = await Line.dial({ has: false, ...options, port: to.port, infoHash })
    this.bed.lines.set(line.socket.localPort ?? 0, this.uid)
    const link = new Link(this, to, line, options)
    this.#links.add(link)
    return link
  }

  // — bytes —

  /** A block came from the peer `from`. */
  keep(from: string, index: number, offset: number, block: Uint8Array): void {
    this.bed.bytes.came(from, this.uid, index, offset)
    const { pieceLength } = this.content
    const piece = this.#pieces.get(index) ?? {
      bytes: new Uint8Array(pieceLength),
      offsets: new Set()
    }
    this.#pieces.set(index, piece)
    piece.bytes.set(block.subarray(0, pieceLength - offset), offset)
    piece.offsets.add(offset)
  }

  /** Pieces that it was sent and that are true. */
  get held(): number[] {
    return [...this.#pieces]
      .filter(([index, { bytes }]) => equal(sha1(bytes), this.content.pieceHash(index)))
      .map(([index]) => index)
  }

  // — money —

  /** Indexes that we paid to `payee`. */
  paidTo(payee: Uint8Array): Set<number> {
    const id = toHex(payee)
    const known = this.#paidTo.get(id) ?? new Set<number>()
    this.#paidTo.set(id, known)
    return known
  }

  /** What an honest buyer would pay for these pieces, on top of what this payee was paid. */
  payment(payee: Uint8Array, indexes: number[]): Payment {
    const { crypto } = this.wallet
    const { tokens, seed, id, count } = this.purse!
    const known = this.paidTo(payee)
    for (const index of indexes) known.add(index)
    const paid = withBits(emptyBitmap(count), known)
    const items = indexes.map((index) => ({
      ...{ index, token: tokens.token(index), path: tokens.path(index) }
    }))
    const voucher = {
      payee,
      purse: id,
      count: countBits(paid),
      xor: xorOfTokens(crypto, seed, paid)
    }
    return { items, voucher: { ...voucher, paid: paidHash(crypto, paid), delivery: NO_DELIVERY } }
  }

  /** Claims what it was paid; what the provider refuses is a defence. */
  async claim(): Promise<ClaimAnswer> {
    const answer = await claim(this.wallet)
    for (const { code } of answer.purses) if (code !== '') this.bed.saw(code)
    return answer
  }

  /** Signs these tokens over to `payee`, whatever it sold; what that one then can claim. */
  async promise(payee: Uint8Array, indexes: number[]): Promise<ClaimItem> {
    const { crypto, signer, uid } = this.wallet
    const { seed, id, count } = this.purse!
    const bitmap = withBits(emptyBitmap(count), indexes)
    const sum = { count: indexes.length, xor: xorOfTokens(crypto, seed, bitmap) }
    const hashes = {
      paid: paidHash(crypto, bitmap),
      items: crypto.sha256(bitmap),
      delivery: NO_DELIVERY
    }
    const body = { payee, purse: id, ...sum, ...hashes }
    const time = this.wallet.now()
    const voucher = await signer.sign('voucher', body, { time, expiry: time + 3600e3 })
    return { purse: id, payer: uid, bitmap, voucher }
  }

  /** A message to the provider, signed as of now. */
  signed<N extends SignedName>(name: N, body: Body<N>, session?: Uint8Array): Promise<Uint8Array> {
    const time = this.wallet.now()
    const counter = this.wallet.nextCounter()
    return this.wallet.signer.sign(name, body, { session, counter, time, expiry: time + 600e3 })
  }

  /** The same, sealed to the provider. */
  async sealed<N extends SignedName>(
    name: N,
    body: Body<N>,
    session?: Uint8Array
  ): Promise<Uint8Array> {
    const { boxKey } = decode(this.wallet.epoch, 'epoch').message
    return sealTo(this.wallet.crypto, boxKey, await this.signed(name, body, session))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#links].map(({ line }) => line.hangUp()))
    await this.wallet.close()
  }
}
