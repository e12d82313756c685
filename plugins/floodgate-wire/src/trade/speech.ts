// One side's voice on a connection: seals and sends messages, signs them, reports refusals. Shared by both
// halves of a conversation, so that neither knows about frames, sessions or sockets.

import {
  MESSAGES,
  encode,
  toHex,
  type Body,
  type ErrorCode,
  type Message,
  type MessageName,
  type Session,
  type SignedName
} from '@floodgate/protocol'
import type { Party } from './handshake.ts'
import type { Market } from './terms.ts'

/** Peers' clocks are not compared (F85): the session id is what makes a message fresh. */
const MESSAGE_LIFE_MS = 3600e3
/** Messages kept as evidence of a quarrel. */
const EVIDENCE_MAX = 8

export class Speech {
  readonly #market: Market
  readonly #session: Session
  readonly #transmit: (frame: Uint8Array) => void
  readonly #failed: (error: unknown) => void
  readonly #evidence: Uint8Array[] = []
  #counter = 0
  readonly other: Party
  readonly otherUid: string

  constructor(
    market: Market,
    session: Session,
    other: Party,
    transmit: (frame: Uint8Array) => void,
    failed: (error: unknown) => void
  ) {
    this.#market = market
    this.#session = session
    this.#transmit = transmit
    this.#failed = failed
    this.other = other
    this.otherUid = toHex(other.certificate.uid)
  }

  get sessionId(): Uint8Array {
    return this.#session.id
  }

  nextCounter(): number {
    return ++this.#counter
  }

  hashText(frame: Uint8Array): string {
    return toHex(this.#market.wallet.crypto.sha256(frame))
  }

  sayFrame(frame: Uint8Array): void {
    this.#transmit(this.#session.seal(frame))
  }

  /** Says an unsigned message; returns it, for saying it again. */
  say<N extends Exclude<MessageName, SignedName>>(name: N, message: Message<N>): Uint8Array {
    const frame = encode(name, message)
    this.sayFrame(frame)
    return frame
  }

  /** Signs a message for this session without sending it. */
  sign<N extends SignedName>(name: N, body: Body<N>): Promise<Uint8Array> {
    const time = this.#market.wallet.now()
    return this.#market.wallet.signer.sign(name, body, {
      session: this.#session.id,
      counter: this.nextCounter(),
      time,
      expiry: time + MESSAGE_LIFE_MS
    })
  }

  async saySigned<N extends SignedName>(name: N, body: Body<N>): Promise<void> {
    this.sayFrame(await this.sign(name, body))
  }

  /** Refuses something the other side said, and tells the application. */
  reject(code: ErrorCode, about: MessageName, indexes: number[] = []): void {
    this.say('reject', { code, message: MESSAGES[about].id, indexes })
    this.#market.emit('refused', { uid: this.otherUid, by: 'us', code, indexes })
  }

  /** Runs a task beside the conversation; its error ends the connection, never the process. */
  alongside(task: () => Promise<void>): void {
    task().catch(this.#failed)
  }

  /** Remembers a signed message of the other side, in case of a quarrel. */
  remember(frame: Uint8Array): void {
    this.#evidence.push(frame)
    if (this.#evidence.length > EVIDENCE_MAX) this.#evidence.shift()
  }

  /** Puts the other side on our blacklist, with what it signed (F36, F43, W7). */
  blacklist(reason: ErrorCode): void {
    const { wallet, terms, emit, dropAll } = this.#market
    const at = wallet.now()
    wallet.blacklist.add({
      uid: this.other.certificate.uid,
      reason,
      evidence: [this.other.frame, ...this.#evidence],
      at,
      expiresAt: at + terms.blacklistMs
    })
    emit('blacklisted', { uid: this.otherUid, code: reason })
    // Who only has to pay may stay and do so (F36).
    if (reason !== 'unpaid') queueMicrotask(() => dropAll(this.other.certificate.uid))
  }
}
