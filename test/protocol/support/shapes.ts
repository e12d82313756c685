// Valid messages for every row of the table, made from the rows themselves: whoever adds a row has it tested.

import fc from 'fast-check'
import {
  HEADER,
  MESSAGES,
  encode,
  prepare,
  type MessageName,
  type Row,
  type SignKey,
  type SignedName
} from '@floodgate/protocol'
import { record, type Fields, type Shape } from '../../../plugins/floodgate-protocol/src/fields.ts'

export const NAMES = Object.keys(MESSAGES) as MessageName[]
export const rowOf = (name: MessageName): Row => MESSAGES[name]
export const isSigned = (name: MessageName): name is SignedName => rowOf(name).signed

/** The shape of a whole body, header included. */
export function shapeOf(name: MessageName): Shape & { kind: 'record' } {
  const row = rowOf(name)
  const fields: Fields = row.signed ? { ...HEADER, ...row.fields } : row.fields
  return record(fields).shape as Shape & { kind: 'record' }
}

const AMOUNT_MAX = 2n ** 63n - 1n
/** Long fields are tested once, by `extreme`; random ones stay short, for speed. */
const RANDOM_MAX = 96

export function arbitraryOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'bytes': {
      const maxLength = Math.max(shape.min, Math.min(shape.max, RANDOM_MAX))
      return fc.uint8Array({ minLength: shape.min, maxLength })
    }
    case 'text':
      return fc
        .string({ unit: 'binary', maxLength: Math.min(shape.max, RANDOM_MAX) })
        .filter((text) => text.isWellFormed() && Buffer.byteLength(text) <= shape.max)
    case 'uint':
      return fc.nat(shape.max)
    case 'amount':
      return fc.bigInt(0n, AMOUNT_MAX)
    case 'list':
      return fc.array(arbitraryOf(shape.of), {
        minLength: shape.min,
        maxLength: Math.max(shape.min, Math.min(shape.max, 4))
      })
    case 'record':
      return fc.record(
        Object.fromEntries(
          Object.entries(shape.fields).map(([name, field]) => [name, arbitraryOf(field)])
        ),
        { noNullPrototype: true }
      )
  }
}

/** The smallest or largest value of a shape; byte strings are filled by `byte`. */
export function extreme(shape: Shape, end: 'min' | 'max', byte = 0xff): unknown {
  switch (shape.kind) {
    case 'bytes':
      return new Uint8Array(shape[end]).fill(byte)
    case 'text':
      return 'x'.repeat(shape[end])
    case 'uint':
      return shape[end]
    case 'amount':
      return end === 'min' ? 0n : AMOUNT_MAX
    case 'list':
      return Array.from({ length: shape[end] }, () => extreme(shape.of, end, byte))
    case 'record':
      return Object.fromEntries(
        Object.entries(shape.fields).map(([name, field]) => [name, extreme(field, end, byte)])
      )
  }
}

/** The whole message of any row, signed when its row says so. */
export async function bytesOf(
  name: MessageName,
  message: unknown,
  key: SignKey
): Promise<Uint8Array> {
  if (!isSigned(name)) return encode(name as 'hello', message as never)
  const { toSign, seal } = prepare(name, message as never)
  return seal(await key.sign(toSign))
}
