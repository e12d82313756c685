// Opening while streaming: any range of the plaintext from just those chunks that it lies in. What reads the sealed content
// may wait for pieces that are still being downloaded; nothing that was not verified is given out.

import { equal, FloodgateError, hasBit, type Crypto } from '@floodgate/protocol'
import { nonceAt } from './chunk-nonce.ts'
import { chunkKey, secretAt, type ContentKeys } from './derive.ts'
import { isHeaderOf, readHeader } from './header.ts'
import { HEADER_LENGTH, layoutOf, lengthAt, markAt, offsetAt, TAG_LENGTH } from './layout.ts'
import { readAll, type ReadBytes } from './seal.ts'

/** Chunks that are asked for ahead of the one that is waited for: with it, all that a stream ever holds. */
const AHEAD = 4

export interface OpenContent {
  /** Bytes of the plaintext. */
  readonly length: number
  /** Bytes of the sealed content. */
  readonly sealedLength: number
  /** `length` bytes of the plaintext from `offset` on. Throws as `stream`. */
  read(offset: number, length: number): Promise<Uint8Array>
  /**
   * The plaintext from `start` up to, but without, `end`; reads a little ahead. Throws `bad-field` for a range outside the
   * content, `altered-content` for a chunk that does not open, `truncated` when the sealed content ends before it.
   */
  stream(range?: { start?: number; end?: number }): AsyncGenerator<Uint8Array, void, undefined>
}

/**
 * Opens a sealed content with the keys of a group. `read` reads the sealed bytes. Throws `not-sealed`, `truncated` or
 * `wrong-key`, the last also for a header that was altered: both look the same.
 */
export async function openContent(
  crypto: Crypto,
  keys: ContentKeys,
  read: ReadBytes
): Promise<OpenContent> {
  const header = await readAll(read, 0, HEADER_LENGTH)
  const { sealedId, length } = readHeader(header)
  if (!equal(sealedId, keys.sealedId)) throw new FloodgateError('wrong-key', 'another content')
  if (!isHeaderOf(crypto, keys.base, header)) throw new FloodgateError('wrong-key', 'header')
  const layout = layoutOf(length)
  const ordinary = chunkKey(crypto, keys.base)

  async function chunkAt(index: number): Promise<Uint8Array> {
    const mark = markAt(layout, index)
    const variant = mark === undefined ? 0 : Number(hasBit(keys.code, mark))
    const key = mark === undefined ? ordinary : chunkKey(crypto, secretAt(keys, mark))
    const size = lengthAt(layout, index) + TAG_LENGTH
    const sealed = await readAll(read, offsetAt(layout, index, variant), size)
    const plain = crypto.open(key, nonceAt(layout, index), sealed)
    if (plain === undefined) throw new FloodgateError('altered-content', `chunk ${index}`)
    return plain
  }

  async function* stream({ start = 0, end = length } = {}): ReturnType<OpenContent['stream']> {
    if (!(isWithin(start, length) && isWithin(end, length) && start <= end)) {
      throw new FloodgateError('bad-field', 'range')
    }
    const { chunkLength } = layout
    const behind = Math.ceil(end / chunkLength)
    const ahead: Promise<Uint8Array>[] = []
    let next = Math.floor(start / chunkLength)
    for (let index = next; index < behind; index++) {
      while (next < behind && next <= index + AHEAD) ahead.push(early(chunkAt(next++)))
      const plain = await ahead.shift()!
      const at = index * chunkLength
      yield plain.subarray(Math.max(0, start - at), end - at)
    }
  }

  return {
    length,
    sealedLength: layout.sealedLength,
    stream,
    async read(offset, wanted) {
      const out = new Uint8Array(isWithin(wanted, length) ? wanted : 0)
      let at = 0
      for await (const part of stream({ start: offset, end: offset + wanted })) {
        out.set(part, at)
        at += part.length
      }
      return out
    }
  }
}

const isWithin = (at: number, length: number): boolean =>
  Number.isInteger(at) && at >= 0 && at <= length

/** A promise that may fail before anybody waits for it. Whoever does wait gets the error; else nobody wanted the chunk. */
function early<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
