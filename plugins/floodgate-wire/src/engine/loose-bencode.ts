/**
 * Reads bencode as foreign clients write it (keys in any order, for one), bounded in depth and count. The npm decoder
 * under WebTorrent never ends on some inputs, so the guard reads every dictionary of a stranger first. Our own messages
 * have a strict, canonical codec of their own; this one is for nothing else than the guard.
 */

export type Loose = number | Uint8Array | Loose[] | Map<string, Loose>

const DEPTH_MAX = 8
const ITEMS_MAX = 1024

/** The value at `start` and where it ends, or null when it is not well-formed or too large. */
export function readLoose(bytes: Uint8Array, start = 0): { value: Loose; end: number } | null {
  let at = start
  let items = 0

  function digits(stop: number): number | null {
    const first = at
    let sum = 0
    while (bytes[at]! >= 48 && bytes[at]! <= 57) sum = sum * 10 + bytes[at++]! - 48
    if (at === first || at - first > 15 || bytes[at] !== stop) return null
    at++
    return sum
  }

  function text(): Uint8Array | null {
    const length = digits(58)
    if (length === null || at + length > bytes.length) return null
    at += length
    return bytes.subarray(at - length, at)
  }

  function integer(): number | null {
    at++
    const negative = bytes[at] === 45
    if (negative) at++
    const size = digits(101)
    return size === null ? null : negative ? -size : size
  }

  function list(depth: number): Loose[] | null {
    at++
    const found: Loose[] = []
    while (bytes[at] !== 101) {
      const item = value(depth + 1)
      if (item === null) return null
      found.push(item)
    }
    at++
    return found
  }

  function dictionary(depth: number): Map<string, Loose> | null {
    at++
    const found = new Map<string, Loose>()
    while (bytes[at] !== 101) {
      const key = text()
      const item = key && value(depth + 1)
      if (!key || item === null) return null
      found.set(String.fromCharCode(...key.subarray(0, 256)), item)
    }
    at++
    return found
  }

  function value(depth: number): Loose | null {
    if (depth > DEPTH_MAX || ++items > ITEMS_MAX || at >= bytes.length) return null
    const first = bytes[at]
    if (first === 100) return dictionary(depth)
    if (first === 108) return list(depth)
    return first === 105 ? integer() : text()
  }

  const whole = value(0)
  return whole === null ? null : { value: whole, end: at }
}

/** A non-negative integer field of a dictionary, or null. */
export function looseCount(dictionary: Map<string, Loose>, key: string): number | null {
  const field = dictionary.get(key)
  return typeof field === 'number' && field >= 0 ? field : null
}
