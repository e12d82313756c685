// Vectors of sealed contents: layouts, keys, sealed bytes, bundles, refusals. Keys are computed here from the formulas of
// docs/push.md, and what the library sealed is opened with them: so document and code hold each other.

import assert from 'node:assert/strict'
import {
  codeOf,
  concat,
  hasBit,
  platformCrypto as crypto,
  u32,
  u64,
  utf8
} from '@floodgate/protocol'
import { encodeKeys, keysFor, layoutOf, openContent, sealContent } from '@floodgate/push'
import { plain, seeded } from './seeded.ts'

const master = seeded('push master')
const sealedId = seeded('push id', 16)
const content = crypto.hmac(master, concat(utf8('floodgate/1/push content\0'), sealedId))
const base = crypto.hmac(content, utf8('base\0'))

const codeWord = (group: number) =>
  crypto.hmac(content, concat(utf8('code\0'), u32(group))).subarray(0, 30)

const markSecret = (mark: number, variant: number) =>
  crypto.hmac(content, concat(utf8('mark\0'), u32(mark), Uint8Array.of(variant))).subarray(0, 16)

const keyOf = (secret: Uint8Array) => crypto.hmac(secret, utf8('floodgate/1/push chunk\0'))

async function seal(text: Uint8Array): Promise<Uint8Array> {
  const fixed = { ...crypto, random: () => sealedId }
  const read = async (offset: number, length: number) => text.subarray(offset, offset + length)
  const parts: Uint8Array[] = []
  for await (const part of sealContent(fixed, { master, length: text.length, read })) {
    parts.push(part)
  }
  return concat(...parts)
}

/** Opens every slot of sealed bytes by the formulas alone, both variants of the marked ones. */
function expectFormulas(text: Uint8Array, sealed: Uint8Array): void {
  const { chunkLength, chunks, marks, step } = layoutOf(text.length)
  const header = concat(utf8('FGSEALED'), u32(1), u32(chunkLength), u64(text.length), sealedId)
  const tag = crypto.hmac(base, concat(utf8('floodgate/1/push header\0'), header))
  assert.deepEqual(sealed.subarray(0, 72), concat(header, tag))
  let at = 72
  for (let index = 0; index < chunks; index++) {
    const isMarked = index % step === 0 && index / step < marks
    const secrets = isMarked ? [0, 1].map((variant) => markSecret(index / step, variant)) : [base]
    const nonce = concat(
      u64(index),
      Uint8Array.of(index === chunks - 1 ? 1 : 0),
      new Uint8Array(15)
    )
    const chunk = text.subarray(index * chunkLength, (index + 1) * chunkLength)
    for (const secret of secrets) {
      const opened = crypto.open(keyOf(secret), nonce, sealed.subarray(at, at + chunk.length + 16))
      assert.deepEqual(opened, chunk)
      at += chunk.length + 16
    }
  }
  assert.deepEqual(sealed.subarray(at), new Uint8Array())
}

/** Small ones in full; of larger ones the plaintext is `seeded(text, length)`, and the sealed bytes are hashed. */
async function sealedVector(length: number) {
  const text = seeded(`push ${length}`, length)
  const sealed = await seal(text)
  expectFormulas(text, sealed)
  if (length <= 100) return { length, plain: text, sealed }
  return { length, plainOf: `push ${length}`, sealedSha256: crypto.sha256(sealed) }
}

function bundleVector(group: number) {
  const keys = keysFor(crypto, { master, sealedId, group })
  const code = codeWord(group)
  const secrets = Array.from({ length: 240 }, (_, mark) =>
    markSecret(mark, hasBit(code, mark) ? 1 : 0)
  )
  const marks = concat(...secrets)
  assert.deepEqual(
    concat(keys.sealedId, keys.base, keys.code, keys.marks),
    concat(sealedId, base, code, marks)
  )
  const bundle = encodeKeys(keys)
  return group === 0
    ? { group, code, bundle }
    : { group, code, bundleSha256: crypto.sha256(bundle) }
}

async function refusedVector(why: string, alter: (sealed: Uint8Array) => Uint8Array | void) {
  const sealed = await seal(seeded('push 20', 20))
  const altered = alter(sealed) ?? sealed
  const keys = keysFor(crypto, { master, sealedId, group: 0 })
  const read = async (offset: number, length: number) => altered.subarray(offset, offset + length)
  const opening = openContent(crypto, keys, read).then((opened) => opened.read(0, opened.length))
  const code = await opening.then(() => 'fine', codeOf)
  return { why, sealed: altered, code }
}

export async function pushVectors() {
  const lengths = [0, 1, 20, 4096, 4097, 32_767, 32_768, 100_000]
  const layouts = [...lengths, 7_864_320, 15_728_639, 15_728_640, 125_829_120, 2 ** 40, 2 ** 50]
  const refused = await Promise.all([
    refusedVector('as it should be', () => undefined),
    refusedVector('another magic', (sealed) => void sealed.fill(0x46, 0, 8)),
    refusedVector('another version', (sealed) => void (sealed[11] = 2)),
    refusedVector('another chunk length', (sealed) => void sealed.set(u32(8192), 12)),
    refusedVector('a length above 2^50', (sealed) => void sealed.fill(0xff, 16, 24)),
    refusedVector('another length', (sealed) => void (sealed[23] = 19)),
    refusedVector('another id', (sealed) => void (sealed[24]! ^= 1)),
    refusedVector('an altered header tag', (sealed) => void (sealed[71]! ^= 1)),
    refusedVector('an altered chunk', (sealed) => void (sealed[100]! ^= 1)),
    refusedVector('ends within the header', (sealed) => sealed.subarray(0, 71)),
    refusedVector('ends within a chunk', (sealed) => sealed.subarray(0, sealed.length - 1))
  ])
  return plain({
    master,
    sealedId,
    contentSecret: content,
    base,
    chunkKey: keyOf(base),
    marks: [0, 239].map((mark) => ({
      mark,
      secrets: [markSecret(mark, 0), markSecret(mark, 1)],
      chunkKeys: [keyOf(markSecret(mark, 0)), keyOf(markSecret(mark, 1))]
    })),
    layouts: layouts.map(layoutOf),
    contents: await Promise.all(lengths.map(sealedVector)),
    bundles: [0, 1, 65_535].map(bundleVector),
    refused
  })
}
