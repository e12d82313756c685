// Where everything lies in a sealed content, as numbers alone: header, then chunks in order, each of them followed by its
// authenticator. A marked chunk stands there twice, one variant behind the other. docs/push.md says it byte for byte.

import { FloodgateError } from '@floodgate/protocol'

/** Bytes before the first chunk. */
export const HEADER_LENGTH = 72
/** Bytes that encryption adds to each chunk. */
export const TAG_LENGTH = 16
/** Most marked chunks of a content: a bundle has a secret of 16 bytes for each, and is to fit into 4 KiB. */
export const MARKS_MAX = 240
/** At most one chunk in so many is marked, so that a content grows by an eighth at the most. */
const CHUNKS_PER_MARK = 8
const [CHUNK_MIN, CHUNK_MAX] = [4096, 65_536]
/** 1 PiB: whatever is computed from it is exact in a double. */
const LENGTH_MAX = 2 ** 50

export interface Layout {
  /** Bytes of the plaintext. */
  length: number
  /** Bytes of plaintext in each chunk but the last one, which has the rest. */
  chunkLength: number
  /** Chunks; an empty content has none. */
  chunks: number
  /** Marked chunks. */
  marks: number
  /** From one marked chunk to the next: those with index 0, step, 2 × step … are marked. */
  step: number
  /** Bytes of the whole sealed content. */
  sealedLength: number
}

/** May a plaintext have this length? */
export const isLength = (length: number): boolean =>
  Number.isInteger(length) && length >= 0 && length <= LENGTH_MAX

/** 64 KiB, but less where a content would then have too few chunks for all marks; never below 4 KiB. */
function chunkLengthOf(length: number): number {
  let chunk = CHUNK_MAX
  while (chunk > CHUNK_MIN && length < chunk * CHUNKS_PER_MARK * MARKS_MAX) chunk /= 2
  return chunk
}

/** The layout of a content of `length` bytes; all of it follows from the length. Throws `bad-field`. */
export function layoutOf(length: number): Layout {
  if (!isLength(length)) throw new FloodgateError('bad-field', 'length')
  const chunkLength = chunkLengthOf(length)
  const chunks = Math.ceil(length / chunkLength)
  const marks = Math.min(MARKS_MAX, Math.floor(chunks / CHUNKS_PER_MARK))
  // A variant is always a full chunk: the last one is never marked.
  const sealedLength =
    HEADER_LENGTH + length + chunks * TAG_LENGTH + marks * (chunkLength + TAG_LENGTH)
  const step = Math.floor(chunks / Math.max(1, marks))
  return { length, chunkLength, chunks, marks, step, sealedLength }
}

/** Bytes of a sealed content whose plaintext has `length` bytes. Throws `bad-field`. */
export const sealedLength = (length: number): number => layoutOf(length).sealedLength

/** Which mark is chunk `index`? Undefined when it is an ordinary one. */
export function markAt({ marks, step }: Layout, index: number): number | undefined {
  const mark = index / step
  return Number.isInteger(mark) && mark < marks ? mark : undefined
}

/** Bytes of plaintext in chunk `index`. */
export const lengthAt = ({ length, chunkLength }: Layout, index: number): number =>
  Math.min(chunkLength, length - index * chunkLength)

/** Where chunk `index` begins in the sealed content; of a marked one, its variant 0 or 1. */
export function offsetAt(layout: Layout, index: number, variant = 0): number {
  const marksBefore = Math.min(layout.marks, Math.ceil(index / layout.step))
  const slot = layout.chunkLength + TAG_LENGTH
  return HEADER_LENGTH + (index + marksBefore + variant) * slot
}
