// Reads what a request to the origin names: PREFIX <info hash> [ "." <pass> ] [ "/" <path> ]. Pure, and strict: a path is
// a list of plain names or it names nothing.

import { FloodgateError } from '@floodgate/protocol'

/** Where the origin's resources begin. */
export const ORIGIN_PREFIX = '/floodgate/v1/origin/'

export interface Target {
  /** 40 hex digits. */
  infoHash: string
  /** What its owner paid with; undefined when there is none. */
  pass: string | undefined
  /** Decoded, joined by slashes; undefined for the content itself. */
  path: string | undefined
}

const CONTENT = /^([0-9a-f]{40})(?:\.([\w-]{1,128}))?$/

/** Is this request the origin's? */
export const isOrigins = (url: string | undefined): url is string =>
  url?.startsWith(ORIGIN_PREFIX) === true

/** Throws `not-found`, and `bad-request` for escapes that are no UTF-8. */
export function targetOf(url: string): Target {
  const [path = ''] = url.slice(ORIGIN_PREFIX.length).split('?')
  const [first = '', ...names] = path.split('/')
  const [, infoHash, pass] = CONTENT.exec(first) ?? []
  if (infoHash === undefined) throw new FloodgateError('not-found')
  if (names.length === 0) return { infoHash, pass, path: undefined }
  return { infoHash, pass, path: names.map(nameOf).join('/') }
}

/** An escaped slash is no way into a directory. */
function nameOf(escaped: string): string {
  const name = decoded(escaped)
  if (name.includes('/')) throw new FloodgateError('not-found')
  return name
}

function decoded(escaped: string): string {
  try {
    return decodeURIComponent(escaped)
  } catch {
    throw new FloodgateError('bad-request', 'path')
  }
}
