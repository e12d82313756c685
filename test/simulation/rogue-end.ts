// A colluder's side of a connection: it shakes hands as anybody does, and from then on says what its mischief tells it.
// What it may say is in mischief.ts; here is only how.

import {
  SEALED,
  createSession,
  decode,
  encode,
  equal,
  nameOf,
  toHex,
  type Body,
  type MessageName,
  type Session,
  type SignedName
} from '@floodgate/protocol'
import type { Gang } from './gang.ts'
import type { Honest } from './honest.ts'
import type { End, Line } from './line.ts'
import type { Member, OwnPurse } from './member.ts'

export class RogueEnd implements End {
  readonly gang: Gang
  readonly member: Member
  readonly peer: Honest
  /** What it pays with here; undefined when it only sells. */
  readonly purse: OwnPurse | undefined
  readonly #secret: Uint8Array
  readonly #hello: Uint8Array
  #session: Session | undefined
  #otherHello = new Uint8Array()
  line: Line | undefined
  isProven = false
  /** The buyer's purse, when the honest side showed one. */
  theirs: { id: string; bytes: Uint8Array; count: number } | undefined

  constructor(gang: Gang, member: Member, peer: Honest, purse: OwnPurse | undefined) {
    const { crypto } = gang.world
    this.gang = gang
    this.member = member
    this.peer = peer
    this.purse = purse
    this.#secret = crypto.random(32)
    this.#hello = encode('hello', {
      ...{ version: 1, nonce: crypto.random(32), certificate: member.certificate },
      ...{ ephemeral: crypto.boxPublicKey(this.#secret), epoch: member.epoch }
    })
  }

  step(action: () => void): void {
    action()
  }

  get isOpen(): boolean {
    return this.line?.isOpen === true
  }

  start(): void {
    this.#carry(this.#hello)
  }

  #carry(bytes: Uint8Array): void {
    this.line?.carry(this, (far) => far.frame(bytes))
  }

  /** A seller that has a piece, or says so. */
  has(index: number): boolean {
    return this.gang.mischief.boasts(index)
  }

  frame(bytes: Uint8Array): void {
    void this.#take(bytes).catch((error: unknown) => {
      this.gang.world.fail(`a rogue stumbled: ${String((error as Error).stack)}`)
    })
  }

  async #take(bytes: Uint8Array): Promise<void> {
    if (bytes[0] !== SEALED) return this.#takeHello(bytes)
    const message = this.#session?.open(bytes)
    const name = message && nameOf(message)
    if (message === undefined || name === undefined) return
    if (name === 'proof') this.#takeProof(message)
    else await this.gang.mischief.heard(this, name, message)
  }

  async #takeHello(bytes: Uint8Array): Promise<void> {
    const { crypto, film } = this.gang.world
    if (this.#session === undefined) {
      this.#otherHello = bytes.slice()
      const { ephemeral } = decode(bytes, 'hello').message
      const own = { hello: this.#hello, secret: this.#secret }
      this.#session = createSession(crypto, film.infoHashBytes, own, { hello: bytes, ephemeral })
      this.start()
    }
    if (equal(bytes, this.#otherHello)) await this.prove()
  }

  /** Proves the key, and shows the purse. */
  async prove(): Promise<void> {
    const { member, purse } = this
    const body = {
      infoHash: this.gang.world.film.infoHashBytes,
      purse: purse?.frame ?? new Uint8Array(),
      epoch: purse === undefined ? new Uint8Array() : member.epoch
    }
    this.say(await this.sign('proof', body))
  }

  #takeProof(message: Uint8Array): void {
    const { purse } = decode(message, 'proof').message
    this.isProven = true
    if (purse.length === 0) return
    const { message: shown } = decode(purse, 'purse')
    this.theirs = { id: toHex(shown.purse), bytes: shown.purse.slice(), count: shown.count }
  }

  sign<N extends SignedName>(name: N, body: Body<N>): Promise<Uint8Array> {
    return this.member.sign(name, body, this.#session!.id)
  }

  get session(): Uint8Array {
    return this.#session!.id
  }

  /** Says a message, whatever it is. */
  say(message: Uint8Array): void {
    if (this.#session === undefined) return
    this.#carry(this.#session.seal(message))
  }

  /** Keeps what it heard for whoever can use it. */
  keep(name: MessageName, bytes: Uint8Array, indexes: number[], purse: Uint8Array): void {
    const { uid: from } = this.peer
    const to = this.member.uidHex
    this.gang.loot.hear({ name, bytes: bytes.slice(), from, to, indexes, purse: toHex(purse) })
  }

  wanted(index: number): void {
    this.gang.mischief.wanted(this, index)
  }

  piece(index: number, bytes: Uint8Array): void {
    this.gang.mischief.piece(this, index, bytes)
  }

  refused(): void {
    // It asks for something else, or not at all.
  }

  gone(): void {
    this.gang.ends.delete(this)
  }
}
