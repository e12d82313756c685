// Which bytes a request asks for (RFC 9110, 14.1 and 14.2). One range is served; several at once are answered with the
// whole file, as the RFC allows. (The package range-parser refuses a suffix that is longer than the file, which the RFC
// wants answered.)

/** First and last byte, both included. */
export interface ByteRange {
  start: number
  end: number
}

/** Enough digits for any file; more would be no safe integer. */
const ONE_RANGE = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i

/**
 * Reads a `Range` header for a file of `length` bytes: the range, `all` when the header is to be ignored (none, another
 * unit, several, malformed), or `unsatisfiable` (416).
 */
export function rangeOf(
  header: string | undefined,
  length: number
): ByteRange | 'all' | 'unsatisfiable' {
  const found = ONE_RANGE.exec(header ?? '')
  if (found === null) return 'all'
  const [, first = '', last = ''] = found
  if (first === '' && last === '') return 'all'
  if (first === '') {
    const suffix = Math.min(Number(last), length)
    return suffix === 0 ? 'unsatisfiable' : { start: length - suffix, end: length - 1 }
  }
  const start = Number(first)
  const end = last === '' ? length - 1 : Math.min(Number(last), length - 1)
  if (last !== '' && Number(last) < start) return 'all'
  return start < length ? { start, end } : 'unsatisfiable'
}
