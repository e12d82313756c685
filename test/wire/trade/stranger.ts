// A stranger with a certificate: it dials a peer, completes both handshakes as an honest one would, and from
// then on says what a test wants.

import net from 'node:net'
import Wire from 'bittorrent-protocol'
import {
  MESSAGES,
  createSession,
  decode,
  encode,
  nameOf,
  toHex,
  type Body,
  type Message,
  type Session,
  type SignedName
} from '@floodgate/protocol'
import type { Wallet } from '@floodgate/wallet'
import { EXTENSION_NAME, wtFloodgate } from '@floodgate/wire'
import { extended } from '../engine/strangers.ts'

const HOUR_MS = 3600e3

export class Stranger {
  readonly wallet: Wallet
  readonly infoHash: Uint8Array
  readonly wire = new Wire()
  readonly socket: net.Socket
  /** Resolves when the other side hung up. */
  readonly closed: Promise<void>
  readonly hello: Uint8Array
  /** Sealed messages that it said so far. */
  readonly said: Uint8Array[] = []
  /** The last message of each kind that the other side said, as it came. */
  readonly heard = new Map<string, Uint8Array>()
  readonly #secret: Uint8Array
  #session: Session | undefined
  #counter = 0
  #shown: Promise<void> | undefined
  #proven: () => void = () => undefined

  private constructor(wallet: Wallet, infoHash: Uint8Array, port: number) {
    const { crypto } = wallet
    this.wallet = wallet
    this.infoHash = infoHash
    this.#secret = crypto.random(32)
    this.hello = encode('hello', {
      version: 1,
      nonce: crypto.random(32),
      ephemeral: crypto.boxPublicKey(this.#secret),
      certificate: wallet.certificate,
      epoch: wallet.epoch
    })
    this.socket = net.connect(port, '127.0.0.1')
    this.socket.setNoDelay(true)
    this.socket.on('error', () => this.socket.destroy())
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()))
    void this.closed.then(() => this.wire.destroy())
    // A wire is a stream, though not one of Node's to the letter of the types.
    this.socket.pipe(this.wire as never)
    this.wire.pipe(this.socket)
  }

  /** Resolves when both sides proved their keys; with undefined if the other side hung up on it. */
  static async meet(
    wallet: Wallet,
    infoHash: Uint8Array,
    port: number
  ): Promise<Stranger | undefined> {
    const stranger = new Stranger(wallet, infoHash, port)
    await stranger.#shakeHands()
    return stranger.heard.has('proof') ? stranger : undefined
  }

  async #shakeHands(): Promise<void> {
    const { wire, wallet } = this
    const proven = new Promise<void>((resolve) => (this.#proven = resolve))
    wire.use(
      wtFloodgate(() => ({
        speaks: (send) => send(this.hello),
        silent: () => undefined,
        frame: (frame) => void this.#hear(frame),
        failed: (error) => this.socket.destroy(error as Error)
      }))
    )
    wire.handshake(toHex(this.infoHash), toHex(wallet.crypto.random(20)), {})
    await Promise.race([proven, this.closed])
  }

  async #hear(frame: Uint8Array): Promise<void> {
    if (frame[0] === MESSAGES.hello.id) {
      this.#shown ??= this.#takeHello(frame)
      return
    }
    const message = this.#session!.open(frame)
    const name = nameOf(message)!
    this.heard.set(name, message)
    if (name !== 'proof') return
    await this.#shown
    this.#proven()
  }

  async #takeHello(frame: Uint8Array): Promise<void> {
    const { ephemeral } = decode(frame, 'hello').message
    const own = { hello: this.hello, secret: this.#secret }
    this.#session = createSession(this.wallet.crypto, this.infoHash, own, {
      hello: frame,
      ephemeral
    })
    this.say(await this.proof())
  }

  proof(): Promise<Uint8Array> {
    const { wallet, infoHash } = this
    const purse = wallet.purses.open(infoHash)?.frame ?? new Uint8Array()
    const epoch = purse.length > 0 ? wallet.epochOf(purse) : new Uint8Array()
    return this.sign('proof', { infoHash, purse, epoch })
  }

  /** Signs a message for this connection. */
  sign<N extends SignedName>(name: N, body: Body<N>): Promise<Uint8Array> {
    const time = this.wallet.now()
    const counter = ++this.#counter
    const session = this.#session!.id
    return this.wallet.signer.sign(name, body, { session, counter, time, expiry: time + HOUR_MS })
  }

  /** The last message of this kind from the other side. */
  lastHeard<N extends 'request' | 'proof' | 'payment'>(name: N): Message<N> | undefined {
    const frame = this.heard.get(name)
    return frame && (decode(frame, name).message as Message<N>)
  }

  seal(message: Uint8Array): Uint8Array {
    return this.#session!.seal(message)
  }

  /** Says a message, sealed. */
  say(message: Uint8Array): void {
    const frame = this.seal(message)
    this.said.push(frame)
    this.sayFrame(frame)
  }

  /** Says any bytes through the extension. */
  sayFrame(frame: Uint8Array): void {
    this.write(extended(this.wire.peerExtendedMapping[EXTENSION_NAME]!, frame))
  }

  /** Writes any bytes to the wire. */
  write(bytes: Uint8Array): void {
    if (this.socket.writable) this.socket.write(bytes)
  }
}
