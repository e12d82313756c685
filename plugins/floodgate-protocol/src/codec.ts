// From message to bytes and back, by the table. A message is: id (1 byte), body (a canonical bencoded
// dictionary with exactly the row's keys), and for signed rows the 64-byte signature over tag and body.
// What was received is verified over the received bytes; nothing is ever encoded again to verify it.

import { Reader, Writer } from './bencode.ts'
import { concat, utf8 } from './bytes.ts'
import { FloodgateError } from './errors.ts'
import { record, type Fields, type Kind } from './fields.ts'
import { MESSAGES, type Message, type MessageName, type SignedName } from './messages.ts'
import { HEADER, type Row } from './rows.ts'

export const SIGNATURE_LENGTH = 64

interface Compiled {
  name: MessageName
  row: Row
  body: Kind<unknown>
  tag: Uint8Array
}

const byId = new Map<number, Compiled>()
const byName = new Map<MessageName, Compiled>()
for (const [name, row] of Object.entries(MESSAGES) as [MessageName, Row][]) {
  const fields: Fields = row.signed ? { ...HEADER, ...row.fields } : row.fields
  const compiled = { name, row, body: record(fields), tag: utf8(`floodgate/1/${name}\0`) }
  byId.set(row.id, compiled)
  byName.set(name, compiled)
}

/** A decoded message; `bytes` is what was received, of which a signature's court needs every byte. */
export type Decoded<N extends MessageName = MessageName> = N extends MessageName
  ? { name: N; message: Message<N>; bytes: Uint8Array }
  : never

/** Encodes an unsigned message. Throws `bad-field` when a value is outside its limits. */
export function encode<N extends Exclude<MessageName, SignedName>>(
  name: N,
  message: Message<N>
): Uint8Array {
  return finish(byName.get(name)!, encodeBody(name, message))
}

/** The bytes to sign (tag, then body) and a function that joins body and signature into the message. */
export function prepare<N extends SignedName>(
  name: N,
  message: Message<N>
): { toSign: Uint8Array; seal(signature: Uint8Array): Uint8Array } {
  const compiled = byName.get(name)!
  const body = encodeBody(name, message)
  return {
    toSign: concat(compiled.tag, body),
    seal: (signature) => finish(compiled, body, signature)
  }
}

function encodeBody(name: MessageName, message: unknown): Uint8Array {
  const writer = new Writer()
  byName.get(name)!.body.write(writer, message)
  return writer.take()
}

function finish(compiled: Compiled, ...parts: Uint8Array[]): Uint8Array {
  const bytes = concat(Uint8Array.of(compiled.row.id), ...parts)
  if (bytes.length > compiled.row.bytesMax) throw new FloodgateError('too-long', compiled.name)
  return bytes
}

/** The row's name for the first byte of a message, without reading further; undefined when unknown. */
export function nameOf(bytes: Uint8Array): MessageName | undefined {
  return byId.get(bytes[0] ?? 0)?.name
}

/**
 * Decodes a message. Errors, in this order: `unknown-message`, `unexpected-message` (not among `allowed`),
 * `too-long`, then `truncated`, `not-canonical` or `bad-field`. It does not verify a signature.
 */
export function decode<N extends MessageName>(bytes: Uint8Array, ...allowed: N[]): Decoded<N> {
  const compiled = byId.get(bytes[0] ?? 0)
  if (compiled === undefined) throw new FloodgateError('unknown-message')
  if (allowed.length > 0 && !(allowed as MessageName[]).includes(compiled.name)) {
    throw new FloodgateError('unexpected-message', compiled.name)
  }
  if (bytes.length > compiled.row.bytesMax) throw new FloodgateError('too-long', compiled.name)
  // A view without Buffer's methods, whose slice() does not copy; fields are views of it.
  bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = compiled.row.signed ? bytes.length - SIGNATURE_LENGTH : bytes.length
  if (end < 3) throw new FloodgateError('truncated')
  const reader = new Reader(bytes.subarray(1, end))
  const message = compiled.body.read(reader)
  reader.end()
  return { name: compiled.name, message, bytes } as Decoded<N>
}

/** What the signature of a received message covers, and the signature, as views of its bytes. */
export function signedParts(bytes: Uint8Array): { toSign: Uint8Array; signature: Uint8Array } {
  const compiled = byId.get(bytes[0] ?? 0)
  if (compiled === undefined || !compiled.row.signed) throw new FloodgateError('unexpected-message')
  const end = bytes.length - SIGNATURE_LENGTH
  return { toSign: concat(compiled.tag, bytes.subarray(1, end)), signature: bytes.subarray(end) }
}
