// What the vectors are made of: bytes that follow from a text, and values of a field from those bytes.

import { concat, platformCrypto, toHex, u32, utf8 } from '@floodgate/protocol'
import type { Shape } from '../../plugins/floodgate-protocol/src/fields.ts'

/** `length` bytes: SHA-256(text ‖ 0), SHA-256(text ‖ 1) …, cut. The number is 4 bytes, big endian. */
export function seeded(text: string, length = 32): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    platformCrypto.sha256(concat(utf8(text), u32(i)))
  )
  return concat(...blocks).slice(0, length)
}

/** A middling value of a shape, different for each `text`. */
export function seededValue(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case 'bytes':
      return seeded(text, Math.max(shape.min, Math.min(shape.max, 40)))
    case 'text':
      return toHex(seeded(text, 4)).slice(0, shape.max)
    case 'uint':
      return number(text) % (shape.max + 1)
    case 'amount':
      return BigInt(number(text)) * 1000n
    case 'list':
      return Array.from({ length: Math.max(shape.min, Math.min(shape.max, 2)) }, (_, i) =>
        seededValue(shape.of, `${text}.${i}`)
      )
    case 'record':
      return Object.fromEntries(
        Object.entries(shape.fields).map(([name, field]) => [
          name,
          seededValue(field, `${text}.${name}`)
        ])
      )
  }
}

const number = (text: string): number => Number(`0x${toHex(seeded(text, 5))}`)

/** As JSON: bytes in hexadecimal, amounts in decimal digits. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]))
  }
  return value
}
