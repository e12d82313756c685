// The kinds of field that messages are made of. A kind reads and writes one value and knows its limits;
// the value's TypeScript type follows from the kind, so a message's type follows from its row.

import { Reader, Writer } from './bencode.ts'
import { compare, fromUtf8, utf8 } from './bytes.ts'
import { FloodgateError } from './errors.ts'

/** A kind's limits as data: documentation, test vectors and tests are made from them. */
export type Shape =
  | { kind: 'bytes' | 'text' | 'uint'; min: number; max: number }
  | { kind: 'amount' }
  | { kind: 'list'; min: number; max: number; of: Shape }
  | { kind: 'record'; fields: Record<string, Shape> }

export interface Kind<T> {
  readonly shape: Shape
  read(reader: Reader): T
  write(writer: Writer, value: T): void
}

export type ValueOf<K> = K extends Kind<infer T> ? T : never
export type Fields = Record<string, Kind<unknown>>
export type RecordOf<F extends Fields> = { [K in keyof F]: ValueOf<F[K]> }

function kind<T>(
  shape: Shape,
  read: (reader: Reader) => T,
  ok: (value: T) => boolean,
  write: (writer: Writer, value: T) => void
): Kind<T> {
  return {
    shape,
    read,
    write(writer, value) {
      // Never the value itself: it may be a token or a seed, and errors are shown and logged.
      if (!ok(value)) throw new FloodgateError('bad-field', `not a valid ${shape.kind}`)
      write(writer, value)
    }
  }
}

/** A byte string of `min` to `max` bytes. */
export const blob = (max: number, min = 0): Kind<Uint8Array> =>
  kind(
    { kind: 'bytes', min, max },
    (reader) => reader.string(min, max),
    (value) => value instanceof Uint8Array && value.length >= min && value.length <= max,
    (writer, value) => writer.string(value)
  )

/** Exactly `length` bytes: a key, a hash, an id. */
export const bytes = (length: number): Kind<Uint8Array> => blob(length, length)

/** A whole number from 0 to `max`, which is at most 2^53 − 1. */
export const uint = (max: number): Kind<number> =>
  kind(
    { kind: 'uint', min: 0, max },
    (reader) => reader.integer(max),
    (value) => Number.isSafeInteger(value) && value >= 0 && value <= max,
    (writer, value) => writer.integer(value)
  )

/** UTF-8 text of at most `max` bytes. */
export const text = (max: number): Kind<string> =>
  kind(
    { kind: 'text', min: 0, max },
    (reader) => {
      const value = fromUtf8(reader.string(0, max))
      if (value === undefined) throw new FloodgateError('bad-field', 'not UTF-8')
      return value
    },
    (value) => typeof value === 'string' && value.isWellFormed() && utf8(value).length <= max,
    (writer, value) => writer.string(utf8(value))
  )

const AMOUNT_MAX = 2n ** 63n - 1n

/**
 * Money in minor units. It travels as 8 bytes, big endian, never as a bencode integer: many decoders of
 * other languages read those as doubles, and 2^53 minor units of some currencies is not that much.
 */
export const amount: Kind<bigint> = kind(
  { kind: 'amount' },
  (reader) => {
    const view = reader.string(8, 8)
    const value = new DataView(view.buffer, view.byteOffset, 8).getBigUint64(0)
    if (value > AMOUNT_MAX) throw new FloodgateError('bad-field', 'amount')
    return value
  },
  (value) => typeof value === 'bigint' && value >= 0n && value <= AMOUNT_MAX,
  (writer, value) => {
    const out = new Uint8Array(8)
    new DataView(out.buffer).setBigUint64(0, value)
    writer.string(out)
  }
)

/** A list of `min` to `max` values of one kind. */
export const list = <T>(item: Kind<T>, max: number, min = 0): Kind<T[]> =>
  kind(
    { kind: 'list', min, max, of: item.shape },
    (reader) => {
      reader.openList()
      const values: T[] = []
      while (!reader.atClose()) {
        if (values.length === max) throw new FloodgateError('bad-field', `more than ${max} items`)
        values.push(item.read(reader))
      }
      reader.close()
      if (values.length < min) throw new FloodgateError('bad-field', `fewer than ${min} items`)
      return values
    },
    (values) => Array.isArray(values) && values.length >= min && values.length <= max,
    (writer, values) => {
      writer.openList()
      for (const value of values) item.write(writer, value)
      writer.close()
    }
  )

/** A dictionary with exactly these keys. */
export function record<F extends Fields>(fields: F): Kind<RecordOf<F>> {
  const rows = Object.entries(fields)
    .map(([name, field]) => ({
      name,
      field,
      encoded: utf8(`${utf8(name).length}:${name}`),
      key: utf8(name)
    }))
    .sort((a, b) => compare(a.key, b.key))
  const shapes = rows.map((row) => [row.name, row.field.shape] as const)
  return kind(
    { kind: 'record', fields: Object.fromEntries(shapes) },
    (reader) => {
      const value: Record<string, unknown> = {}
      reader.openDictionary()
      for (const row of rows) {
        reader.key(row.encoded)
        value[row.name] = row.field.read(reader)
      }
      reader.close()
      return value as RecordOf<F>
    },
    (value) => typeof value === 'object' && value !== null,
    (writer, value) => {
      writer.openDictionary()
      for (const row of rows) {
        writer.raw(row.encoded)
        row.field.write(writer, (value as Record<string, unknown>)[row.name])
      }
      writer.close()
    }
  )
}
