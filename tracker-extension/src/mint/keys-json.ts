// Provider keys as JSON, bytes as base64url. Reading and writing files, and who may read them, is the host's.

import { FloodgateError, decode, equal, fromBase64url, toBase64url } from '@floodgate/protocol'
import type { Crypto } from '@floodgate/protocol'
import type { EpochKeys, MasterKey, ProviderKeys } from './keys.ts'

/** The keys as text of one JSON object. It holds secrets: whoever reads it is the provider. */
export function providerKeysToJson(keys: ProviderKeys): string {
  const bytes = (_: string, value: unknown) =>
    value instanceof Uint8Array ? toBase64url(value) : value
  return JSON.stringify({ format: 1, ...keys }, bytes, 2)
}

const bad = (field: string): FloodgateError =>
  new FloodgateError('bad-option', `provider keys: ${field}`)

type Values = Record<string, unknown>

function objectOf(value: unknown, field: string): Values {
  if (typeof value !== 'object' || value === null) throw bad(field)
  return value as Values
}

function bytesOf(from: Values, field: string, length?: number): Uint8Array {
  const text = from[field]
  const bytes = typeof text === 'string' ? fromBase64url(text) : undefined
  if (bytes === undefined || bytes.length !== (length ?? bytes.length)) throw bad(field)
  return bytes
}

function numberOf(from: Values, field: string): number {
  const value = from[field]
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw bad(field)
  return Number(value)
}

/** A list that is not empty, whose numbers in `order` rise. */
function listOf<T>(from: Values, field: string, read: (v: Values) => T, order: keyof T): T[] {
  const list = from[field]
  if (!Array.isArray(list) || list.length === 0) throw bad(field)
  const values = list.map((value) => read(objectOf(value, field)))
  const rising = values.every((value, i) => i === 0 || value[order] > values[i - 1]![order])
  if (!rising) throw bad(`${field}: ${String(order)} must rise`)
  return values
}

function readEpoch(crypto: Crypto, from: Values): EpochKeys {
  const epoch = {
    signSeed: bytesOf(from, 'signSeed', 32),
    boxSecret: bytesOf(from, 'boxSecret', 32),
    serial: numberOf(from, 'serial'),
    notBefore: numberOf(from, 'notBefore'),
    notAfter: numberOf(from, 'notAfter'),
    frame: bytesOf(from, 'frame')
  }
  const { message } = decode(epoch.frame, 'epoch')
  const fits =
    equal(message.signKey, crypto.signKey(epoch.signSeed).publicKey) &&
    equal(message.boxKey, crypto.boxPublicKey(epoch.boxSecret)) &&
    message.serial === epoch.serial &&
    message.time === epoch.notBefore &&
    message.expiry === epoch.notAfter
  if (!fits) throw bad('frame')
  return epoch
}

const readMaster = (from: Values): MasterKey => ({
  id: numberOf(from, 'id'),
  key: bytesOf(from, 'key', 32)
})

/** The inverse of `providerKeysToJson`. Throws `bad-option`, naming the field that is wrong. */
export function providerKeysFromJson(crypto: Crypto, json: string): ProviderKeys {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    throw bad('no JSON')
  }
  const from = objectOf(parsed, 'an object')
  if (from['format'] !== 1) throw bad('format')
  const rootKey = bytesOf(from, 'rootKey', 32)
  if (!crypto.isSignKey(rootKey)) throw bad('rootKey')
  const keys: ProviderKeys = {
    rootKey,
    epochs: listOf(from, 'epochs', (value) => readEpoch(crypto, value), 'serial'),
    masters: listOf(from, 'masters', readMaster, 'id')
  }
  if (from['rootSecret'] === undefined) return keys
  const rootSecret = bytesOf(from, 'rootSecret', 32)
  if (!equal(crypto.signKey(rootSecret).publicKey, rootKey)) throw bad('rootSecret')
  return { ...keys, rootSecret }
}
