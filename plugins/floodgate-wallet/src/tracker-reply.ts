// Reads what a tracker answers over HTTP (BEP 3): a bencoded dictionary of which only Floodgate's keys and the
// failure matter; other keys are stepped over. Strict and bounded, as the protocol's own codec is, but for
// the keys: those are the tracker's, and nobody knows them all.

import { FloodgateError, fromUtf8 } from '@floodgate/protocol'

/** Longest reply that is read at all. */
export const REPLY_MAX = 64 * 1024
const DEPTH_MAX = 8
const [D, L, I, E, COLON] = [0x64, 0x6c, 0x69, 0x65, 0x3a] as const

export interface TrackerReply {
  /** The `peerList` message. */
  fg: Uint8Array | undefined
  failure: string | undefined
  /** `fg code` of a failure. */
  code: string | undefined
  /** The provider's clock, Unix milliseconds: `fg time` of a failure, or what `fg` holds then. */
  time: number | undefined
}

/** Throws `too-long`, `truncated`, `not-canonical` or `bad-field`. */
export function readTrackerReply(bytes: Uint8Array): TrackerReply {
  if (bytes.length > REPLY_MAX) throw new FloodgateError('too-long', 'tracker reply')
  const reader = new ReplyReader(bytes)
  if (bytes[0] !== D) throw new FloodgateError('not-canonical', 'no dictionary')
  const values = reader.dictionary(0)
  if (reader.at !== bytes.length) throw new FloodgateError('not-canonical', 'trailing bytes')
  const isFailure = values.has('failure reason')
  return {
    fg: asBytes(values.get('fg')),
    failure: asText(values.get('failure reason')),
    code: asText(values.get('fg code')),
    time: asTime(values.get('fg time') ?? (isFailure ? values.get('fg') : undefined))
  }
}

/** Byte strings and integers; what is nested is checked and not kept. */
type Value = Uint8Array | number | undefined

class ReplyReader {
  readonly #bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  dictionary(depth: number): Map<string, Value> {
    const values = new Map<string, Value>()
    this.at++
    while (this.#next() !== E) {
      const key = fromUtf8(this.#string())
      if (key === undefined) throw new FloodgateError('bad-field', 'key')
      if (values.has(key)) throw new FloodgateError('not-canonical', `${key} twice`)
      values.set(key, this.#value(depth + 1))
    }
    this.at++
    return values
  }

  #next(): number {
    const byte = this.#bytes[this.at]
    if (byte === undefined) throw new FloodgateError('truncated')
    return byte
  }

  #value(depth: number): Value {
    if (depth > DEPTH_MAX) throw new FloodgateError('bad-field', 'depth')
    const first = this.#next()
    if (first === I) return this.#integer()
    if (first !== L && first !== D) return this.#string()
    if (first === D) this.dictionary(depth)
    else this.#list(depth)
    return undefined
  }

  #list(depth: number): void {
    this.at++
    while (this.#next() !== E) this.#value(depth + 1)
    this.at++
  }

  /** Trackers may say −1 for what they do not know. */
  #integer(): number {
    this.at++
    const text = this.#until(E)
    if (!/^(0|-?[1-9]\d{0,15})$/.test(text)) throw new FloodgateError('not-canonical', 'integer')
    return Number(text)
  }

  #string(): Uint8Array {
    const text = this.#until(COLON)
    if (!/^(0|[1-9]\d{0,5})$/.test(text)) throw new FloodgateError('not-canonical', 'length')
    const start = this.at
    this.at += Number(text)
    if (this.at > this.#bytes.length) throw new FloodgateError('truncated')
    return this.#bytes.subarray(start, this.at)
  }

  /** The few characters before `end`, which is stepped over. */
  #until(end: number): string {
    const start = this.at
    for (; this.#next() !== end; this.at++) {
      if (this.at - start > 17) throw new FloodgateError('not-canonical', 'number')
    }
    return String.fromCharCode(...this.#bytes.subarray(start, this.at++))
  }
}

const asBytes = (value: Value): Uint8Array | undefined =>
  value instanceof Uint8Array ? value : undefined

const asText = (value: Value): string | undefined =>
  value instanceof Uint8Array ? fromUtf8(value) : undefined

/** As an integer, or in decimal digits: some servers can add only byte strings to a failure. */
function asTime(value: Value): number | undefined {
  const time = value instanceof Uint8Array ? Number(fromUtf8(value) || NaN) : value
  return Number.isSafeInteger(time) ? time : undefined
}
