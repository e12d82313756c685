// The vectors in test/vectors are what the code makes today. When one differs, the protocol has changed:
// that is a new version, not a new vector.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { ERRORS, MESSAGES } from '@floodgate/protocol'
import { VECTORS, textOf } from '../vectors/make.ts'

const read = (name: string): string =>
  readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')

describe('protocol: vectors for other languages', () => {
  for (const name of Object.keys(VECTORS) as (keyof typeof VECTORS)[]) {
    it(`${name}.json is what the code makes`, async () => {
      assert.equal(await textOf(name), read(name))
    })
  }

  it('hold every message, and refusals with every code of the codec', () => {
    const { messages } = JSON.parse(read('messages')) as { messages: { name: string }[] }
    const names = new Set(messages.map(({ name }) => name))
    assert.deepEqual([...names].sort(), Object.keys(MESSAGES).sort())
    const refused = JSON.parse(read('refused')) as { why: string; code: string }[]
    const fine = refused.filter(({ code }) => code === 'fine')
    assert.deepEqual(
      fine.map(({ why }) => why),
      ['as it should be']
    )
    const codes = new Set(refused.map(({ code }) => code))
    for (const code of ['too-long', 'truncated', 'not-canonical', 'unknown-message', 'bad-field']) {
      assert.ok(codes.has(code) && code in ERRORS, code)
    }
  })
})
