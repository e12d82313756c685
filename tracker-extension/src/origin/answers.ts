// What the origin answers beside content: headers of a file, and refusals in the API's form.

import type { ServerResponse } from 'node:http'
import { ERRORS, FloodgateError } from '@floodgate/protocol'
import type { OriginContent, OriginFile } from './files.ts'
import type { ByteRange } from './range.ts'

/** Stock WebTorrent waits so long by itself. */
const RETRY_SECONDS = 10

/** The info hash commits to every byte, so the tag is strong, and the same on every server and for ever. */
export const tagOf = ({ infoHash }: OriginContent, { index }: OriginFile): string =>
  `"${infoHash}-${index}"`

/** Pages need these named to read them (Fetch, 3.2.1). */
const EXPOSED = 'Accept-Ranges, Content-Range, ETag, Retry-After'

/** Says what follows: the whole file, or a range of it. */
export function sayFile(
  response: ServerResponse,
  { tag, length, range }: { tag: string; length: number; range: ByteRange | 'all' }
): void {
  const part = range !== 'all'
  response.writeHead(part ? 206 : 200, {
    ...fileHeaders(tag),
    'Content-Type': 'application/octet-stream',
    'Content-Length': part ? range.end - range.start + 1 : length,
    ...(part && { 'Content-Range': `bytes ${range.start}-${range.end}/${length}` })
  })
}

const fileHeaders = (tag: string): Record<string, string> => ({
  'Accept-Ranges': 'bytes',
  'Access-Control-Expose-Headers': EXPOSED,
  // Prices and passes are between us and who asks: no shared cache may hand it on.
  'Cache-Control': 'private, no-transform',
  ETag: tag,
  'X-Content-Type-Options': 'nosniff'
})

/** 304: the asker has it. */
export function sayUnchanged(response: ServerResponse, tag: string): void {
  response.writeHead(304, fileHeaders(tag)).end()
}

/** 416: no such bytes. */
export function sayNoSuchRange(response: ServerResponse, tag: string, length: number): void {
  const headers = { ...fileHeaders(tag), 'Content-Range': `bytes */${length}` }
  response.writeHead(416, { ...headers, 'Content-Length': 0 }).end()
}

export function sayJson(response: ServerResponse, status: number, value: object): void {
  const body = Buffer.from(JSON.stringify(value))
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' }
  response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body)
}

/** A refusal of the error table; when the origin may serve later, it says when to ask again. */
export function refuse(response: ServerResponse, { code, detail }: FloodgateError): void {
  const { http, text } = ERRORS[code]
  response.setHeader('Access-Control-Expose-Headers', EXPOSED)
  if (http === 503) response.setHeader('Retry-After', RETRY_SECONDS)
  sayJson(response, http, { error: code, text, detail: code === 'internal' ? '' : detail })
}

export const busy = (detail: string): FloodgateError => new FloodgateError('origin-busy', detail)

/** Another method than GET and HEAD. */
export function sayMethods(response: ServerResponse): void {
  response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Length': 0 }).end()
}
