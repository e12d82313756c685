// The bundle of a group as one message: a canonical bencoded dictionary of byte strings, always of the same length.

import { FloodgateError, Reader, utf8, Writer } from '@floodgate/protocol'
import { CODE_LENGTH, KEY_LENGTH, SEALED_ID_LENGTH, type ContentKeys } from './derive.ts'
import { MARKS_MAX } from './layout.ts'

/** Keys of the dictionary in their order, what they carry, and its length. */
const FIELDS: [key: string, name: keyof ContentKeys, length: number][] = [
  ['base', 'base', KEY_LENGTH],
  ['code', 'code', CODE_LENGTH],
  ['id', 'sealedId', SEALED_ID_LENGTH],
  ['marks', 'markKeys', MARKS_MAX * KEY_LENGTH]
]
const ROWS = FIELDS.map(([key, name, length]) => ({
  key: utf8(`${key.length}:${key}`),
  name,
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
  const reader = new Reader(bytes.slice())
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
