// What the provider sold, as it says it: the certificate of a purse, which is renewed while the purse is in force, and the
// buyer's own word that ends it. A part of Purse, which keeps the tokens.

import {
  countRanges,
  decode,
  inRanges,
  type Header,
  type PurseCertificate,
  type Ranges
} from '@floodgate/protocol'
import { packMessage, unpack, type PurseState } from './state.ts'

/** The end of a purse before its time. */
export interface Cancellation {
  /** Our signed `cancel`, the same bytes each time. */
  frame: Uint8Array
  /** When the provider refunds what was given back, Unix milliseconds; 0 while it has not answered. */
  refundAt: number
}

type PaperState = Pick<PurseState, 'frame' | 'cancellation' | 'isPushed' | 'isLost'>

export abstract class PursePaper {
  #frame: Uint8Array
  #certificate: PurseCertificate & Header
  #cancellation: Cancellation | undefined
  #isLost: boolean
  /** Did the provider pay it (F77)? */
  readonly isPushed: boolean

  constructor({ frame, cancellation, isPushed = false, isLost = false }: PaperState) {
    this.#frame = unpack(frame)
    this.#isLost = isLost
    this.isPushed = isPushed
    this.#certificate = decode(this.#frame, 'purse').message
    if (cancellation === undefined) return
    const { refundAt } = cancellation
    this.#cancellation = { frame: unpack(cancellation.frame), refundAt }
  }

  get certificate(): PurseCertificate & Header {
    return this.#certificate
  }

  /** The certificate as issued. */
  get frame(): Uint8Array {
    return this.#frame
  }

  get id(): Uint8Array {
    return this.#certificate.purse
  }

  get infoHash(): Uint8Array {
    return this.#certificate.infoHash
  }

  /** Pieces of the content; the purse may cover fewer. */
  get count(): number {
    return this.#certificate.count
  }

  /** The pieces that can be paid from it. */
  get pieces(): Ranges {
    return this.#certificate.pieces
  }

  /** How many pieces it covers. */
  get covered(): number {
    return countRanges(this.pieces)
  }

  covers(index: number): boolean {
    return inRanges(this.pieces, index)
  }

  /** Minor units of `currency` for one piece. */
  get price(): bigint {
    return this.#certificate.price
  }

  get currency(): string {
    return this.#certificate.currency
  }

  /** When its time is over, Unix milliseconds; a day later the rest is refunded. */
  get ends(): number {
    return this.#certificate.ends
  }

  get cancellation(): Readonly<Cancellation> | undefined {
    return this.#cancellation
  }

  /** Does the provider's ledger not know it any more? Then nobody is paid from it. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** May it be bought with: not cancelled or lost, and sellers believe its certificate? */
  isInForce(now: number): boolean {
    const isEnded = this.#isLost || this.#cancellation !== undefined
    return !isEnded && now < this.#certificate.expiry
  }

  /** Is half the certificate's time over, and a later one to be had? */
  isRenewalDue(now: number): boolean {
    const { time, expiry, ends } = this.#certificate
    return expiry < ends && now >= (time + expiry) / 2
  }

  /** Is to be saved. */
  protected abstract changed(): number

  /** Takes in a later certificate of this purse. */
  renew(frame: Uint8Array): void {
    const { message } = decode(frame, 'purse')
    if (message.expiry <= this.#certificate.expiry) return
    this.#frame = frame.slice()
    this.#certificate = message
    this.changed()
  }

  /** For `Purses`, which keeps what follows from it. */
  setLost(isLost: boolean): void {
    this.#isLost = isLost
    this.changed()
  }

  protected endPaper(cancellation: Cancellation): void {
    this.#cancellation = cancellation
  }

  protected paperState(): PaperState {
    const paper = {
      frame: packMessage(this.#frame),
      ...(this.isPushed && { isPushed: true }),
      ...(this.#isLost && { isLost: true })
    }
    if (this.#cancellation === undefined) return paper
    const { frame: word, refundAt } = this.#cancellation
    return { ...paper, cancellation: { frame: packMessage(word), refundAt } }
  }
}
