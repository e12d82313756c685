// Every key of a content follows from the provider's master secret and the content's sealed id: nothing is stored, neither
// for a content nor for a group.

import { concat, FloodgateError, hasBit, u32, utf8, type Crypto } from '@floodgate/protocol'
import { MARKS_MAX } from './layout.ts'

/** Bytes of the random id of a sealed content. */
export const SEALED_ID_LENGTH = 16
/** Bytes of the provider's master secret, and of what opens the ordinary chunks. */
export const BASE_LENGTH = 32
/** Bytes of what opens a variant of a marked chunk: 128 bits, since a bundle has many. */
export const MARK_LENGTH = 16
/** Bytes of a code word: a bit for each mark. */
export const CODE_LENGTH = MARKS_MAX / 8
/** Groups of buyers are numbered from 0 on, below this. */
export const GROUPS_MAX = 65_536

const CONTENT = utf8('floodgate/1/push content\0')
const BASE = utf8('base\0')
const MARK = utf8('mark\0')
const CODE = utf8('code\0')
const CHUNK = utf8('floodgate/1/push chunk\0')
const HEADER = utf8('floodgate/1/push header\0')

/** What the provider alone can make, for one content. */
export interface Secrets {
  base: Uint8Array
  /** What opens one of the two variants of a marked chunk. */
  markSecret(mark: number, variant: number): Uint8Array
  /** Which variants a group can open: a bit for each mark. */
  codeWord(group: number): Uint8Array
}

/** Throws `bad-field` for a master secret or an id of another length. */
export function secretsOf(crypto: Crypto, master: Uint8Array, sealedId: Uint8Array): Secrets {
  if (master.length !== BASE_LENGTH) throw new FloodgateError('bad-field', 'master')
  if (sealedId.length !== SEALED_ID_LENGTH) throw new FloodgateError('bad-field', 'sealedId')
  const mac = crypto.mac(crypto.hmac(master, concat(CONTENT, sealedId)))
  return {
    base: mac(BASE),
    markSecret: (mark, variant) =>
      mac(concat(MARK, u32(mark), Uint8Array.of(variant))).subarray(0, MARK_LENGTH),
    codeWord(group) {
      if (!Number.isInteger(group) || group < 0 || group >= GROUPS_MAX) {
        throw new FloodgateError('bad-field', 'group')
      }
      return mac(concat(CODE, u32(group))).subarray(0, CODE_LENGTH)
    }
  }
}

/** The key of the chunks that a secret opens: `base` all that are not marked, a mark's secret one variant of one chunk. */
export const chunkKey = (crypto: Crypto, secret: Uint8Array): Uint8Array =>
  crypto.hmac(secret, CHUNK)

/** What authenticates the header. */
export const headerTag = (crypto: Crypto, base: Uint8Array, header: Uint8Array): Uint8Array =>
  crypto.hmac(base, concat(HEADER, header))

/** What a group of buyers gets: it opens all of one content, and tells the group. */
export interface ContentKeys {
  sealedId: Uint8Array
  /** Opens the header and every chunk that is not marked; the same for all groups. */
  base: Uint8Array
  /** A bit for each mark: which of the two variants its secret opens. */
  code: Uint8Array
  /** 16 bytes for each mark, one behind the other; for all marks, also where a content has fewer. */
  marks: Uint8Array
}

/** The keys of one group for one content. Throws `bad-field`. */
export function keysFor(
  crypto: Crypto,
  { master, sealedId, group }: { master: Uint8Array; sealedId: Uint8Array; group: number }
): ContentKeys {
  const { base, markSecret, codeWord } = secretsOf(crypto, master, sealedId)
  const code = codeWord(group)
  const marks = Array.from({ length: MARKS_MAX }, (_, mark) =>
    markSecret(mark, Number(hasBit(code, mark)))
  )
  return { sealedId, base, code, marks: concat(...marks) }
}

/** The secret for `mark` in a bundle. */
export const secretAt = ({ marks }: ContentKeys, mark: number): Uint8Array =>
  marks.subarray(mark * MARK_LENGTH, (mark + 1) * MARK_LENGTH)
