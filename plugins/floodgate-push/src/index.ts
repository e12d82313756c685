/**
 * @packageDocumentation
 * Encrypted push: a provider shares a content sealed before its release, as an ordinary torrent that nobody can read. At payment the
 * buyer gets one small bundle of keys; whose bundle it is can be told when it is leaked. No I/O, for Node and browsers.
 *
 * ```ts
 * import { concat, platformCrypto, utf8 } from '@floodgate/protocol'
 * import { keysFor, openContent, readHeader, sealContent } from '@floodgate/push'
 *
 * const film = utf8('The film, long before its first night.')
 * const master = platformCrypto.random(32)
 * const read = async (offset: number, length: number) => film.subarray(offset, offset + length)
 * const parts = []
 * const options = { master, length: film.length, read }
 * for await (const part of sealContent(platformCrypto, options)) parts.push(part)
 * const sealed = concat(...parts)
 *
 * const { sealedId } = readHeader(sealed)
 * const keys = keysFor(platformCrypto, { master, sealedId, group: 7 })
 * const fetch = async (offset: number, length: number) => sealed.subarray(offset, offset + length)
 * const content = await openContent(platformCrypto, keys, fetch)
 * console.log(new TextDecoder().decode(await content.read(4, 4))) // film
 * ```
 */

export { BUNDLE_LENGTH, decodeKeys, encodeKeys } from './bundle.ts'
export { GROUPS_MAX, keysFor, SEALED_ID_LENGTH, type ContentKeys } from './derive.ts'
export { readHeader, type SealedHeader } from './header.ts'
export { HEADER_LENGTH, layoutOf, MARKS_MAX, sealedLength, type Layout } from './layout.ts'
export { openContent, type OpenContent } from './open.ts'
export { sealContent, type ReadBytes, type SealOptions } from './seal.ts'
export {
  seenIn,
  traceGroup,
  traceMarks,
  type SeenMarks,
  type Suspect,
  type Trace,
  type TraceOptions
} from './trace.ts'
