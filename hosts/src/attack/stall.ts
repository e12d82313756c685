// A rogue's selling side: it says where it stands, signs and sends what it is asked for, and takes
// money, as an honest seller does, but for the tricks that a scenario plays.

import {
  concat,
  decode,
  hasBit,
  toHex,
  xorInto,
  type Decoded,
  type Message
} from '@floodgate/protocol'
import type { Sale } from '@floodgate/wallet'
import type { Link } from './link.ts'

export interface Tricks {
  /** The bytes it sends for a piece. */
  bytes?: (index: number) => Uint8Array
  /** The hashes it signs for these pieces. */
  hashes?: (indexes: number[]) => Uint8Array
  /** What it says in place of its own delivery. */
  deliver?: (request: Decoded<'request'>) => Promise<Uint8Array>
  /** What it makes of its statement. */
  state?: (statement: Message<'statement'>) => void
  /** Does it take requests and send nothing? */
  silent?: boolean
  /** Does it acknowledge payments? */
  receipts?: boolean
}

export class Stall {
  readonly link: Link
  readonly #tricks: Tricks
  sale: Sale | undefined
  /** What the buyer signed, to us. */
  readonly requests: Decoded<'request'>[] = []
  readonly payments: Uint8Array[] = []
  #saying: Promise<void> = Promise.resolve()

  constructor(link: Link, tricks: Tricks = {}) {
    this.link = link
    this.#tricks = tricks
    const { wire } = link.line
    wire.unchoke()
    wire.on('request', (index, offset, length, respond) => {
      if (tricks.silent === true) return
      const piece = tricks.bytes?.(index) ?? link.rogue.content.piece(index)
      // As an honest seller does: first the signature, then the bytes.
      void this.#saying.then(() => respond(null, piece.subarray(offset, offset + length)))
    })
    link.onSaid = (said) => this.#inTurn(() => this.#take(said))
    const { shown } = link
    if (shown !== undefined) this.#inTurn(() => this.#show(shown.purse))
  }

  /** Pieces that were paid. */
  get paid(): number {
    return this.sale?.count ?? 0
  }

  #inTurn(act: () => Promise<void>): void {
    this.#saying = this.#saying.then(act)
  }

  async #take(said: Decoded): Promise<void> {
    if (said.name === 'proof') await this.#show(said.message.purse)
    if (said.name === 'request' && this.#tricks.silent !== true) await this.#deliver(said)
    if (said.name === 'payment') await this.#accept(said)
  }

  async #show(purse: Uint8Array): Promise<void> {
    if (purse.length === 0) return
    const { wallet } = this.link.rogue
    const certificate = await wallet.trust.issued('purse', purse, wallet.now())
    this.sale = wallet.sales.open(certificate, purse)
    this.sayStatement()
  }

  /** Where we stand, or whatever is to be believed. */
  sayStatement(state = this.#tricks.state): void {
    const { purse, paid, voucher } = this.sale!
    const statement = {
      ...{ purse: purse.purse, limit: 8, owed: [], paid: paid.slice() },
      voucher: voucher ?? new Uint8Array(0)
    }
    state?.(statement)
    this.link.say('statement', statement)
  }

  async #deliver(request: Decoded<'request'>): Promise<void> {
    this.requests.push(request)
    const { link } = this
    const { deliver, hashes } = this.#tricks
    if (deliver !== undefined) return link.sayFrame(await deliver(request))
    const { content, wallet } = link.rogue
    const { indexes, purse, signer } = request.message
    const truth = (): Uint8Array => concat(...indexes.map((index) => content.pieceHash(index)))
    await link.saySigned('delivery', {
      ...{ payer: signer, infoHash: content.infoHash, purse, indexes },
      ...{ hashes: hashes?.(indexes) ?? truth(), request: wallet.crypto.sha256(request.bytes) }
    })
  }

  async #accept({ message, bytes }: Decoded<'payment'>): Promise<void> {
    const { link, sale } = this
    const { items, voucher } = message
    this.payments.push(bytes)
    const fresh = items.filter(({ index }) => !hasBit(sale!.paid, index))
    const xor = sale!.xor.slice()
    for (const { token } of fresh) xorInto(xor, token)
    const { count, payee } = decode(voucher, 'voucher').message
    if (toHex(payee) !== link.rogue.uid || count !== sale!.count + fresh.length) return
    sale!.accept(
      fresh.map(({ index }) => index),
      xor,
      count,
      voucher
    )
    if (this.#tricks.receipts === false) return
    const hash = link.rogue.wallet.crypto.sha256(voucher)
    const { payer, purse } = sale!
    await link.saySigned('receipt', { payer, purse: purse.purse, count, voucher: hash, limit: 8 })
  }
}
