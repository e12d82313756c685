/**
 * Cuts a wire's incoming bytes into frames, in place of bittorrent-protocol's own cutter, which joins buffers on every
 * chunk and has no limit. A frame is judged at its length prefix, then whole, and only then handed to the wire; a block
 * that was asked for is read straight into its piece. Whatever throws inside ends this wire and nothing else.
 */
import type Wire from 'bittorrent-protocol'
import { openWire, type WireDoors } from './doors.ts'

const PIECE = 7
/** Type, index and offset of a PIECE message (BEP 3). */
const PIECE_HEAD = 9

/** Takes blocks into pieces. */
export interface BlockSink {
  /** Where this block goes; null when it was not asked for. */
  target(index: number, offset: number, length: number): Uint8Array | null
  /** The block is whole; `block` is what `target` gave. */
  arrived(index: number, offset: number, block: Uint8Array): void
}

/** Judges frames: a reason ends the wire, null lets the frame pass. */
export interface FrameJudge {
  /** `length` as the prefix says it, before a byte of the frame is kept. */
  prefix(length: number): string | null
  /** A whole frame, type included; of a PIECE possibly only type, index and offset. */
  frame(type: number, frame: Uint8Array, length: number): string | null
}

/** Told once when a wire is ended, with the reason and what was thrown. */
export type Refused = (reason: string, error?: unknown) => void

const readers = new WeakMap<Wire, FrameReader>()

/** The frame reader of this wire; there is one per wire. */
export function framesOf(wire: Wire): FrameReader {
  let reader = readers.get(wire)
  if (!reader) {
    reader = new FrameReader(openWire(wire))
    readers.set(wire, reader)
  }
  return reader
}

export class FrameReader {
  sink: BlockSink | null = null
  judge: FrameJudge | null = null
  refused: Refused | null = null
  /** Type of the frame that the wire is handling now; −1 between frames. */
  current = -1

  readonly #wire: Wire & WireDoors
  #started = false
  #dead = false
  /** Prefix and head of the frame under way, as far as it came. */
  readonly #head = new Uint8Array(4 + PIECE_HEAD)
  #headBytes = 0
  #length = -1
  /** The rest of the frame goes here once it does not fit one chunk. */
  #into: Uint8Array | null = null
  #intoBytes = 0
  #block: { index: number; offset: number } | null = null

  constructor(wire: Wire & WireDoors) {
    this.#wire = wire
  }

  /** Starts cutting, once. On a wire whose handshake is through it goes on where the old cutter stands. */
  start(): void {
    if (this.#started) return
    this.#started = true
    const wire = this.#wire
    const cutter = Object.getPrototypeOf(wire) as WireDoors
    if (wire._parser === cutter._onMessageLength) this.#takeOver()
    else if (wire._parser === cutter._onMessage) {
      this.#head.set(be32(wire._parserSize))
      this.#headBytes = 4
      this.#length = wire._parserSize
      this.#takeOver()
    } else {
      // The handshake is not through: the wire calls this for the first prefix after it.
      wire._onMessageLength = (prefix) => this.#takeOver(prefix)
    }
  }

  /** Ends this wire and reads nothing more from it. */
  refuse(reason: string, error?: unknown): void {
    if (this.#dead) return
    this.#dead = true
    this.#into = null
    this.#wire.destroy()
    this.refused?.(reason, error)
  }

  #takeOver(prefix?: Uint8Array): void {
    const wire = this.#wire
    const rest = wire._buffer
    wire._buffer = []
    wire._bufferSize = 0
    wire._onMessageLength = () => undefined
    wire._parse(Number.MAX_VALUE, () => undefined)
    wire._write = (data, done) => {
      this.#feed(wire._encryptor ? wire._encryptor.decrypt(data) : data)
      done(null)
    }
    if (prefix) this.#feed(prefix)
    for (const bytes of rest) this.#feed(bytes)
  }

  #feed(data: Uint8Array): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length)
    let at = 0
    try {
      while (at < bytes.length && !this.#dead && !this.#wire._finished) {
        at = this.#into ? this.#fill(bytes, at) : this.#begin(bytes, at)
      }
    } catch (error) {
      this.current = -1
      this.refuse('threw', error)
    }
  }

  /** Reads prefix and head; returns how far it came. */
  #begin(bytes: Uint8Array, from: number): number {
    let at = from
    if (this.#length < 0) {
      at = this.#gather(bytes, at, 4)
      if (this.#headBytes < 4) return at
      this.#length = toUint32(this.#head, 0)
      if (this.#length === 0) {
        this.#headBytes = 0
        this.#length = -1
        this.#wire._onKeepAlive()
        return at
      }
      const reason = this.judge?.prefix(this.#length)
      if (reason) {
        this.refuse(reason)
        return bytes.length
      }
    }
    const length = this.#length
    if (this.#headBytes === 4 && bytes.length - at >= length) {
      this.#reset()
      this.#whole(bytes.subarray(at, at + length))
      return at + length
    }
    const head = 4 + Math.min(length, PIECE_HEAD)
    at = this.#gather(bytes, at, head)
    if (this.#headBytes < head) return at
    if (this.#head[4] === PIECE && length > PIECE_HEAD && this.#openBlock(length - PIECE_HEAD))
      return at
    this.#into = new Uint8Array(length)
    this.#into.set(this.#head.subarray(4, head))
    this.#intoBytes = head - 4
    return this.#intoBytes === length ? this.#fill(bytes, at) : at
  }

  #gather(bytes: Uint8Array, at: number, upTo: number): number {
    let from = at
    while (this.#headBytes < upTo && from < bytes.length)
      this.#head[this.#headBytes++] = bytes[from++]!
    return from
  }

  #openBlock(length: number): boolean {
    const reason = this.judge?.frame(PIECE, this.#head.subarray(4), length + PIECE_HEAD)
    if (reason) {
      this.refuse(reason)
      return true
    }
    const index = toUint32(this.#head, 5)
    const offset = toUint32(this.#head, 9)
    const target = this.sink?.target(index, offset, length)
    if (!target) return false
    this.#into = target
    this.#intoBytes = 0
    this.#block = { index, offset }
    return true
  }

  /** Goes on with a frame that did not fit one chunk. */
  #fill(bytes: Uint8Array, at: number): number {
    const into = this.#into!
    const take = Math.min(into.length - this.#intoBytes, bytes.length - at)
    into.set(bytes.subarray(at, at + take), this.#intoBytes)
    this.#intoBytes += take
    if (this.#intoBytes === into.length) {
      const block = this.#block
      this.#reset()
      if (block) this.#deliverBlock(block.index, block.offset, into)
      else this.#whole(into)
    }
    return at + take
  }

  #reset(): void {
    this.#headBytes = 0
    this.#length = -1
    this.#into = null
    this.#intoBytes = 0
    this.#block = null
  }

  #whole(frame: Uint8Array): void {
    const type = frame[0]!
    const reason = this.judge?.frame(type, frame, frame.length)
    if (reason) return this.refuse(reason)
    if (type === PIECE && this.sink) {
      const index = toUint32(frame, 1)
      const offset = toUint32(frame, 5)
      const target = this.sink.target(index, offset, frame.length - PIECE_HEAD)
      if (target) {
        target.set(frame.subarray(PIECE_HEAD))
        return this.#deliverBlock(index, offset, target)
      }
    }
    this.current = type
    this.#wire._onMessage(frame)
    this.current = -1
  }

  #deliverBlock(index: number, offset: number, block: Uint8Array): void {
    this.current = PIECE
    this.#wire._onPiece(index, offset, block)
    this.sink?.arrived(index, offset, block)
    this.current = -1
  }
}

function be32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

/** Unsigned, unlike the wire's own reader. */
export function toUint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  )
}
