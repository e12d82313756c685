// The BitTorrent half of a rogue's connection: a TCP socket, a wire, and our extension on it, with
// nothing that would check what is sent. What the other side answers is told to the bed.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { toHex } from '@floodgate/protocol'
import { EXTENSION_NAME } from '@floodgate/wire'
import Wire from 'bittorrent-protocol'
import type { ExtensionClass } from 'bittorrent-protocol'
import { BLOCK_BYTES } from './content.ts'

/**
 * Nothing came for so long: nothing will. A seller that means to answer does so within
 * milliseconds.
 */
const QUIET_MS = 400
/** What an honest peer does at all, it does within this. */
export const WITHIN_MS = 4000

/** What came of asking for blocks. */
export type Fetched = 'piece' | 'blocks rejected' | 'blocks held' | 'connection closed' | 'choked'

export interface LineOptions {
  port: number
  infoHash: Uint8Array
  /** Our address: any of 127.0.0.0/8. */
  localAddress?: string
  /** The pieces that it says it has: all, or a bitmap. */
  has: boolean | Uint8Array
  /** Other extensions, before ours. */
  extensions?: ExtensionClass[]
  /** Fields of the extended handshake. */
  handshake?: Record<string, unknown>
}

export class Line {
  readonly wire = new Wire('tcpOutgoing', 0)
  readonly socket: Socket
  readonly closed: Promise<void>
  ended = false
  /** Of ours, by ourselves. */
  hungUp = false
  #frame: (frame: Uint8Array) => void = () => undefined

  private constructor(socket: Socket, { extensions = [], handshake = {} }: LineOptions) {
    this.socket = socket
    socket.setNoDelay(true)
    // Whoever closes on us may do so with a reset.
    socket.on('error', () => socket.destroy())
    this.wire.on('error', () => socket.destroy())
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.ended = true
        this.wire.destroy()
        resolve()
      })
    )
    socket.pipe(this.wire as never)
    this.wire.pipe(socket)
    Object.assign(this.wire.extendedHandshake, handshake)
    for (const extension of extensions) this.wire.use(extension)
    this.wire.use(this.#extension())
  }

  /** Dials a peer; resolves when it has sent its extended handshake. */
  static async dial(options: LineOptions): Promise<Line> {
    const { port, localAddress = '127.0.0.1', infoHash, has } = options
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    await once(socket, 'connect')
    const line = new Line(socket, options)
    const { wire } = line
    wire.once('handshake', () => {
      if (has instanceof Uint8Array) wire.bitfield(has)
      else if (has) wire.haveAll()
      else wire.haveNone()
      wire.interested()
    })
    const ready = new Promise<void>((resolve) => {
      wire.on('extended', (name) => name === 'handshake' && resolve())
    })
    // A new peer id each time: the account is what counts.
    wire.handshake(toHex(infoHash), toHex(crypto.getRandomValues(new Uint8Array(20))), {
      fast: true
    })
    await Promise.race([ready, line.closed])
    return line
  }

  /** Takes the frames of our extension. */
  onFrame(take: (frame: Uint8Array) => void): void {
    this.#frame = take
  }

  #extension(): ExtensionClass {
    const take = (frame: Uint8Array): void => this.#frame(new Uint8Array(frame))
    return class {
      get name(): string {
        return EXTENSION_NAME
      }

      onMessage(frame: Uint8Array): void {
        take(frame)
      }
    }
  }

  /** Sends a frame of our extension, whatever it is. */
  send(frame: Uint8Array): void {
    if (!this.ended) this.wire.extended(EXTENSION_NAME, frame)
  }

  /** Sends bytes past the wire. */
  raw(bytes: Uint8Array): void {
    if (!this.ended) this.socket.write(bytes)
  }

  async #unchoked(): Promise<void> {
    if (!this.wire.peerChoking) return
    await within(new Promise<void>((resolve) => this.wire.once('unchoke', resolve)), QUIET_MS)
  }

  /**
   * Asks for blocks of a piece as any BitTorrent client does; `got` is given each one. Resolves as soon as it is decided,
   * or when nothing has come for a while.
   */
  async fetch(
    index: number,
    offsets: number[],
    got: (offset: number, block: Uint8Array) => void
  ): Promise<Fetched> {
    await Promise.race([this.#unchoked(), this.closed])
    if (this.ended) return 'connection closed'
    if (this.wire.peerChoking) return 'choked'
    return new Promise((resolve) => {
      let left = offsets.length
      const quiet = (): ReturnType<typeof setTimeout> =>
        setTimeout(() => finish('blocks held'), QUIET_MS)
      let timer = quiet()
      const finish = (fetched: Fetched): void => {
        clearTimeout(timer)
        resolve(this.ended ? 'connection closed' : fetched)
      }
      void this.closed.then(() => finish('connection closed'))
      for (const offset of offsets) {
        this.wire.request(index, offset, BLOCK_BYTES, (error, block) => {
          if (error || !block) return finish('blocks rejected')
          got(offset, block)
          clearTimeout(timer)
          timer = quiet()
          if (--left === 0) finish('piece')
        })
      }
    })
  }

  /** Asks for any bytes; resolves when it is answered, or after a while. */
  async ask(
    index: number,
    offset: number,
    length: number,
    got: (offset: number, block: Uint8Array) => void
  ): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.wire.request(index, offset, length, (_, block) => {
        if (block) got(offset, block)
        resolve()
      })
    })
    await within(Promise.race([answered, this.closed]), QUIET_MS)
  }

  /** Waits until no block has come for a while; answers how many came meanwhile. */
  async quiet(): Promise<number> {
    const before = this.wire.downloaded
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
    return this.wire.downloaded - before
  }

  /** Ends the connection from our side. */
  async hangUp(): Promise<void> {
    this.hungUp = true
    this.socket.destroy()
    await this.closed
  }
}

/** Resolves with `work`, or after `ms`. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
