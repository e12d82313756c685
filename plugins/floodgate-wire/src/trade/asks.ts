// The requests that a buyer has out with one seller: which asked for a piece, what pays for it, and the seller's signed
// answer (F32–F34). A part of Buying.

import { FloodgateError, decode, equal } from '@floodgate/protocol'
import { falseIndex, isTrueDelivery } from './delivery-check.ts'
import type { Paying } from './paying.ts'
import { Reminder } from './reminder.ts'
import type { Speech } from './speech.ts'
import type { Market } from './terms.ts'

/** A request we sent, what it will be paid from, and the seller's signed answer. */
export interface Ask {
  paying: Paying
  frame: Uint8Array
  hash: Uint8Array
  reminder: Reminder
  delivery: Uint8Array | undefined
}

export class Asks {
  readonly #market: Market
  readonly #speech: Speech
  /** The request that asked for a piece, until the piece is owed or given back. */
  readonly #asked = new Map<number, Ask>()

  constructor(market: Market, speech: Speech) {
    this.#market = market
    this.#speech = speech
  }

  get(index: number): Ask | undefined {
    return this.#asked.get(index)
  }

  delete(index: number): void {
    this.#asked.delete(index)
  }

  /** Says nothing when none of them is bound any more once it is signed. */
  async ask(
    paying: Paying,
    { indexes, resend }: { indexes: number[]; resend: number },
    isBound: (index: number) => boolean
  ): Promise<void> {
    const { wallet, content } = this.#market
    const frame = await this.#speech.sign('request', {
      payee: this.#speech.other.certificate.uid,
      infoHash: content.infoHash,
      purse: paying.purse.id,
      indexes,
      resend
    })
    if (!indexes.some(isBound)) return
    const hash = wallet.crypto.sha256(frame)
    const ask: Ask = {
      paying,
      frame,
      hash,
      reminder: new Reminder(this.#market),
      delivery: undefined
    }
    for (const index of indexes) this.#asked.set(index, ask)
    this.#speech.sayFrame(frame)
  }

  /** Says requests again that were not answered for a while, of those that asked for these pieces. */
  sayAgain(indexes: Iterable<number>): void {
    const asks = new Set(Array.from(indexes, (index) => this.#asked.get(index)))
    for (const ask of asks) {
      if (ask === undefined || ask.delivery !== undefined) continue
      if (ask.reminder.isDue()) this.#speech.sayFrame(ask.frame)
    }
  }

  /**
   * The seller's signed hashes must be the content's: else its own signature convicts it (F34). Answers the pieces whose
   * request is answered now; none when it was given back meanwhile, or said before.
   */
  async takeDelivery(frame: Uint8Array): Promise<number[]> {
    const { wallet, content } = this.#market
    const { message } = decode(frame, 'delivery')
    if (!equal(message.session, this.#speech.sessionId)) throw new FloodgateError('wrong-session')
    const asks = message.indexes.map((index) => this.#asked.get(index))
    const ask = asks.find((found) => found !== undefined && equal(found.hash, message.request))
    if (ask === undefined || ask.delivery !== undefined) return []
    await wallet.trust.signedBy('delivery', frame, this.#speech.other.certificate)
    this.#speech.remember(frame)
    if (!isTrueDelivery(content, wallet.uid, message)) {
      this.#accuse(frame, ask, falseIndex(content, message))
    }
    ask.delivery = frame
    return message.indexes.filter((index) => this.#asked.get(index) === ask)
  }

  /** The seller signed hashes that are not the content's. What its signature does not prove is not filed. */
  #accuse(delivery: Uint8Array, { paying }: Ask, index: number | undefined): never {
    const { content, accuse } = this.#market
    const { certificate, frame } = this.#speech.other
    if (index !== undefined) {
      accuse({
        ...{ kind: 'bad-delivery', accused: certificate.uid, certificate: frame },
        ...{ infoHash: content.infoHash, purse: paying.purse.id, index, frames: [delivery] }
      })
    }
    this.#speech.blacklist('bad-delivery')
    throw new FloodgateError('bad-delivery')
  }
}
