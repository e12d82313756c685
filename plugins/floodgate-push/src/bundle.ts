// The bundle of a group as one message: a canonical bencoded dictionary of byte strings, always of the same length.

import { FloodgateError, Reader, utf8, Writer } from '@floodgate/protocol'
import {
  BASE_LENGTH,
  CODE_LENGTH,
  MARK_LENGTH,
  SEALED_ID_LENGTH,
  type ContentKeys
} from './derive.ts'
import { MARKS_MAX } from './layout.ts'

/** Length of each byte string, in the order of the dictionary's keys. */
const LENGTHS: [name: keyof ContentKeys, length: number][] = [
  ['base', BASE_LENGTH],
  ['code', CODE_LENGTH],
  ['marks', MARKS_MAX * MARK_LENGTH],
  ['sealedId', SEALED_ID_LENGTH]
]
const ROWS = LENGTHS.map(([name, length]) => ({
  name,
  key: utf8(`${name.length}:${name}`),
  length
}))

/** Bytes of every encoded bundle: what its fields, their lengths and names take. */
export const BUNDLE_LENGTH = ROWS.reduce(
  (sum, { key, length }) => sum + key.length + `${length}:`.length + length,
  'de'.length
)

/** The bundle as bytes. Throws `bad-field` for keys of a wrong length. */
export function encodeKeys(keys: ContentKeys): Uint8Array {
  const writer = new Writer()
  writer.openDictionary()
  for (const { key, name, length } of ROWS) {
    if (keys[name].length !== length) throw new FloodgateError('bad-field', name)
    writer.raw(key)
    writer.string(keys[name])
  }
  writer.close()
  return writer.take()
}

/** The inverse, for bytes of a stranger. Throws `too-long`, `truncated`, `not-canonical` or `bad-field`. */
export function decodeKeys(bytes: Uint8Array): ContentKeys {
  if (bytes.length > BUNDLE_LENGTH) throw new FloodgateError('too-long', 'content keys')
  const reader = new Reader(new Uint8Array(bytes))
  const keys: Partial<ContentKeys> = {}
  reader.openDictionary()
  for (const { key, name, length } of ROWS) {
    reader.key(key)
    keys[name] = reader.string(length, length)
  }
  reader.close()
  reader.end()
  return keys as ContentKeys
}
