// Strict bencode (BEP 3): one canonical form, nothing else is read. There is no generic decoder on
// purpose: a message is read by its row (fields.ts), so depth, items and lengths are bounded before a byte
// is looked at, and what a stranger sends cannot make us allocate more than the row allows.

import { FloodgateError } from './errors.ts'

const [D, E, I, L, COLON] = [0x64, 0x65, 0x69, 0x6c, 0x3a] as const
const ZERO = 0x30

/** Reads canonical bencode from `bytes`, in order; throws `truncated` or `not-canonical`. */
export class Reader {
  readonly bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  #take(expected: number): void {
    if (this.at >= this.bytes.length) throw new FloodgateError('truncated')
    if (this.bytes[this.at] !== expected) throw new FloodgateError('not-canonical')
    this.at++
  }

  /** Digits without leading zeros, up to `max`, ended by `end`. */
  #digits(end: number, max: number): number {
    const start = this.at
    let value = 0
    for (;;) {
      if (this.at >= this.bytes.length) throw new FloodgateError('truncated')
      const digit = this.bytes[this.at]! - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
      if (value > max) throw new FloodgateError('bad-field', `more than ${max}`)
      this.at++
    }
    const count = this.at - start
    if (count === 0 || (count > 1 && this.bytes[start] === ZERO)) {
      throw new FloodgateError('not-canonical')
    }
    this.#take(end)
    return value
  }

  openDictionary(): void {
    this.#take(D)
  }

  openList(): void {
    this.#take(L)
  }

  close(): void {
    this.#take(E)
  }

  /** Is the next byte the end of a list? */
  atClose(): boolean {
    if (this.at >= this.bytes.length) throw new FloodgateError('truncated')
    return this.bytes[this.at] === E
  }

  /** A non-negative integer of at most `max`, which is at most 2^53 − 1. */
  integer(max: number): number {
    this.#take(I)
    return this.#digits(E, max)
  }

  /** A byte string of `min` to `max` bytes; a view, not a copy. */
  string(min: number, max: number): Uint8Array {
    const length = this.#digits(COLON, max)
    if (length < min) throw new FloodgateError('bad-field', `shorter than ${min} bytes`)
    const end = this.at + length
    if (end > this.bytes.length) throw new FloodgateError('truncated')
    const value = this.bytes.subarray(this.at, end)
    this.at = end
    return value
  }

  /** Exactly this key must come next. */
  key(encoded: Uint8Array): void {
    for (const byte of encoded) this.#take(byte)
  }

  /** Nothing may follow. */
  end(): void {
    if (this.at !== this.bytes.length) throw new FloodgateError('not-canonical', 'trailing bytes')
  }
}

/** Writes canonical bencode into one growing buffer. */
export class Writer {
  #bytes = new Uint8Array(512)
  #length = 0

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #ascii(text: string): void {
    this.#room(text.length)
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i)
  }

  openDictionary(): void {
    this.#ascii('d')
  }

  openList(): void {
    this.#ascii('l')
  }

  close(): void {
    this.#ascii('e')
  }

  integer(value: number): void {
    this.#ascii(`i${value}e`)
  }

  string(value: Uint8Array): void {
    this.#ascii(`${value.length}:`)
    this.raw(value)
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}
