// Reads bencode (BEP 3) of free form, as torrent files are. The protocol's decoder reads messages by their rows; this one
// is generic, but as strict: one canonical form, bounded depth and number of items. (The decoders of other packages loop
// for ever on some of what can be sent here.)

import { FloodgateError } from '@floodgate/protocol'

/** A decoded value: byte strings as Uint8Array, integers as numbers. */
export type Value = Uint8Array | number | Value[] | Dictionary
export interface Dictionary {
  [key: string]: Value
}

const DEPTH_MAX = 16
const ITEMS_MAX = 200_000
const [D, E, I, L, COLON, MINUS] = [0x64, 0x65, 0x69, 0x6c, 0x3a, 0x2d] as const

const bad = (detail: string): FloodgateError =>
  new FloodgateError('bad-request', `bencode: ${detail}`)

export const isDictionary = (value: Value | undefined): value is Dictionary =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)

class BencodeReader {
  readonly #bytes: Uint8Array
  #at = 0
  #items = 0
  /** Where the value of the top dictionary's key `info` stands. */
  info: [start: number, end: number] | undefined

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  value(depth = 0): Value {
    if (++this.#items > ITEMS_MAX || depth > DEPTH_MAX) throw bad('too many items')
    const first = this.#bytes[this.#at]
    if (first === D) return this.#dictionary(depth)
    if (first === L) return this.#list(depth)
    if (first === I) return this.#integer()
    return this.#string()
  }

  #number(end: number): number {
    const stop = this.#bytes.indexOf(end, this.#at)
    const text = String.fromCharCode(
      ...this.#bytes.subarray(this.#at, Math.min(stop, this.#at + 20))
    )
    if (stop < 0 || !/^(0|-?[1-9]\d*)$/.test(text)) throw bad('number')
    const value = Number(text)
    if (!Number.isSafeInteger(value)) throw bad('number')
    this.#at = stop + 1
    return value
  }

  #integer(): number {
    this.#at++
    return this.#number(E)
  }

  #string(): Uint8Array {
    if (this.#bytes[this.#at] === MINUS) throw bad('length')
    const length = this.#number(COLON)
    const end = this.#at + length
    if (end > this.#bytes.length) throw bad('it ends too early')
    const value = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return value
  }

  #atClose(): boolean {
    if (this.#bytes[this.#at] !== E) return false
    this.#at++
    return true
  }

  #list(depth: number): Value[] {
    this.#at++
    const values: Value[] = []
    while (!this.#atClose()) values.push(this.value(depth + 1))
    return values
  }

  #dictionary(depth: number): Dictionary {
    this.#at++
    const values = Object.create(null) as Dictionary
    let last = ''
    for (let first = true; !this.#atClose(); first = false) {
      // One char a byte, so that comparing texts compares bytes.
      const key = Buffer.from(this.#string()).toString('latin1')
      if (!first && key <= last) throw bad('keys are not in order')
      const start = this.#at
      values[key] = this.value(depth + 1)
      if (depth === 0 && key === 'info') this.info = [start, this.#at]
      last = key
    }
    return values
  }
}

/** A decoded file. */
export interface Bencoded {
  value: Value
  /** Where the value of the top dictionary's key `info` stands, if there is one: what an info hash is taken of. */
  info: [start: number, end: number] | undefined
}

/** Decodes one value and nothing behind it. Byte strings are views. Throws `bad-request`. */
export function readBencoded(bytes: Uint8Array): Bencoded {
  const reader = new BencodeReader(bytes)
  const value = reader.value()
  if (!reader.isAtEnd) throw bad('trailing bytes')
  return { value, info: reader.info }
}
