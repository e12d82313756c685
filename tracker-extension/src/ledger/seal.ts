// The seal of a stored row: what shows that the medium gives back what the rules put, and else which field it changed.
// It stops no forger, who can seal again; for him there are the journal's sums and the signed heads of the log.
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { TableName } from './rows.ts'
import { fieldsOf } from './schema.ts'

const hashBytes = 16

/** What a field of a row may be. */
export type Value = string | number | bigint | Uint8Array

const bytesOf = (value: Value): Uint8Array | string =>
  typeof value === 'object' ? value : String(value)
/** No two lists of values read alike: each says how long it is. */
const labelOf = (value: Value): string =>
  typeof value === 'object' || typeof value === 'string' ? `${value.length}:` : `${typeof value}:`

/** A hash of all (half of SHA-256), then a byte for each value, the key first. */
export function sealOf(table: TableName, key: string, values: readonly Value[]): Uint8Array {
  const hash = createHash('sha256').update(`${table} `)
  const seal = new Uint8Array(hashBytes + 1 + values.length)
  for (const [i, value] of [key, ...values].entries()) {
    const bytes = bytesOf(value)
    hash.update(labelOf(value)).update(bytes)
    seal[hashBytes + i] = crc32(bytes) & 0xff
  }
  seal.set(hash.digest().subarray(0, hashBytes))
  return seal
}

/**
 * What is not as it was sealed: names among `key`, `fields` and `seal`; none if all is. The hash misses nothing; one byte
 * a field misses the name once in 256 times, and then it looks as if the seal were what changed.
 */
function brokenIn(found: Uint8Array, made: Uint8Array, fields: readonly string[]): string[] {
  if (Buffer.compare(found, made) === 0) return []
  const isHashRight =
    Buffer.compare(found.subarray(0, hashBytes), made.subarray(0, hashBytes)) === 0
  if (isHashRight || found.length !== made.length) return ['seal']
  const names = ['key', ...fields].filter((_, i) => found[hashBytes + i] !== made[hashBytes + i])
  return names.length > 0 ? names : ['seal']
}

/** A sentence for each field of a stored row that is not as it was sealed. */
export function sealDamage(
  table: TableName,
  key: string,
  values: readonly Value[],
  found: Uint8Array
): string[] {
  const fields = fieldsOf(table).map(([name]) => name)
  const broken = brokenIn(found, sealOf(table, key, values), fields)
  return broken.map((field) => `${table} ${key}: ${field} is not what was written`)
}
